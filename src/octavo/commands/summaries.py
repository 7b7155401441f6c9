"""What one simple command does, judged by its program and operands (`docs/commands.md`)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from octavo.commands.quoting import quote_parsed_command
from octavo.commands.safe import is_print_range
from octavo.protocol.commands import ListFilesCommand, ParsedCommand, ReadCommand, SearchCommand, UnknownCommand

_FORMATTERS = frozenset(["wc", "tr", "cut", "sort", "uniq", "xargs", "tee", "column", "awk", "yes", "printf"])
_HOLLOW = frozenset(("", "build", "dist", "node_modules", "src"))
_LS_VALUES = frozenset(["-I", "-w", "--block-size", "--format", "--time-style", "--color", "--quoting-style"])
_FD_VALUES = frozenset(["-t", "--type", "-e", "--extension", "-E", "--exclude", "--search-path"])
_FIND_QUERIES = frozenset(["-name", "-iname", "-path", "-regex"])
_NL_VALUES = frozenset(["-s", "-w", "-v", "-i", "-b"])


def is_formatting(words: Sequence[str]) -> bool:
    """Whether the command only shapes the output of another one in a pipe."""
    program = words[0]
    if program in ("head", "tail"):
        return len(words) < 3
    if program == "sed":
        return not (len(words) >= 4 and words[1] == "-n" and is_print_range(words[2]))
    return program in _FORMATTERS


def summarise(words: Sequence[str]) -> ParsedCommand:
    """One command's summary; its `cmd` is the quoted words."""
    cmd = quote_parsed_command(words)
    program, arguments = words[0], words[1:]
    match program:
        case "ls":
            return ListFilesCommand(cmd, _short(_first(_operands(arguments, _LS_VALUES))))
        case "rg":
            return _summarise_rg(cmd, arguments)
        case "grep":
            operands = _non_flags(arguments)
            return SearchCommand(cmd, _first(operands), _short(_first(operands[1:])))
        case "fd":
            return _summarise_fd(cmd, _operands(arguments, _FD_VALUES))
        case "find":
            return _summarise_find(cmd, arguments)
    file = _file_read(program, arguments)
    return UnknownCommand(cmd) if file is None else ReadCommand(cmd, short_path(file), file)


def _summarise_rg(cmd: str, arguments: Sequence[str]) -> SearchCommand:
    operands = _non_flags(arguments)
    if "--files" in arguments:
        return SearchCommand(cmd, None, _short(_first(operands)))
    return SearchCommand(cmd, _first(operands), _short(_first(operands[1:])))


def _summarise_fd(cmd: str, operands: Sequence[str]) -> SearchCommand:
    first = _first(operands)
    if len(operands) == 1 and _looks_like_path(operands[0]):
        return SearchCommand(cmd, None, _short(first))
    return SearchCommand(cmd, first, _short(_first(operands[1:])))


def _summarise_find(cmd: str, arguments: Sequence[str]) -> SearchCommand:
    path = next((word for word in arguments if not word.startswith("-") and word not in ("!", "(", ")")), None)
    names = (value for name, value in itertools.pairwise(arguments) if name in _FIND_QUERIES)
    return SearchCommand(cmd, next(names, None), _short(path))


def _file_read(program: str, arguments: Sequence[str]) -> str | None:
    """The one file that the command shows; None if it shows none, several or a part that cannot be told."""
    match program, list(arguments):
        case "cat", ["--", file]:
            return file
        case "cat", [file] if file != "--":
            return file
        case (("head" | "tail"), ["-n", count, *rest]) if _is_count(program, count):
            return _first(_non_flags(rest))
        case (("head" | "tail"), [joined, *rest]) if joined[:2] == "-n" != joined and _is_count(program, joined[2:]):
            return _first(_non_flags(rest))
        case "sed", ["-n", lines, file, *_] if is_print_range(lines):
            return file
        case "nl", rest:
            return _first(_operands(rest, _NL_VALUES))
    return None


def _is_count(program: str, word: str) -> bool:
    if program == "head":
        # An empty count passes too: clients have always seen it as a read.
        return word == "" or (word.isascii() and word.isdigit())
    digits = word.removeprefix("+")
    return digits.isascii() and digits.isdigit()


def short_path(path: str) -> str:
    """The last part of a path that tells something: not `src`, `dist`, `build` or `node_modules`."""
    trimmed = path.replace("\\", "/").rstrip("/")
    return next((part for part in reversed(trimmed.split("/")) if part not in _HOLLOW), trimmed)


def _short(path: str | None) -> str | None:
    return None if path is None else short_path(path)


def _looks_like_path(word: str) -> bool:
    return word in (".", "..") or word.startswith(("./", "../")) or "/" in word or "\\" in word


def _first(words: Sequence[str]) -> str | None:
    return words[0] if words else None


def _non_flags(arguments: Sequence[str]) -> list[str]:
    return [word for word in arguments if not word.startswith("-")]


def _operands(arguments: Sequence[str], flags_with_value: frozenset[str]) -> list[str]:
    """The words that are neither flags nor the values of these flags."""
    operands: list[str] = []
    remaining = iter(arguments)
    for word in remaining:
        if word == "--":
            return operands + _non_flags(list(remaining))
        if word in flags_with_value:
            next(remaining, None)
        elif not word.startswith("-"):
            operands.append(word)
    return operands
