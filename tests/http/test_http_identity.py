"""How the program names itself."""

from __future__ import annotations

import logging

import pytest

from octavo import __version__
from octavo.http.identity import ClientIdentity, legal_user_agent, linux_release, operating_system, terminal_name
from octavo.http.status import status_text

OVERRIDE = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE"


def test_the_front_end_decides_unless_the_variable_does() -> None:
    assert ClientIdentity({}).originator == "codex_cli_rs"
    assert ClientIdentity({}, "codex_exec").originator == "codex_exec"
    assert ClientIdentity({OVERRIDE: "my_ide"}, "codex_exec").originator == "my_ide"


def test_an_empty_override_counts() -> None:
    identity = ClientIdentity({OVERRIDE: "", "TERM": "x"})
    assert (b"originator", b"") in identity.headers()
    assert identity.user_agent.startswith(f"/{__version__} (")


def test_an_illegal_override_is_told_and_the_default_taken(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert ClientIdentity({OVERRIDE: "a\nb"}, "codex_exec").originator == "codex_cli_rs"
    assert OVERRIDE in caplog.text


def test_an_override_beyond_ascii_goes_out_as_utf8() -> None:
    assert (b"originator", "é".encode()) in ClientIdentity({OVERRIDE: "é"}).headers()


def test_the_user_agent_names_program_system_and_terminal() -> None:
    system, version, machine = operating_system()
    expected = f"codex_exec/{__version__} ({system} {version}; {machine}) xterm"
    identity = ClientIdentity({"TERM": "xterm"}, "codex_exec")
    assert identity.user_agent == expected
    identity.suffix = "  "
    assert identity.user_agent == expected
    identity.suffix = " my-client; 9.9 "
    assert identity.user_agent == expected + " (my-client; 9.9)"


def test_a_suffix_that_no_header_can_hold_is_cleaned() -> None:
    identity = ClientIdentity({"TERM": "xterm"})
    identity.suffix = "bad\rsuffix"
    assert identity.user_agent.endswith(" (bad_suffix)")
    assert legal_user_agent("é\n") == "__"
    assert legal_user_agent("é\t") == "é\t"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"TERM_PROGRAM": "we ird(x)", "TERM_PROGRAM_VERSION": "1.2"}, "we_ird_x_/1.2"),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": " "}, "iTerm.app"),
        ({"TERM_PROGRAM": " ", "WEZTERM_VERSION": "2"}, "WezTerm/2"),
        ({"WEZTERM_VERSION": ""}, "WezTerm"),
        ({"KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"ALACRITTY_SOCKET": "s", "TERM": "x"}, "Alacritty"),
        ({"TERM": "alacritty"}, "Alacritty"),
        ({"KONSOLE_VERSION": "2301"}, "Konsole/2301"),
        ({"GNOME_TERMINAL_SCREEN": "s"}, "gnome-terminal"),
        ({"VTE_VERSION": "7000"}, "VTE/7000"),
        ({"WT_SESSION": "s"}, "WindowsTerminal"),
        ({"TERM": "xterm-256color"}, "xterm-256color"),
        ({}, "unknown"),
    ],
)
def test_the_terminal_is_told_by_what_it_leaves_in_the_environment(environ: dict[str, str], name: str) -> None:
    assert terminal_name(environ) == name


@pytest.mark.parametrize(
    ("os_release", "expected"),
    [
        ('NAME="Ubuntu"\nID=ubuntu\nVERSION_ID="22.04"\n', ("Ubuntu", "22.4.0")),
        ('ID=debian\nVERSION_ID="12"\n', ("Debian", "12.0.0")),
        ("ID=arch\nBUILD_ID=rolling\n", ("Arch Linux", "Rolling Release")),
        ('ID="opensuse-leap"\nVERSION_ID="15.6"\n', ("openSUSE", "15.6.0")),
        ("ID=strange\nVERSION_ID=1.2.3.4\n", ("Linux", "1.2.3.4")),
        ("", ("Linux", "Unknown")),
    ],
)
def test_distributions_are_read_from_os_release(os_release: str, expected: tuple[str, str]) -> None:
    assert linux_release(os_release) == expected


def test_statuses_are_named_from_a_fixed_table() -> None:
    assert status_text(400) == "400 Bad Request"
    assert status_text(499) == "499 <unknown status code>"
