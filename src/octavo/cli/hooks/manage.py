"""`octavo hooks list`, `trust` and `untrust` (`docs/hooks.md`)."""

from __future__ import annotations

import sys

import msgspec

from octavo.cli import start
from octavo.cli.visible import one_line, with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.config.config import Config
from octavo.config.load import ConfigFlags
from octavo.engine.project_docs import project_folders
from octavo.errors import UsageError
from octavo.protocol.json_text import readable_json
from octavo.tools.user_hooks.definitions import Hook, Hooks, read_hooks, set_trust, trusted_ids


def list_all(invocation: Invocation) -> int:
    """A line for each hook: id, state, event, matcher, command, file; with tabs between."""
    config = _config(invocation)
    found = _hooks(config)
    rows = [*((hook, _state(hook)) for hook in found.active), *((hook, "not trusted") for hook in found.untrusted)]
    if invocation.last.has("json"):
        shown = [{"id": hook.id, "state": state, **msgspec.structs.asdict(hook)} for hook, state in rows]
        sys.stdout.write(readable_json(shown))
    else:
        for hook, state in rows:
            cells = (hook.id, state, hook.event, hook.matcher or "*", hook.command, with_tilde(hook.source))
            sys.stdout.write("\t".join(map(one_line, cells)) + "\n")
    for line in found.problems:
        sys.stderr.write(f"Warning: {one_line(line)}\n")
    if not config.project_is_trusted:
        sys.stderr.write("This project is not trusted, so hooks of its own are not looked at.\n")
    if not rows:
        sys.stderr.write("No hooks.\n")
    return 0


def trust(invocation: Invocation) -> int:
    """Trust one hook of this project, as it is now."""
    config, wanted = _config(invocation), invocation.last.text("ID") or ""
    for hook in _hooks(config).untrusted:
        if hook.id == wanted:
            set_trust(config.codex_home, hook.id, trusted=True)
            sys.stdout.write(f"Trusted: {one_line(hook.command)} ({hook.event})\n")
            return 0
    raise UsageError(f"no hook {wanted!r} of this project waits for trust; octavo hooks list names them all")


def untrust(invocation: Invocation) -> int:
    """Trust it no more."""
    config, wanted = _config(invocation), invocation.last.text("ID") or ""
    if wanted not in trusted_ids(config.codex_home):
        raise UsageError(f"no trusted hook of a project is called {wanted!r}")
    set_trust(config.codex_home, wanted, trusted=False)
    sys.stdout.write("It runs no more.\n")
    return 0


def _config(invocation: Invocation) -> Config:
    return start.load(start.overrides(invocation, start.PLAIN), ConfigFlags(), start.PLAIN)


def _hooks(config: Config) -> Hooks:
    return read_hooks(config.codex_home, config.hooks, project_folders(config) if config.project_is_trusted else [])


def _state(hook: Hook) -> str:
    return "yours" if hook.project is None else "trusted"
