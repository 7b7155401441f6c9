"""Odd command lines, and what they do."""

from __future__ import annotations

import pytest
from octavo_program import Home


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("-p", "nope", "mcp", "list"), 0),
        (("-p", "nope", "login", "status"), 1),
        (("-p", "nope", "features", "list"), 1),
        (("--yolo", "--full-auto", "features", "list"), 2),
        (("exec", "--json", "--json", "hi"), 2),
        (("login", "status", "--json"), 2),
        (("features", "list", "-p", "x"), 2),
        (("mcp", "serve"), 2),
        (("mcp",), 2),
        (("features",), 2),
        (("config",), 2),
        (("sessions",), 2),
        (("sandbox", "linux", "--", "sh", "-c", "exit 7"), 7),
        (("sandbox", "linux", "sh", "-c", "kill -KILL $$"), 137),
        (("-c", "=x", "features", "list"), 1),
        (("help", "exec"), 0),
        (("logout",), 0),
        (("--enable", "nope", "login"), 1),
        (("--enable", "nope", "sessions", "list"), 1),
        (("--mod", "x"), 2),
        (("nobody-knows", "this", "word"), 2),
    ],
)
def test_exit_codes(home: Home, words: tuple[str, ...], code: int) -> None:
    assert home.octavo(*words).code == code


def test_a_profile_that_does_not_count_is_not_looked_for(home: Home) -> None:
    assert home.octavo("-p", "nope", "login", "status").err == "Not logged in\n"


def test_a_bad_feature_comes_before_all_else(home: Home) -> None:
    ran = home.octavo("--enable", "nope", "login", "--with-api-key", stdin="sk-1234567890")
    assert (ran.code, ran.err) == (1, "Error: Unknown feature flag: nope\n")
    assert not (home.path / "auth.json").exists()


def test_help_goes_to_stdout_and_that_of_a_group_alone_to_stderr(home: Home) -> None:
    assert home.octavo("help", "mcp", "add").err == ""
    ran = home.octavo("mcp")
    assert ran.out == ""
    assert ran.err.startswith(home.octavo("help", "mcp").out[:40])


@pytest.mark.parametrize("separator", [(), ("--",)])
def test_a_command_that_has_begun_takes_every_word(home: Home, separator: tuple[str, ...]) -> None:
    words = ["sh", "-c", 'echo "$@"', "x", "-c", "x", "--enable", "y", "--full-auto"]
    assert home.octavo("sandbox", "linux", *separator, *words).out == "-c x --enable y --full-auto\n"
    home.octavo("mcp", "add", "m", *separator, "server", "-c", "x", "--enable", "y")
    transport = home.octavo("mcp", "get", "m", "--json").json["transport"]
    assert (transport["command"], transport["args"]) == ("server", ["-c", "x", "--enable", "y"])


def test_the_help_of_the_program_shows_its_commands_in_their_order(home: Home) -> None:
    text = home.octavo("--help").out
    names = [
        line.split()[0].rstrip(",")
        for line in text.split("Commands:\n")[1].split("\n\n")[0].splitlines()
        if line[2] != " "
    ]
    assert names[:3] == ["exec", "login", "logout"]
    known = ["exec", "login", "logout", "mcp", "mcp-server", "app-server", "completion", "sandbox"]
    known += ["apply", "resume", "cloud", "features", "help"]
    assert [name for name in names if name in known] == [name for name in known if name in names]
    assert "--yolo" not in text
    assert "Examples:" in text


@pytest.mark.parametrize(
    ("words", "most"),
    [
        (("--help",), 70),  # all commands, and all options of the terminal interface
        (("exec", "--help"), 70),
        (("resume", "--help"), 50),
        (("login", "--help"), 50),
        (("sessions", "list", "--help"), 50),
    ],
)
def test_help_fits_a_screen(home: Home, words: tuple[str, ...], most: int) -> None:
    lines = home.octavo(*words).out.splitlines()
    assert len(lines) <= most
    assert max(len(line) for line in lines) <= 100
