"""Styled lines and tables on stdout, for commands that print once on a terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from octavo.frontends.terminal.screen.depth import color_depth
from octavo.frontends.terminal.screen.sgr import Ink
from octavo.frontends.terminal.text.styled import BOLD, PLAIN, Line, Span, Style
from octavo.frontends.terminal.text.widths import cut, width
from octavo.frontends.terminal.text.wrapping import wrap

_BETWEEN = 2


class Column(NamedTuple):
    """A column is as wide as its widest cell, at most `most`; where there is no room it shrinks down to `least`.

    One that `fills` takes the room that the others leave; `right` lines its cells up at their ends.
    """

    title: str
    style: Style = PLAIN
    least: int = 8
    most: int = 1000
    right: bool = False
    fills: bool = False


def columns_of_terminal() -> int:
    """How wide stdout's terminal is; one that does not say is taken for 80."""
    return max(shutil.get_terminal_size().columns, 1)


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines, wrapped between words."""
    ink, room = Ink(color_depth(os.environ)), columns_of_terminal()
    for line in lines:
        for row in wrap(line, room):
            sys.stdout.write(ink.row(row, room) + "\n")


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print cells below titles; what does not fit into its column is cut, the last column shrinks first."""
    ink, room = Ink(color_depth(os.environ)), columns_of_terminal()
    widths = _widths(columns, rows, room)
    titles = [Span(column.title, BOLD) for column in columns]
    cells = [[Span(text, column.style) for text, column in zip(row, columns, strict=True)] for row in rows]
    for spans in (titles, *cells):
        sys.stdout.write(ink.row(_row(spans, columns, widths), room) + "\n")


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    wanted = [
        min(max(width(text) for text in (column.title, *cells)), column.most)
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    excess = sum(wanted) + _BETWEEN * (len(wanted) - 1) - room
    for place in reversed(range(len(wanted))):
        given = min(max(excess, 0), max(wanted[place] - columns[place].least, 0))
        wanted[place] -= given
        excess -= given
    for place, column in enumerate(columns):
        if column.fills and excess < 0:
            wanted[place] -= excess
            break
    return wanted


def _row(cells: Sequence[Span], columns: Sequence[Column], widths: Sequence[int]) -> Line:
    spans = []
    for cell, column, room in zip(cells, columns, widths, strict=True):
        shown = cell.text if width(cell.text) <= room else cut(cell.text, room - 1) + "…"
        blank = " " * (room - width(shown))
        before, after = (blank, "") if column.right else ("", blank)
        spans += [Span(before), Span(shown, cell.style), Span(after + " " * _BETWEEN)]
    return Line(tuple(spans[:-1]))
