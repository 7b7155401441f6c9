"""Saying what a command does: reads a file, lists files, searches, or something else (`docs/commands.md`).

Clients show the result in place of the raw command. It is a guess from the words alone:
nothing is run, looked up or allowed on its account.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence

import msgspec

from octavo.commands.quoting import quote_parsed_command
from octavo.commands.shell_grammar import login_script, word_only_commands
from octavo.commands.shell_words import split_words
from octavo.commands.summaries import is_formatting, summarise
from octavo.protocol.commands import ParsedCommand, ReadCommand, UnknownCommand

_CONNECTORS = frozenset(("&&", "||", "|", ";"))
_ANSWERS = frozenset(("yes", "y", "no", "n"))


def parse_command(argv: Sequence[str]) -> list[ParsedCommand]:
    """What the command does, in order; equal neighbours appear once (`docs/commands.md`)."""
    script = login_script(argv)
    found = _of_words(argv) if script is None else _of_script(script)
    return [command for index, command in enumerate(found) if index == 0 or command != found[index - 1]]


def _of_script(script: str) -> list[ParsedCommand]:
    """The commands of a login shell's script; one unknown command if it is not word-only or only formats."""
    every = word_only_commands(script) or []
    commands = [words for words in every if not is_formatting(words)]
    if not commands:
        return [UnknownCommand(script)]
    found = _walk(commands)
    if len(found) > 1:
        found = _simplify([command for command in found if command != UnknownCommand("true")])
    if len(found) == 1:
        return [_with_whole_script(found[0], script, joined=len(every) > 1)]
    return found


def _with_whole_script(command: ParsedCommand, script: str, *, joined: bool) -> ParsedCommand:
    """Show the script itself where one command stands for all of it; `joined` if it had several commands."""
    if isinstance(command, UnknownCommand):
        return command
    words = split_words(script) or [script]
    if not joined and _CONNECTORS.isdisjoint(words):
        return msgspec.structs.replace(command, cmd=quote_parsed_command(words))
    prints_lines = any(pair == ("sed", "-n") for pair in itertools.pairwise(words))
    if isinstance(command, ReadCommand) and "|" in words and prints_lines:
        return msgspec.structs.replace(command, cmd=script)
    return command


def _of_words(argv: Sequence[str]) -> list[ParsedCommand]:
    """The commands of a plain argument list, cut at words that look like shell operators."""
    words = list(argv)
    if len(words) > 1 and words[0] in _ANSWERS and words[1] == "|":
        words = words[2:]
    elif len(words) == 3 and words[0] in ("bash", "zsh") and words[1] in ("-c", "-lc"):
        inner = split_words(words[2])
        words = words if inner is None else inner
    return _simplify(_walk(_cut(words))) if words else [UnknownCommand("")]


def _cut(words: Iterable[str]) -> list[list[str]]:
    commands: list[list[str]] = [[]]
    for word in words:
        if word in _CONNECTORS:
            commands.append([])
        else:
            commands[-1].append(word)
    return [command for command in commands if command]


def _walk(commands: Iterable[Sequence[str]]) -> list[ParsedCommand]:
    """Summaries in order; `cd` is followed, so that paths that are read start where the script did."""
    base = ""
    found = []
    for words in commands:
        if words[0] == "cd":
            base = _join(base, words[1]) if len(words) > 1 else base
            continue
        command = summarise(words)
        if base and isinstance(command, ReadCommand):
            command = msgspec.structs.replace(command, path=_join(base, command.path))
        found.append(command)
    return found


def _join(base: str, path: str) -> str:
    has_drive = path[1:3] == ":\\" and path[0].isascii() and path[0].isalpha()
    is_absolute = has_drive or path.startswith(("/", "\\\\"))
    if not base or is_absolute:
        return path
    return base + path if base.endswith("/") else f"{base}/{path}"


def _simplify(commands: list[ParsedCommand]) -> list[ParsedCommand]:
    """Drop what only prepares or decorates, as long as more than one command remains."""
    rules: tuple[Callable[[int, UnknownCommand, int], bool], ...] = (
        lambda index, command, count: index == 0 and _program(command) == "echo",
        lambda index, command, count: _program(command) == "cd" and index < count - 1,
        lambda index, command, count: command.cmd == "true",
        lambda index, command, count: _is_bare_nl(command.cmd),
    )
    while len(commands) > 1:
        for rule in rules:
            index = next(
                (i for i, c in enumerate(commands) if isinstance(c, UnknownCommand) and rule(i, c, len(commands))), None
            )
            if index is not None:
                commands = commands[:index] + commands[index + 1 :]
                break
        else:
            break
    return commands


def _program(command: UnknownCommand) -> str:
    return (split_words(command.cmd) or [""])[0]


def _is_bare_nl(cmd: str) -> bool:
    words = split_words(cmd) or [""]
    return words[0] == "nl" and all(word.startswith("-") for word in words[1:])
