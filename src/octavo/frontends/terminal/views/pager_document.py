"""A long text of blocks, laid out only where somebody looks.

Opening it at its end costs a screenful, however long it is. Heights that were measured are kept for a width, so that
moving about costs what comes into view. What was never measured is estimated, for the percentage alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from octavo.frontends.terminal.text.styled import Line

_GUESSED_HEIGHT = 3.0


class Place(NamedTuple):
    """A row of a document: the number of the block and the row in it."""

    block: int
    row: int


TOP = Place(0, 0)


class Document:
    """Blocks that never change once they are there; `count` may grow. `live` are rows behind them that change."""

    def __init__(
        self,
        count: Callable[[], int],
        rows: Callable[[int, int], list[Line]],
        live: Callable[[int], list[Line]] | None = None,
    ) -> None:
        self._count, self._rows, self._live = count, rows, live
        self._width = 0
        self._heights: dict[int, int] = {}

    def __len__(self) -> int:
        return self._count() + (self._live is not None)

    def block(self, index: int, width: int) -> list[Line]:
        """The rows of a block; the last one is the live one, where there is one."""
        if self._live is not None and index == self._count():
            return self._live(width)
        rows = self._rows(index, width)
        self._measured(width)[index] = len(rows)
        return rows

    def height(self, index: int, width: int) -> int:
        """How many rows a block has."""
        known = self._measured(width).get(index)
        return known if known is not None else len(self.block(index, width))

    def below(self, place: Place, width: int, count: int) -> list[Line]:
        """Up to `count` rows from this place on."""
        rows: list[Line] = []
        index, skip = place
        while index < len(self) and len(rows) < count:
            rows += self.block(index, width)[skip:]
            index, skip = index + 1, 0
        return rows[:count]

    def move(self, place: Place, rows: int, width: int) -> Place:
        """The place so many rows further down, or up where `rows` is negative; the first row and the end bound it."""
        index, row = place.block, place.row + rows
        while row < 0 and index > 0:
            index -= 1
            row += self.height(index, width)
        while index < len(self) and row >= (height := self.height(index, width)):
            index, row = index + 1, row - height
        return Place(index, max(row, 0)) if index < len(self) else Place(len(self), 0)

    def end(self, width: int, rows: int) -> Place:
        """The place from which the last `rows` rows are seen; the top where there are no more."""
        return self.move(Place(len(self), 0), -rows, width)

    def share_above(self, place: Place, width: int, page: int) -> float:
        """How much of the way to the last page lies above the place, about, from 0 to 1."""
        heights = self._measured(width)
        known = sum(heights.values())
        guess = known / len(heights) if heights else _GUESSED_HEIGHT
        total = known + guess * (len(self) - len(heights))
        passed = [height for index, height in heights.items() if index < place.block]
        above = sum(passed) + guess * (place.block - len(passed)) + place.row
        return min(above / (total - page), 1.0) if total > page else 1.0

    def _measured(self, width: int) -> dict[int, int]:
        if width != self._width:
            self._width, self._heights = width, {}
        return self._heights
