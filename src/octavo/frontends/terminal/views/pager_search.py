"""Finding words in a pager: which row comes next, and where the words stand in it.

A search goes block by block, so that keys are answered while a long text is looked through.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from octavo.frontends.terminal.text.styled import Line, Span, Style
from octavo.frontends.terminal.views.pager_document import Document, Place

_FOUND = Style(reverse=True)


def hits(document: Document, query: str, start: Place, width: int, *, backwards: bool) -> Iterator[Place | None]:
    """Look for the first row after `start` (before it, where backwards) that holds the words, then around the end.

    Upper and lower case are alike. One step a block: None for a block without a row that counts.
    """
    wanted, count = query.lower(), len(document)
    if count == 0:
        return
    first = min(start.block, count - 1)
    order = chain(range(first, -1, -1), range(count - 1, first - 1, -1)) if backwards else None
    for step, index in enumerate(order or chain(range(first, count), range(first + 1))):
        places = [Place(index, row) for row, text in enumerate(document.block(index, width)) if _holds(text, wanted)]
        if step == 0:
            places = [place for place in places if (place < start if backwards else place > start)]
        yield (places[-1] if backwards else places[0]) if places else None


def _holds(row: Line, wanted: str) -> bool:
    return wanted in row.text.lower()


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
    for span in row.spans:
        text, style, start = span.text, span.style, 0
        for end in range(1, len(text) + 1):
            if end == len(text) or marks[offset + end] != marks[offset + start]:
                found = marks[offset + start]
                pieces.append(Span(text[start:end], _FOUND.over(style) if found else style))
                start = end
        offset += len(text)
    return pieces
