"""A command: what ran, how it ended, what it said (`docs/terminal-cells.md`, "Commands")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from octavo.commands.shell_grammar import shown_script
from octavo.frontends.elapsed import elapsed
from octavo.frontends.terminal.cells.cell import TITLE, UNDER, Palette
from octavo.frontends.terminal.cells.output import Output, full_rows
from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.highlight import shell_lines
from octavo.frontends.terminal.text.styled import COMMAND, DIM, Line, Span, Style, line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.protocol.events import Duration

GOOD = Span("•", Style(bold=True, roles=("success",)))
BAD = Span("•", Style(bold=True, roles=("error",)))
_CODE = Style(roles=("error",))

_BESIDE = line(Span("  │ ", DIM))
_MOST_BESIDE = 2
"""Rows of a command below its first one."""


class Ended(NamedTuple):
    """How a command ended: `output` as it is shown, `kept` for the transcript; no duration when it was broken off."""

    exit_code: int
    output: Output
    kept: str
    duration: Duration | None


class CommandCell(msgspec.Struct, frozen=True):
    """One command, running while `ended` is None."""

    script: str
    ended: Ended | None = None

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """Title and command, the ends of the output, and the exit code of a failure or that it was broken off."""
        ended = self.ended
        mark = palette.spinner if ended is None else BAD if ended.exit_code else GOOD
        title = line(mark, " ", Span("Running" if ended is None else "Ran", TITLE), " ")
        rows = _command_rows(self.script, columns, title)
        if ended is None:
            return rows
        rows += ended.output.rows(columns)
        if ended.exit_code > 0 and ended.duration is not None:  # it has come to an end of its own
            rows += wrap(line(Span(f"exit code {ended.exit_code}", _CODE)), columns, UNDER, UNDER)
        elif ended.exit_code and ended.duration is None:
            rows += wrap(line(Span("stopped", _CODE)), columns, UNDER, UNDER)
        return rows

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """The whole script, all of the output that is kept, the result."""
        return transcript_rows(self.script, self.ended, columns)


def script_of(argv: Sequence[str]) -> str:
    """A command as it is shown, without what would steer the terminal."""
    return clean(shown_script(argv)).strip("\n")


def transcript_rows(script: str, ended: Ended | None, columns: int) -> list[Line]:
    """One command in the transcript."""
    rows: list[Line] = []
    for text in shell_lines(script):
        rows += wrap(text, columns, UNDER if rows else line(Span("$ ", COMMAND)), UNDER)
    if ended is None:
        return rows
    rows += full_rows(ended.kept, columns)
    took = Span(f" • {elapsed(ended.duration)}", DIM) if ended.duration is not None else Span("")
    if ended.exit_code:
        result = line(Span("✗", BAD.style), f" ({ended.exit_code})", took)
    else:
        result = line(Span("✓", GOOD.style), took)
    return rows + wrap(result, columns)


def _command_rows(script: str, columns: int, title: Line) -> list[Line]:
    first, *others = shell_lines(script)
    rows = wrap(first, columns, title, _BESIDE)
    for text in others:
        rows += wrap(text, columns, _BESIDE, _BESIDE)
    left_out = len(rows) - 1 - _MOST_BESIDE
    if left_out > 0:
        rows[1 + _MOST_BESIDE :] = wrap(line(Span(f"… +{left_out} lines", DIM)), columns, _BESIDE, _BESIDE)
    return rows
