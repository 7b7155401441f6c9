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


def all_rows(blocks: Iterable[Block], width: int) -> list[Line]:
    """The rows of all pieces."""
    return [row for block in blocks for row in block(width)]
