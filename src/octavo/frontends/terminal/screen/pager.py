"""The whole screen, for overlays: rows by number, only those that changed, on the alternate screen."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.screen.sgr import Ink
from octavo.frontends.terminal.text.styled import EMPTY, Line

ENTER = "\x1b[?1049h\x1b[?1007h\x1b[H\x1b[2J"
LEAVE = "\x1b[?1007l\x1b[?1049l"


class WholeScreen:
    """What stands on the alternate screen."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self._rows: list[Line] = []
        self._size = (0, 0)
        self._cursor: tuple[int, int] | None = None

    def frame(self, rows: Sequence[Line], cursor: tuple[int, int] | None, columns: int, lines: int) -> str:
        """What is to be written so that these rows fill the screen; empty when nothing changes."""
        new = [*rows[:lines], *[EMPTY] * (lines - len(rows))]
        whole = self._size != (columns, lines)
        parts = [
            f"\x1b[{index + 1};1H{self.ink.row(line, columns)}"
            for index, line in enumerate(new)
            if whole or line != self._rows[index]
        ]
        if parts or cursor != self._cursor:
            row, column = cursor or (lines - 1, 0)
            parts.append(f"\x1b[{min(row, lines - 1) + 1};{min(column, columns - 1) + 1}H")
        self._rows, self._size, self._cursor = new, (columns, lines), cursor
        return "".join(parts)

    def forget(self) -> None:
        """The next frame writes every row."""
        self._size = (0, 0)
