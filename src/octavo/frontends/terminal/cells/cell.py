"""What every finished or live block of the conversation offers: its rows in two forms.

A cell is a frozen value that knows neither terminal nor clock. Its `scrollback` form is printed once above the live
rows; its `transcript` form is what the full-screen transcript shows, at any width and as often as needed. Rows are at
most as wide as asked for, hold no control character, and a cell without rows prints nothing.

See `docs/terminal-cells.md`, "Cells".
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from octavo.frontends.terminal.text.styled import BOLD, DIM, Color, Line, Span, line


class Palette(NamedTuple):
    """What is known of colours and room when rows are made.

    `message` is the background of the user's messages and of the composer, None where the terminal's own is unknown;
    `prose` is the widest column of prose, 0 for the whole width; `reads_code` says whether code is shown by its words;
    `spinner` is what a running cell has as its mark in this frame, `lines` how many rows the screen has, 0 where
    nobody looks at one.
    """

    message: Color | None = None
    spinner: Span = Span("•")
    lines: int = 0
    prose: int = 0
    reads_code: bool = False


class Cell(Protocol):
    """One block."""

    @property
    def continues(self) -> bool:
        """Whether it goes on with the block before it, without a blank row between."""

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """The rows that are printed; none when it is not shown there."""

    def transcript(self, columns: int, palette: Palette) -> list[Line]:
        """The rows of the transcript, which leaves nothing out."""


def printed(cell: Cell, columns: int, palette: Palette, *, is_first: bool) -> list[Line]:
    """The rows of a cell as they go above the live rows, with the blank row that sets it off."""
    rows = cell.scrollback(columns, palette)
    return rows if not rows or is_first or cell.continues else [Line(), *rows]


def prose_columns(columns: int, palette: Palette) -> int:
    """How far prose goes in so many columns."""
    return min(columns, max(palette.prose, LEAST_PROSE)) if palette.prose else columns


LEAST_PROSE = 20
"""Columns below which nobody can want prose to end."""

LEAD = line(Span("• ", DIM))
"""Before the first row of most cells."""

INDENT = line("  ")
"""Before their other rows."""

BRANCH = line(Span("  └ ", DIM))
"""Before what belongs to a heading."""

UNDER = line("    ")
"""Before its other rows."""

TITLE = BOLD


def blended(background: tuple[int, int, int]) -> Color:
    """The background of messages on a terminal with this one: a tenth towards white, or black where it is light."""
    red, green, blue = background
    towards = 0 if 0.299 * red + 0.587 * green + 0.114 * blue > 128 else 255
    return (_tenth(red, towards), _tenth(green, towards), _tenth(blue, towards))


def _tenth(part: int, towards: int) -> int:
    return int(part * 0.9 + towards * 0.1)
