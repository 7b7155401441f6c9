"""Finding words in a pager: which row comes next, and where the words stand in it."""

from __future__ import annotations

from octavo.frontends.terminal.text.styled import Line, Span, Style
from octavo.frontends.terminal.views.pager_document import Document, Place

_FOUND = Style(reverse=True)


def next_hit(document: Document, query: str, start: Place, width: int, *, backwards: bool = False) -> Place | None:
    """The first row after `start` (before it, where backwards) that holds the words, upper and lower case alike."""
    wanted = query.lower()
    indexes = range(min(start.block, len(document) - 1), -1, -1) if backwards else range(start.block, len(document))
    for index in indexes:
        rows = [row.text.lower() for row in document.block(index, width)]
        places = [Place(index, number) for number, text in enumerate(rows) if wanted in text]
        for place in reversed(places) if backwards else places:
            if (place < start) if backwards else (place > start):
                return place
    return None


def marked(row: Line, query: str) -> Line:
    """The row with the words in reverse."""
    text, wanted = row.text.lower(), query.lower()
    at = text.find(wanted)
    if not wanted or at < 0 or len(text) != len(row.text):
        return row
    marks = [False] * len(text)
    while at >= 0:
        marks[at : at + len(wanted)] = [True] * len(wanted)
        at = text.find(wanted, at + len(wanted))
    return Line(tuple(_pieces(row, marks)), row.fill)


def _pieces(row: Line, marks: list[bool]) -> list[Span]:
    pieces: list[Span] = []
    offset = 0
    for text, style in row.spans:
        start = 0
        for end in range(1, len(text) + 1):
            if end == len(text) or marks[offset + end] != marks[offset + start]:
                found = marks[offset + start]
                pieces.append(Span(text[start:end], _FOUND.over(style) if found else style))
                start = end
        offset += len(text)
    return pieces
