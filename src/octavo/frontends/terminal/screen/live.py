"""The rows that are redrawn, and the finished ones that are printed above them; as bytes, without any input or output.

Finished lines go out once, as plain lines in the place of the live rows, which are drawn anew below them: no scroll
region, no question to the terminal, nothing that depends on how much was printed before. Only the distance between
the cursor and the top of the live rows has to be known, and that is what this module keeps (`docs/terminal.md`,
"Drawing").
"""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.screen.sgr import Ink
from octavo.frontends.terminal.text.styled import EMPTY, Line
from octavo.frontends.terminal.text.widths import line_width

Cursor = tuple[int, int]
"""Row of the live rows, and column."""

_BELOW = "\x1b[J"
_TO_THE_END = "\x1b[K"
_CLIP, _WRAP = "\x1b[?7l", "\x1b[?7h"


class Live:
    """What stands on the screen, and what has to be written to change it. `rewraps`: whether the terminal lays its
    rows anew when it becomes narrower."""

    def __init__(self, ink: Ink, rewraps: bool) -> None:
        self.ink, self.rewraps = ink, rewraps
        self._rows: list[Line] = []
        self._cursor: Cursor = (0, 0)
        self._columns = 0
        self._stale = True

    def frame(self, history: Sequence[Line], rows: Sequence[Line], cursor: Cursor, columns: int) -> str:
        """What is to be written so that `history` stands above `rows`; empty when nothing changes."""
        rows = rows or [EMPTY]
        cursor = (min(cursor[0], len(rows) - 1), min(cursor[1], max(columns - 1, 0)))
        if history or columns != self._columns or self._stale:
            drawn, at = self._all(history, rows, cursor[0], columns)
        else:
            drawn, at = self._changes(rows, cursor[0], columns)
        self._rows, self._columns, self._stale = list(rows), columns, False
        moved = _move(at, cursor) if drawn or cursor != self._cursor else ""
        self._cursor = cursor
        return drawn + moved

    def to_top(self, columns: int) -> str:
        """From where the cursor is to the start of the live rows."""
        up = self._rows_above(columns)
        return (f"\x1b[{up}A" if up else "") + "\r"

    def to_last(self) -> str:
        """From where the cursor is to the last live row."""
        return _move(self._cursor, (max(len(self._rows) - 1, 0), 0))

    def forget(self) -> None:
        """The cursor stands where nothing of ours is: the next frame begins there."""
        self._rows, self._cursor, self._stale = [], (0, 0), True

    def spoil(self) -> None:
        """Others may have written over the rows: the next frame writes them all."""
        self._stale = True

    def _all(self, history: Sequence[Line], rows: Sequence[Line], middle: int, columns: int) -> tuple[str, Cursor]:
        parts = [self.to_top(columns)]
        for place, line in enumerate(history):
            parts += (self._over(place, line), self.ink.row(line, columns), "\r\n")
        last = len(rows) - 1
        for index, line in enumerate(rows):
            parts += (
                _CLIP if index == middle + 1 else "",
                self._over(len(history) + index, line),
                self.ink.row(line, columns) if index < last else self._last_row(line, columns),
                "\r\n" if index < last else "",
            )
        parts.append(_WRAP if middle < last else "")
        return "".join(parts), (last, columns)

    def _changes(self, rows: Sequence[Line], middle: int, columns: int) -> tuple[str, Cursor]:
        """Rows below the cursor are clipped, not wrapped: the terminal may be narrower already than it has told."""
        old, at, parts, clips = self._rows, self._cursor, [], False
        for index, line in enumerate(rows):
            if index < len(old) and line == old[index] and not (index == len(rows) - 1 < len(old) - 1):
                continue
            if index > middle and not clips:
                parts.append(_CLIP)
                clips = True
            if index < len(old):
                parts.append(_move(at, (index, 0)))
            else:
                parts.append(_move(at, (index - 1, 0)) + "\r\n")
            parts.append(self._over(index, line))
            last = index == len(rows) - 1 < len(old) - 1
            parts.append(self._last_row(line, columns) if last else self.ink.row(line, columns))
            at = (index, columns)
        parts.append(_WRAP if clips else "")
        return "".join(parts), at

    def _over(self, place: int, line: Line) -> str:
        """What clears the old row at this place before a shorter one is written there.

        tmux counts cells that were erased behind a text when it lays its rows anew: the row would become two. It
        forgets them only where a row is erased from its start.
        """
        if not self.rewraps or place >= len(self._rows) or line_width(line) >= line_width(self._rows[place]):
            return ""
        return _TO_THE_END

    def _last_row(self, line: Line, columns: int) -> str:
        """The row and nothing below it. Behind a full row the cursor has no place of its own, so erase first."""
        if line_width(line) >= columns:
            return _BELOW + self.ink.row(line, columns)
        return self.ink.row(line, columns) + _BELOW

    def _rows_above(self, columns: int) -> int:
        """How many rows of the screen lie between the top of the live rows and the cursor, at the width of now."""
        row, column = self._cursor
        if not self.rewraps or columns >= self._columns or columns < 1 or self._columns < 1:
            return row
        above = sum(_height(line_width(line), columns) for line in self._rows[:row])
        return above + (min(column, self._columns - 1) // columns if row < len(self._rows) else 0)


def _height(taken: int, columns: int) -> int:
    return max(1, -(-taken // columns))


def _move(at: Cursor, to: Cursor) -> str:
    """Relative, so that it holds wherever the rows are; the column is counted from the start of the row.

    Down by line feeds: rows that a terminal cut off when it became lower come into being again.
    """
    parts = ["\r"]
    if to[0] < at[0]:
        parts.append(f"\x1b[{at[0] - to[0]}A")
    parts.append("\n" * (to[0] - at[0]))
    if to[1]:
        parts.append(f"\x1b[{to[1]}C")
    return "".join(parts)
