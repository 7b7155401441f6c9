"""Command lines as later releases have them."""

from __future__ import annotations

import json
import tomllib

import pytest
from octavo_program import Home


def test_a_command_is_confined_without_a_word_for_the_system(home: Home) -> None:
    ran = home.octavo("sandbox", "--", "sh", "-c", "echo ran; touch made; exit 3")
    assert (ran.out, ran.code, (home.folder / "made").exists()) == ("ran\n", 3, False)
    assert home.octavo("sandbox", "-P", ":workspace", "sh", "-c", "touch made").code == 0
    assert (home.folder / "made").exists()
    assert home.octavo("sandbox", "linux", "true").code == 0


def test_features_are_switched_in_the_file(home: Home) -> None:
    home.configure("# mine\nmodel = 'x'\n")
    assert home.octavo("features", "enable", "unified_exec").code == 0
    assert home.octavo("features", "disable", "view_image_tool").code == 0
    text = (home.path / "config.toml").read_text()
    assert text.startswith("# mine\nmodel = 'x'\n")
    assert tomllib.loads(text)["features"] == {"unified_exec": True, "view_image_tool": False}
    later = home.octavo("features", "enable", "memories")
    assert (later.code, "means nothing here" in later.err) == (0, True)
    assert home.octavo("features", "enable", "nonsense").err == "Error: Unknown feature flag: nonsense\n"


def test_adding_a_server_keeps_what_others_wrote_about_the_rest(home: Home) -> None:
    home.configure('[mcp_servers.a]\ncommand = "a"\nscopes = ["x"]\n[mcp_servers.a.tools.t]\napproval_mode = "auto"\n')
    ran = home.octavo("mcp", "add", "b", "--oauth-client-id", "id", "--", "prog")
    assert (ran.code, "--oauth-client-id has no effect" in ran.err) == (0, True)
    servers = tomllib.loads((home.path / "config.toml").read_text())["mcp_servers"]
    assert servers == {
        "a": {"command": "a", "scopes": ["x"], "tools": {"t": {"approval_mode": "auto"}}},
        "b": {"command": "prog"},
    }


@pytest.mark.parametrize(("text", "code"), [("personality = 'x'", 0), ("persnality = 'x'", 1)])
def test_a_strict_server_refuses_unknown_keys(home: Home, text: str, code: int) -> None:
    home.configure(text)
    ran = home.octavo("app-server", "--listen", "stdio://", "--analytics-default-enabled", "--strict-config", stdin="")
    assert ran.code == code
    assert ("unknown configuration field `persnality`" in ran.err) is bool(code)


def test_options_of_the_terminal_are_accepted_before_a_command(home: Home) -> None:
    words = ("--no-alt-screen", "--no-daemon", "--trust", "--approve-for-me", "--local-provider", "ollama")
    assert json.loads(home.octavo(*words, "sessions", "list", "--json").out)["sessions"] == []
