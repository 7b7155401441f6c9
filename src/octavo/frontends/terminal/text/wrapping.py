"""Breaking a logical line into rows that fit (`docs/terminal-cells.md`, "Wrapping").

Rows break between words and between wide characters, each row is filled as far as it goes, and a word that fits into
no row is broken between graphemes. Blanks at a break are dropped, those at the start of a line are kept.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import msgspec

from octavo.frontends.terminal.text.styled import EMPTY, Line, Span, Style
from octavo.frontends.terminal.text.widths import graphemes, width

_GLUED_TO_THE_LEFT = frozenset("、。，．！？：；）］｝」』】》〉’”…")
"""Wide signs that do not begin a row."""


class Flow(msgspec.Struct, frozen=True):
    """A logical line, and what stands before its first row and the others. Code, HTML and tables are no prose.

    `code` is the language of a line of code, where it is known, and what the line before has left open (`text/code`).
    """

    text: Line
    first: Line = EMPTY
    rest: Line = EMPTY
    is_prose: bool = True
    code: tuple[str, str] = ("", "")

    def rows(self, columns: int, lead: Line = EMPTY, indent: Line = EMPTY) -> list[Line]:
        """The rows at this width, with `lead` before the first one and `indent` before the others."""
        first, rest = joined(lead, self.first), joined(indent, self.rest)
        return wrap(self.text, columns, first, rest)


def joined(left: Line, right: Line) -> Line:
    """Two lines as one; the fill of the right one counts, where it has one."""
    if not left.spans:
        return right
    return Line(left.spans + right.spans, right.fill if right.fill is not None else left.fill)


def wrap(text: Line, columns: int, first: Line = EMPTY, rest: Line = EMPTY, *, words: bool = True) -> list[Line]:
    """Rows of at most `columns`, prefixes counted; without `words` nothing is dropped and any grapheme may end a row.

    A prefix that leaves no room for a wide character is left out. There is always at least one row.
    """
    plain = text.text
    first, first_room = _fitting(first, columns)
    rest, rest_room = _fitting(rest, columns)
    if not plain:
        return [_without_end(first, text.fill)]
    if len(plain) <= first_room and (plain.isascii() or width(plain) <= first_room):
        if words:
            plain, text = plain.rstrip(" "), _part(text, 0, len(plain.rstrip(" ")))
        return [Line(first.spans + text.spans, text.fill)] if plain else [_without_end(first, text.fill)]
    breaks = _word_breaks if words else _hard_breaks
    pieces = _parts(text, breaks(plain, first_room, rest_room))
    return [
        Line((rest if number else first).spans + spans, text.fill) if spans else _without_end(first, text.fill)
        for number, spans in enumerate(pieces)
    ]


def _fitting(prefix: Line, columns: int) -> tuple[Line, int]:
    room = columns - width(prefix.text)
    return (prefix, room) if room > 1 or columns == room > 0 else (EMPTY, max(columns, 1))


def _without_end(prefix: Line, fill: Style | None) -> Line:
    """A prefix with nothing behind it, without the blanks at its end."""
    spans = list(prefix.spans)
    while spans:
        text = spans[-1].text.rstrip(" ")
        if text:
            spans[-1] = Span(text, spans[-1].style)
            break
        spans.pop()
    return Line(tuple(spans), fill)


# --- where rows end ------------------------------------------------------------------------------


def _hard_breaks(text: str, first_room: int, rest_room: int) -> Iterator[tuple[int, int]]:
    start, end, used, room = 0, 0, 0, first_room
    if text.isascii():
        while start < len(text):
            yield start, min(start + room, len(text))
            start, room = start + room, rest_room
        return
    for grapheme in graphemes(text):
        columns = width(grapheme)
        if used + columns > room and end > start:
            yield start, end
            start, used, room = end, 0, rest_room
        used += columns
        end += len(grapheme)
    yield start, end


def _word_breaks(text: str, first_room: int, rest_room: int) -> Iterator[tuple[int, int]]:
    """First and one past the last index of each row."""
    start, end, used, room = 0, 0, 0, first_room
    for word_start, word_end, columns in _words(text):
        gap = word_start - end
        if used + gap + columns <= room:
            used, end = used + gap + columns, word_end
            continue
        if end > start:
            yield start, end
            room = rest_room
            start, end, used, gap = word_start, word_start, 0, 0
        if gap > room - 2:  # no room for a wide character behind the blanks
            start, gap = word_start, 0
        if gap + columns <= room:
            used, end = gap + columns, word_end
            continue
        *whole, last = _hard_breaks(text[word_start:word_end], room - gap, rest_room)
        for number, (_, piece_end) in enumerate(whole):
            yield start, word_start + piece_end
            start = word_start + whole[number][1]
            room, gap = rest_room, 0
        end = word_start + last[1]
        used = gap + width(text[word_start + last[0] : end])
    if end > start or end == 0:
        yield start, end


def _words(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and columns of each piece that is not broken if it can be helped."""
    for match in _word().finditer(text):
        word = match.group()
        if word.isascii():
            yield match.start(), match.end(), len(word)
        else:
            yield from _pieces(word, match.start())


def _pieces(word: str, at: int) -> Iterator[tuple[int, int, int]]:
    """A word with its wide characters one by one, since rows may break between these."""
    start, end, columns, was_wide = at, at, 0, False
    for grapheme in graphemes(word):
        wide = (size := width(grapheme)) > 1
        if end > start and (wide or was_wide) and grapheme not in _GLUED_TO_THE_LEFT:
            yield start, end, columns
            start, columns = end, 0
        end += len(grapheme)
        columns += size
        was_wide = wide
    if end > start:
        yield start, end, columns


@functools.cache  # The first frame needs no words.
def _word() -> re.Pattern[str]:
    return re.compile(r"[^ ]+")


# --- pieces of styled text -------------------------------------------------------------------------


def _part(text: Line, start: int, end: int) -> Line:
    (spans,) = _parts(text, iter([(start, end)]))
    return Line(spans, text.fill)


def _parts(text: Line, ranges: Iterator[tuple[int, int]]) -> Iterator[tuple[Span, ...]]:
    """The spans of each range; ranges come in order and do not overlap."""
    spans, number, offset = text.spans, 0, 0
    for start, end in ranges:
        found: list[Span] = []
        while number < len(spans):
            piece = spans[number].text
            if offset + len(piece) > start and offset < end:
                cut = piece[max(start - offset, 0) : end - offset]
                found.append(Span(cut, spans[number].style))
            if offset + len(piece) > end:
                break
            offset += len(piece)
            number += 1
        yield tuple(found)
