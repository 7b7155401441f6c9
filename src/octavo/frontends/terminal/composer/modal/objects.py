"""Text objects: the word, quoted text, brackets or paragraph around a place, with or without what surrounds it."""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.modal import places
from octavo.frontends.terminal.composer.modal.motions import unmatched

BRACKETS = {
    "(": "()", ")": "()", "b": "()", "[": "[]", "]": "[]", "{": "{}", "}": "{}", "B": "{}", "<": "<>", ">": "<>",
}  # fmt: skip
QUOTES = "\"'`"
NAMES = {*"wWp", *QUOTES, *BRACKETS}
"""What may follow `i` and `a`."""


class Span(msgspec.Struct, frozen=True):
    """From a place up to another, which does not belong to it; `lines` where whole lines are meant.

    `top` is where the cursor stands after something that takes nothing away, at the start if it is None.
    """

    start: int
    end: int
    lines: bool = False
    top: int | None = None


def found(draft: Draft, index: int, name: str, *, around: bool, count: int) -> Span | None:
    """The object of this name at a place; None where there is none."""
    if name in "wW":
        return _word(draft, index, big=name == "W", around=around, count=count)
    if name == "p":
        return _paragraph(draft, index, around=around, count=count)
    if name in QUOTES:
        return _quoted(draft, index, name, around=around)
    return _bracketed(draft, index, *BRACKETS[name], around=around, count=count)


def _word(draft: Draft, index: int, *, big: bool, around: bool, count: int) -> Span | None:
    first, last = places.start_of(draft, index), places.end_of(draft, index)
    start, end = _run(draft, index, big)
    blank = places.kind(draft, index) == places.BLANK
    for step in range(count):
        if step:
            if end >= last:
                return None if not around else Span(start, end)
            end = _run(draft, end, big)[1]
        if not around:
            continue
        if end < last and (blank or places.kind(draft, end) == places.BLANK):
            end = _run(draft, end, big)[1]
        elif not blank and step == count - 1 and start > first and _is_blank_before(draft, start):
            before = _run(draft, drafts.before(draft, start), big)[0]
            start = before if before > first else start
    return Span(start, end)


def _is_blank_before(draft: Draft, index: int) -> bool:
    return places.kind(draft, drafts.before(draft, index)) == places.BLANK


def _run(draft: Draft, index: int, big: bool) -> tuple[int, int]:
    """The run of one kind in its line that the place belongs to."""
    first, last, wanted = places.start_of(draft, index), places.end_of(draft, index), places.kind(draft, index, big=big)
    start = end = index
    while start > first and places.kind(draft, drafts.before(draft, start), big=big) == wanted:
        start = drafts.before(draft, start)
    while end < last and places.kind(draft, end, big=big) == wanted:
        end = drafts.after(draft, end)
    return start, end


def _quoted(draft: Draft, index: int, quote: str, *, around: bool) -> Span | None:
    first, last = places.start_of(draft, index), places.end_of(draft, index)
    quotes = _quotes(draft, first, last, quote)
    if index in quotes:
        number = quotes.index(index)
        pair = quotes[number - number % 2 : number - number % 2 + 2]
    else:
        before = [place for place in quotes if place < index][-1:]
        after = [place for place in quotes if place > index]
        pair = [*before, *after][:2]
    if len(pair) < 2:
        return None
    start, end = pair[0], pair[1] + 1
    if not around:
        return Span(start + 1, end - 1)
    blanks = end
    while blanks < last and draft.text[blanks] in " \t":
        blanks += 1
    if blanks == end:
        while start > first and draft.text[start - 1] in " \t":
            start -= 1
    return Span(start, blanks)


def _quotes(draft: Draft, first: int, last: int, quote: str) -> list[int]:
    """Where they stand in a line, those behind a backslash left out."""
    places_, place = [], first
    while place < last:
        if draft.text[place] == "\\":
            place += 1
        elif draft.text[place] == quote and places.kind(draft, place) != places.LABEL:
            places_.append(place)
        place += 1
    return places_


def _bracketed(draft: Draft, index: int, opening: str, closing: str, *, around: bool, count: int) -> Span | None:
    at = index if index < len(draft.text) else -1
    start: int | None
    if at >= 0 and draft.text[at] == opening and places.kind(draft, at) != places.LABEL:
        start = at
    else:
        start = unmatched(draft, index, -1, closing, opening)
    for _ in range(count - 1):
        start = None if start is None else unmatched(draft, start, -1, closing, opening)
    if start is None:
        start = _next(draft, index, opening)
    if start is None:
        return None
    end = unmatched(draft, start, 1, opening, closing)
    if end is None:
        return None
    if around:
        return Span(start, end + 1)
    first = start + 1 if draft.text[start + 1] != "\n" else start + 2
    line = places.start_of(draft, end)
    if line > start and not draft.text[line:end].strip(" \t"):
        end = line
    return Span(first, end) if end >= first else Span(start + 1, start + 1)


def _next(draft: Draft, index: int, opening: str) -> int | None:
    """The first such bracket behind the place: around it there is none."""
    place = draft.text.find(opening, index)
    while place >= 0 and places.kind(draft, place) == places.LABEL:
        place = draft.text.find(opening, place + 1)
    return place if place >= 0 else None


def _paragraph(draft: Draft, index: int, *, around: bool, count: int) -> Span | None:
    start = places.start_of(draft, index)
    empty = _is_blank_line(draft, start)
    while start > 0 and _is_blank_line(draft, start - 1) == empty:
        start = places.start_of(draft, start - 1)
    end: int | None = start
    blocks = 0
    wanted = count * (2 if around else 1)
    last = start
    while end is not None and blocks < wanted:
        last = _block_end(draft, end)
        blocks += 1
        end = last + 1 if last < len(draft.text) else None
    if around and blocks < wanted:
        if empty or blocks < wanted - 1:
            return None
        while start > 0 and _is_blank_line(draft, start - 1):
            start = places.start_of(draft, start - 1)
    elif blocks < wanted:
        return None
    return Span(start, last, lines=True)


def _block_end(draft: Draft, index: int) -> int:
    """The end of the last line of the blank or written lines that begin here."""
    empty, end = _is_blank_line(draft, index), places.end_of(draft, index)
    while end < len(draft.text) and _is_blank_line(draft, end + 1) == empty:
        end = places.end_of(draft, end + 1)
    return end


def _is_blank_line(draft: Draft, index: int) -> bool:
    return not draft.text[places.start_of(draft, index) : places.end_of(draft, index)].strip(" \t")
