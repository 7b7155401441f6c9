from __future__ import annotations

import pathlib
from typing import Any

import msgspec
import pytest

from octavo.commands.parsed import parse_command
from octavo.commands.safe import is_known_safe
from octavo.commands.summaries import short_path
from octavo.protocol.commands import ListFilesCommand, ParsedCommand, ReadCommand, SearchCommand, UnknownCommand


class Case(msgspec.Struct, frozen=True):
    argv: list[str]
    safe: bool
    parsed: list[dict[str, Any]]


RECORDED = [
    msgspec.json.decode(line, type=Case)
    for line in (pathlib.Path(__file__).parent / "recorded.jsonl").read_bytes().splitlines()
]


def _script(script: str) -> list[ParsedCommand]:
    return parse_command(["bash", "-lc", script])


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: " ".join(case.argv)[:60])
def test_commands_are_judged_as_clients_of_codex_know_it(case: Case) -> None:
    assert msgspec.to_builtins(parse_command(case.argv)) == case.parsed
    assert is_known_safe(case.argv) == case.safe


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('rg -n "BUG|FIXME" -S', [SearchCommand("rg -n 'BUG|FIXME' -S", "BUG|FIXME")]),
        ("cd foo && cat foo.txt", [ReadCommand("cat foo.txt", "foo.txt", "foo/foo.txt")]),
        (
            "cat tui/Cargo.toml | sed -n '1,200p'",
            [ReadCommand("cat tui/Cargo.toml | sed -n '1,200p'", "Cargo.toml", "tui/Cargo.toml")],
        ),
        ("echo foo > bar", [UnknownCommand("echo foo > bar")]),
        ("git status | wc -l", [UnknownCommand("git status")]),
        ("ls;", [ListFilesCommand("'ls;'")]),
        ("wc -l | sort", [UnknownCommand("wc -l | sort")]),
        ("head -n 40", [UnknownCommand("head -n 40")]),
        ("cd a; cd /b; cat c", [ReadCommand("cat c", "c", "/b/c")]),
        ("cd a && rg x b", [SearchCommand("rg x b", "x", "b")]),
        ("ls && ls", [ListFilesCommand("ls")]),
    ],
)
def test_a_script_is_told_by_what_it_does(script: str, found: list[ParsedCommand]) -> None:
    assert _script(script) == found


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("webview/src", "webview"),
        ("./dist", "."),
        ("src", "src"),
        ("a\\b\\", "b"),
        ("/", ""),
        ("x/build/node_modules/", "x"),
    ],
)
def test_a_path_is_named_by_its_last_telling_part(path: str, name: str) -> None:
    assert short_path(path) == name


def test_a_full_path_to_the_shell_is_not_looked_into() -> None:
    assert parse_command(["/bin/bash", "-lc", "cat x"]) == [UnknownCommand("/bin/bash -lc 'cat x'")]


def test_a_nul_byte_is_not_shown() -> None:
    assert parse_command(["frob", "a\0"]) == [UnknownCommand("<command included NUL byte>")]
