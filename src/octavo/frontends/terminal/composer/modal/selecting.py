"""What is selected, how large that was, and what becomes of it when something is put in its place."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.modal import edits, objects, places
from octavo.frontends.terminal.composer.modal.edits import Kept
from octavo.frontends.terminal.composer.modal.grammar import Command
from octavo.frontends.terminal.composer.modal.objects import Span

OPERATORS = {
    "d": "d", "x": "d", "delete": "d", "y": "y", "c": "c", "s": "c", "~": "g~", "u": "gu", "U": "gU",
    ">": ">", "<": "<", "g~": "g~", "gu": "gu", "gU": "gU",
}  # fmt: skip
LINE_OPERATORS = {"X": "d", "D": "d", "Y": "y", "C": "c", "S": "c", "R": "c"}
"""Commands for a selection and the operators that they are; the second ones take its lines whole."""


class Extent(msgspec.Struct, frozen=True):
    """How large a selection was: its lines, the characters of the last of them, and whether whole lines were meant."""

    lines: int
    characters: int
    whole: bool


def selection(draft: Draft, anchor: int, *, lines: bool) -> Span:
    """From where it began to the cursor, both with their characters."""
    start, end = sorted((anchor, draft.cursor))
    if lines:
        whole = edits.lines_of(draft, start, end)
        turned = draft.cursor < anchor and places.start_of(draft, anchor) > draft.cursor
        return replace(whole, top=draft.cursor) if turned else whole
    return Span(start, drafts.after(draft, end) if end < len(draft.text) else end)


def lines_in(draft: Draft, span: Span) -> int:
    """How many lines are joined that it touches, 2 at least."""
    lines = draft.text.count("\n", span.start, span.end) + 1
    ends_line = not span.lines and draft.text[span.end - 1 : span.end] == "\n"
    return max(lines - (ends_line and lines > 2), 2)


def put_over(draft: Draft, span: Span, register: Kept, count: int) -> Draft:
    """What a register holds in the place of it."""
    if span.lines:
        put = drafts.replaced(draft, span.start, span.end, register.draft)
        return replace(put, cursor=places.first_text(put, span.start))
    left = replace(edits.emptied(draft, span), cursor=span.start)
    if not register.lines:
        return edits.put(left, register, count, after=False)
    broken = drafts.replaced(left, span.start, span.start, Draft("\n"))
    return edits.put(replace(broken, cursor=span.start), register, count, after=True)


def extent_of(draft: Draft, span: Span) -> Extent:
    """How large it is."""
    lines = draft.text.count("\n", span.start, span.end) + 1
    place, count = places.start_of(draft, span.end) if lines > 1 else span.start, 0
    while place < span.end:
        place, count = drafts.after(draft, place), count + 1
    return Extent(lines, count, span.lines)


def like(draft: Draft, extent: Extent) -> Span:
    """A range of this size from the cursor on."""
    cursor = draft.cursor
    down = places.line_down(draft, cursor, extent.lines - 1)
    line = places.start_of(draft, cursor) if down is None else down
    if extent.whole:
        return edits.lines_of(draft, cursor, line)
    end = cursor if extent.lines == 1 else line
    for _ in range(extent.characters):
        end = drafts.after(draft, end) if end <= places.end_of(draft, line) else end
    if end < cursor:
        return Span(max(drafts.before(draft, end), line), drafts.after(draft, cursor))
    return Span(cursor, end)


def object_at(draft: Draft, anchor: int, command: Command) -> Span | None:
    """The object at the cursor, or the one behind it where something is selected already; None where there is none."""
    index = draft.cursor
    if index > anchor:
        index = min(drafts.after(draft, index), places.end_of(draft, index))
    span = objects.found(draft, index, command.argument, around=command.motion == "a", count=command.count or 1)
    return None if span is None or (span.start == span.end and not span.lines) else span
