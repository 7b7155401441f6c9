"""Commands that only look at files, joined in one cell (`docs/terminal-cells.md`, "Commands")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from octavo.frontends.terminal.cells.cell import BRANCH, TITLE, UNDER, Palette
from octavo.frontends.terminal.cells.command import BAD, Ended, transcript_rows
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import ACCENT, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.protocol.commands import ListFilesCommand, ParsedCommand, ReadCommand, SearchCommand, UnknownCommand


class Look(NamedTuple):
    """One command of a group, running while `ended` is None."""

    call_id: str
    script: str
    parsed: tuple[ParsedCommand, ...]
    ended: Ended | None = None


class ExploringCell(msgspec.Struct, frozen=True):
    """A group of them, in order; `failed` when it was broken off."""

    looks: tuple[Look, ...]
    failed: bool = False

    continues = False

    @property
    def is_running(self) -> bool:
        """Whether any part of it still runs."""
        return any(look.ended is None for look in self.looks)

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """What was read, listed and searched; no output."""
        running = self.is_running
        mark = BAD if self.failed else palette.spinner if running else Span("•", DIM)
        rows = wrap(line(Span("Exploring" if running else "Explored", TITLE)), columns, line(mark, " "))
        for verb, text in _entries(self.looks):
            before = BRANCH if len(rows) == 1 else UNDER
            indent = line("    " + " " * (len(verb) + 1))
            rows += wrap(text, columns, line(*before.spans, Span(verb, ACCENT), " "), indent)
        return rows

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """Each command with its output."""
        rows: list[Line] = []
        for look in self.looks:
            rows += [EMPTY] * bool(rows) + transcript_rows(look.script, look.ended, columns)
        return rows


def is_look(parsed: Sequence[ParsedCommand]) -> bool:
    """Whether a command only reads, lists and searches."""
    return bool(parsed) and not any(isinstance(command, UnknownCommand) for command in parsed)


def _entries(looks: Sequence[Look]) -> Iterator[tuple[str, Line]]:
    for only_reads, group in groupby(looks, lambda look: all(isinstance(each, ReadCommand) for each in look.parsed)):
        commands = [command for look in group for command in look.parsed]
        if only_reads:
            yield "Read", _names(commands)
        else:
            yield from map(_entry, commands)


def _names(commands: Sequence[ParsedCommand]) -> Line:
    names = dict.fromkeys(one_line(command.name) for command in commands if isinstance(command, ReadCommand))
    spans: list[Span] = []
    for name in names:
        spans += [Span(", ", DIM)] * bool(spans) + [Span(name)]
    return line(*spans)


def _entry(command: ParsedCommand) -> tuple[str, Line]:
    match command:
        case ReadCommand():
            return "Read", line(one_line(command.name))
        case ListFilesCommand():
            return "List", line(one_line(command.path or command.cmd))
        case SearchCommand(query=str(query)) if query:
            place = [Span(" in ", DIM), Span(one_line(command.path))] if command.path else []
            return "Search", line(one_line(query), *place)
        case SearchCommand():
            return "Search", line(one_line(command.cmd))
    return "Run", line(one_line(command.cmd))
