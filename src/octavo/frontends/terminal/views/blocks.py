"""Text in pieces that are laid out one by one: the content of questions and pagers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from octavo.frontends.terminal.text.styled import EMPTY, Line
from octavo.frontends.terminal.text.wrapping import wrap

Block = Callable[[int], list[Line]]
"""The rows of one piece for a width in columns; none is wider."""


def paragraph(text: Line, first: Line = EMPTY, rest: Line = EMPTY, *, words: bool = True) -> Block:
    """One logical line, wrapped; `first` and `rest` stand before its rows."""
    return lambda width: wrap(text, width, first, rest, words=words)


def blank(_: int) -> list[Line]:
    """A row with nothing in it."""
    return [EMPTY]


def first_rows(blocks: Iterable[Block], width: int, count: int) -> tuple[list[Line], bool]:
    """The rows of the first pieces, more than `count` if there are so many, and whether these are all there are."""
    rows: list[Line] = []
    for block in blocks:
        if len(rows) > count:
            return rows, False
        rows += block(width)
    return rows, True
