"""The rows that a text takes at a width, and where an index is among them.

Each line is filled word by word; between wide characters it may break anywhere, and a word that is too long is
broken. A blank may hang over the end of a row by one column, so that nothing moves when a word is completed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from octavo.frontends.terminal.text.widths import graphemes, width

TAB = "    "
_PICTURES = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "\u2421", 0x2028: " ", 0x2029: " "}


class Row(msgspec.Struct, frozen=True):
    """`text[start:end]`; `soft` when the line goes on in the next row."""

    start: int
    end: int
    soft: bool = False


@lru_cache(4)
def rows_of(text: str, columns: int) -> tuple[Row, ...]:
    """At least one row, for an empty text too; cached, as a frame asks several times."""
    rows: list[Row] = []
    place = 0
    for line in text.split("\n"):
        starts = _starts(line, max(columns, 1))
        ends = (*starts[1:], len(line))
        rows += [
            Row(place + s, place + e, n < len(starts)) for n, (s, e) in enumerate(zip(starts, ends, strict=True), 1)
        ]
        place += len(line) + 1
    return tuple(rows)


def row_at(rows: Sequence[Row], index: int) -> int:
    """The number of the row in which the cursor stands at `index`."""
    return bisect_right(rows, index, key=lambda row: row.start) - 1


def column_of(text: str, row: Row, index: int) -> int:
    """How many columns of the row are left of `index`."""
    return width(shown(text[row.start : index]))


def index_at(text: str, row: Row, column: int) -> int:
    """The last index in the row that is not right of `column`."""
    place, used, last = row.start, 0, row.start
    for grapheme in graphemes(text[row.start : row.end]):
        used += width(shown(grapheme))
        last, place = place, place + len(grapheme)
        if used > column:
            return last
    return last if row.soft else place


def shown(text: str) -> str:
    """The text as it is drawn: tabs as blanks, control characters as their pictures, lone surrogates replaced."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\t":
        return TAB
    code = ord(character)
    if 0x80 <= code < 0xA0 or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return _PICTURES.get(code, character)


@lru_cache(512)
def _starts(line: str, columns: int) -> tuple[int, ...]:
    """Where the rows of a line begin; cached, as a key changes one line of many."""
    if line.isascii() and line.isprintable():
        return _simple_starts(line, columns)
    starts, used, place = [0], 0, 0
    chance, used_there = (
        0,
        0,
    )  # behind the last blank or wide character: where the row may end, and what is used up to there
    for grapheme in graphemes(line):
        wide = min(width(shown(grapheme)), columns)
        blank = grapheme == " "
        while used + wide > columns + blank:
            start, used = (chance, used - used_there) if chance > starts[-1] else (place, 0)
            starts.append(start)
        place += len(grapheme)
        used += wide
        if wide > 1 or grapheme.isspace():
            chance, used_there = place, used
    if used > columns:
        starts.append(len(line))
    return tuple(starts)


def _simple_starts(line: str, columns: int) -> tuple[int, ...]:
    """The same where each character is one column, without looking at each."""
    starts = [0]
    while len(line) - starts[-1] > columns:
        start, end = starts[-1], starts[-1] + columns
        blank = end if line[end] == " " else line.rfind(" ", start, end)
        starts.append(end if blank < 0 else blank + 1)
    return tuple(starts)
