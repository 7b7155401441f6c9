"""What is shown of a command's output: its first and last lines, and how many stand between.

See `docs/terminal-cells.md`.
"""

from __future__ import annotations

from typing import NamedTuple

from octavo.frontends.terminal.cells.cell import BRANCH, UNDER
from octavo.frontends.terminal.text.ansi import ansi_lines, output_lines
from octavo.frontends.terminal.text.styled import DIM, Line, Span, line
from octavo.frontends.terminal.text.wrapping import wrap

MOST_LINES = 5
MOST_LINES_OF_USER = 50

_LONGEST = 1000
"""Characters of a line that are shown: a line without end would fill the scrollback."""
_KEPT = 50_000
"""Characters of each end of an output that the transcript has."""


class Output(NamedTuple):
    """The lines at both ends, raw, and the number of those left out between."""

    head: tuple[str, ...]
    omitted: int
    tail: tuple[str, ...]

    def rows(self, columns: int) -> list[Line]:
        """Below a heading, dim, colours kept."""
        if not self.head:
            return wrap(line(Span("(no output)", DIM)), columns, BRANCH, UNDER)
        rows: list[Line] = []
        for text in ansi_lines(self.head, DIM):
            rows += wrap(text, columns, UNDER if rows else BRANCH, UNDER)
        if self.omitted:
            rows += wrap(line(Span(f"… +{self.omitted} lines", DIM)), columns, UNDER, UNDER)
        for text in ansi_lines(self.tail, DIM):
            rows += wrap(text, columns, UNDER, UNDER)
        return rows


def limited(text: str, most: int) -> Output:
    """All lines where there are at most `most`; else that many rows, one of them for those left out."""
    lines = output_lines(text)
    if len(lines) <= most:
        return Output(tuple(map(_cut, lines)), 0, ())
    head = (most - 1) // 2
    tail = most - 1 - head
    return Output(tuple(map(_cut, lines[:head])), len(lines) - head - tail, tuple(map(_cut, lines[-tail:])))


def kept_output(output: str, told: str) -> str:
    """What the transcript has of an output, of which the model was `told`: that, or both ends where they are more.

    So much is kept that hundreds of commands of any length take no more memory than a picture.
    """
    if len(output) <= len(told):
        return told
    first, line_end, _ = told.partition("\n")
    remark = "" if first in output else first + line_end  # such as that the time was over
    if len(output) <= 2 * _KEPT:
        return remark + output
    head, tail = output[:_KEPT].rpartition("\n")[0], output[-_KEPT:].partition("\n")[2]
    omitted = output.count("\n") - head.count("\n") - tail.count("\n") - 1
    return f"{remark}{head}\n\n[... omitted {omitted} lines ...]\n\n{tail}"


def full_rows(text: str, columns: int) -> list[Line]:
    """Every line, colours kept."""
    return [row for text_line in ansi_lines(output_lines(text)) for row in wrap(text_line, columns)]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
