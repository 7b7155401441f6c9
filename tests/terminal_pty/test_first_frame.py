"""What is loaded before the first frame stands on the screen: every start waits for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_window import Window, make_home

LATER = {
    "asyncio", "logging", "wcwidth", "json", "ssl", "httptools", "PIL", "rich", "mcp", "pydantic", "tree_sitter",
    "octavo.engine", "octavo.runtime", "octavo.model", "octavo.tools", "octavo.process.launch", "octavo.rollout",
    "octavo.frontends.terminal.interface", "octavo.frontends.terminal.cells", "octavo.frontends.terminal.chat",
    "octavo.frontends.terminal.text.markdown", "octavo.frontends.terminal.text.highlight", "typing_extensions",
    "platform", "textwrap", "tomllib", "string", "msgspec.inspect", "datetime", "decimal", "uuid", "numbers",
    "octavo.frontends.terminal.updates", "signal", "octavo.frontends.terminal.composer.completion",
    "octavo.frontends.terminal.composer.popup", "octavo.frontends.terminal.composer.history_search",
    "octavo.frontends.terminal.composer.queue", "octavo.frontends.terminal.keys.parser",
    "octavo.frontends.terminal.typed_ahead", "octavo.frontends.terminal.plain",
    "octavo.frontends.terminal.views.menu", "octavo.frontends.terminal.screen.surface",
    "octavo.frontends.terminal.keys.spelling", "octavo.frontends.terminal.keys.user_keymap",
    "octavo.frontends.terminal.composer.modal", "octavo.frontends.terminal.effects.effect",
    "octavo.frontends.terminal.effects.conversation", "octavo.frontends.terminal.effects.looks",
    "octavo.frontends.terminal.effects.saved_sessions", "octavo.frontends.terminal.effects.sessions",
    "octavo.frontends.terminal.effects.settings", "octavo.frontends.terminal.effects.shows",
}  # fmt: skip
if sys.version_info >= (3, 12):
    LATER -= {"datetime"}  # it holds nothing but the compiled types there
WATCH = """
import gc, sys
from octavo.cli import terminal
interface = terminal._interface
def watched(*args):
    from octavo.frontends.terminal import run
    draw = run._draw
    def watch(*rest):
        draw(*rest)
        import re
        seen = ["SYNTAX-TREES" for one in object.__subclasses__() if one.__name__ == "AST"]
        seen += ["PATTERNS" for one in re._cache] + ["COLLECTOR" for one in [gc.isenabled()] if one]
        open("loaded", "w").write(" ".join([*sys.modules, *seen]))
    run._draw = watch
    return interface(*args)
terminal._interface = watched
sys.argv = ["octavo"]
from octavo.__main__ import main
sys.exit(main())
"""


@pytest.fixture(params=["a provider of one's own", "OpenAI with a login, and MCP servers", "nobody is signed in"])
def loaded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[set[str]]:
    make_home(tmp_path)
    if request.param.startswith("OpenAI"):
        config = tmp_path / "home" / "config.toml"
        servers = '[mcp_servers.mute]\ncommand = "sleep"\nargs = ["600"]\n'
        config.write_text(config.read_text().replace('model_provider = "none"', "") + servers)
        (tmp_path / "home" / "auth.json").write_text('{"OPENAI_API_KEY":"sk-test"}')
    elif request.param.startswith("nobody"):
        (tmp_path / "home" / "config.toml").unlink()
    os.mkfifo(tmp_path / "work" / "loaded")  # whoever reads it waits for what is written
    window = Window(tmp_path, [sys.executable, "-c", WATCH])
    try:
        window.sees("Sign in with" if request.param.startswith("nobody") else "context left")
        yield set((tmp_path / "work" / "loaded").read_text().split())
    finally:
        window.close()


def test_the_first_frame_loads_neither_event_loop_nor_agent(loaded: set[str]) -> None:
    early = {module for module in loaded if any(module == name or module.startswith(name + ".") for name in LATER)}
    assert early == set()


def test_the_first_frame_compiles_no_annotation_from_its_text(loaded: set[str]) -> None:
    # The first one brings the types of syntax trees into being, a twentieth of the way. Named tuples compile theirs.
    assert "SYNTAX-TREES" not in loaded


def test_the_first_frame_compiles_no_pattern_and_collects_no_garbage(loaded: set[str]) -> None:
    assert loaded & {"PATTERNS", "COLLECTOR"} == set()
