"""What operators make of a range of a draft: pure, from a draft to a draft with its cursor."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.modal import places
from octavo.frontends.terminal.composer.modal.grammar import Command
from octavo.frontends.terminal.composer.modal.motion import Target
from octavo.frontends.terminal.composer.modal.objects import Span

INDENT = 4
_MOST_REPEATED = 1_000_000
"""Characters that a count puts into a draft at most: a slip of a finger must not fill the memory."""


class Kept(msgspec.Struct, frozen=True):
    """What a register holds; whole lines have no line break at their end."""

    draft: Draft = Draft()
    lines: bool = False


def lines_of(draft: Draft, start: int, end: int) -> Span:
    """The whole lines that two places are in."""
    start, end = min(start, end), max(start, end)
    return Span(places.start_of(draft, start), places.end_of(draft, end), lines=True)


def reached(draft: Draft, index: int, target: Target, operator: str) -> Span:
    """What an operator takes from a place to a target."""
    start, end = min(index, target.index), max(index, target.index)
    if target.lines:
        return replace(lines_of(draft, start, end), top=start)
    if target.inclusive:
        end = min(drafts.after(draft, end), places.end_of(draft, end))
    return adjusted(draft, Span(start, end), operator, inclusive=target.inclusive)


def adjusted(draft: Draft, span: Span, operator: str, *, inclusive: bool = False) -> Span:
    """A range that ends before the first character of a line ends with the line before; it may mean whole lines."""
    start, end = span.start, span.end
    begins_line = start <= places.first_text(draft, start)
    if not inclusive and end == places.start_of(draft, end) and end > places.end_of(draft, start):
        if begins_line:
            return replace(lines_of(draft, start, end - 1), top=start)
        end -= 1
    several = end > places.end_of(draft, start)
    rest = draft.text[end : places.end_of(draft, end)]
    if operator == "d" and several and begins_line and not rest.strip(" \t"):
        return lines_of(draft, start, end)
    return Span(start, end)


def kept(draft: Draft, span: Span) -> Kept:
    """The range, as a register holds it."""
    return Kept(drafts.cut_out(draft, span.start, span.end), span.lines)


def without(draft: Draft, span: Span) -> Draft:
    """The draft without it; without whole lines the cursor is on the line that follows."""
    start, end = span.start, span.end
    if span.lines:
        if end < len(draft.text):
            end += 1
        elif start > 0:
            start -= 1
    left = drafts.replaced(draft, start, end, Draft())
    cursor = min(span.start, len(left.text))
    if not span.lines:
        return replace(left, cursor=places.on_character(left, left.cursor))
    return replace(left, cursor=places.on_character(left, places.first_text(left, cursor)))


def emptied(draft: Draft, span: Span) -> Draft:
    """The draft without the text of a range, to be written anew there; of whole lines one empty line stays."""
    return drafts.replaced(draft, span.start, span.end, Draft())


def mapped(draft: Draft, span: Span, change: Callable[[str], str]) -> Draft:
    """Each character of the range changed; labels stay. The cursor is at the start."""
    pieces, place = [draft.text[: span.start]], span.start
    while place < span.end:
        behind = drafts.after(draft, place)
        piece = draft.text[place:behind]
        is_label = places.kind(draft, place) == places.LABEL
        changed = piece if is_label or piece == "\n" else change(piece)
        pieces.append(changed if len(changed) == len(piece) else piece)
        place = behind
    pieces.append(draft.text[place:])
    return replace(draft, text="".join(pieces), cursor=span.start)


def shifted(draft: Draft, span: Span, steps: int) -> Draft:
    """The lines further in, out where negative; empty ones stay empty. The cursor is on the first line's text."""
    first = places.start_of(draft, span.start)
    ends_line = not span.lines and span.end > span.start and span.end == places.start_of(draft, span.end)
    line, end = first, span.end - ends_line
    while True:
        indent, text = places.indent_width(draft, line), places.first_text(draft, line)
        if line < places.end_of(draft, line):
            new = Draft(" " * max(indent + INDENT * steps, 0))
            draft = drafts.replaced(draft, line, text, new)
            end += len(new.text) - (text - line)
        following = places.end_of(draft, line) + 1
        if following > end or following > len(draft.text):
            return replace(draft, cursor=places.on_character(draft, places.first_text(draft, first)))
        line = following


def joined(draft: Draft, index: int, count: int, *, blanks: bool) -> Draft | None:
    """So many lines as one, from that of the place on, with blanks between them or without. None: no line follows."""
    if places.end_of(draft, index) == len(draft.text):
        return None
    for _ in range(max(count, 2) - 1):
        end = places.end_of(draft, index)
        if end == len(draft.text):
            break
        draft = _joined_once(draft, places.start_of(draft, index), end, blanks=blanks)
    return replace(draft, cursor=places.on_character(draft, draft.cursor))


def _joined_once(draft: Draft, start: int, end: int, *, blanks: bool) -> Draft:
    if not blanks:
        return replace(drafts.replaced(draft, end, end + 1, Draft()), cursor=end)
    text = places.first_text(draft, end + 1)
    following = draft.text[text : text + 1]
    needs_blank = end > start and following not in ("", "\n", ")") and draft.text[end - 1] != " "
    return replace(drafts.replaced(draft, end, text, Draft(" " if needs_blank else "")), cursor=end)


def put(draft: Draft, register: Kept, count: int, *, after: bool) -> Draft:
    """What the register holds, so often, behind or before the cursor; whole lines below or above its line."""
    cursor, count = draft.cursor, repeats(register.draft.text, count)
    if register.lines:
        return _put_lines(draft, register.draft, count, after=after)
    place = drafts.after(draft, cursor) if after and cursor < places.end_of(draft, cursor) else cursor
    many = register.draft
    for _ in range(count - 1):
        many = drafts.replaced(many, len(many.text), len(many.text), register.draft)
    whole = drafts.replaced(draft, place, place, many)
    if "\n" in many.text:
        return replace(whole, cursor=places.on_character(whole, place))
    return replace(whole, cursor=drafts.before(whole, whole.cursor) if many.text else cursor)


def repeats(text: str, count: int) -> int:
    """How often a text may be put for a count."""
    return max(min(count, _MOST_REPEATED // max(len(text), 1)), 1)


def _put_lines(draft: Draft, lines: Draft, count: int, *, after: bool) -> Draft:
    place = places.end_of(draft, draft.cursor) if after else places.start_of(draft, draft.cursor)
    first = place + 1 if after else place
    for _ in range(count):
        draft = drafts.replaced(draft, place, place, Draft("\n"))
        draft = drafts.replaced(draft, place + after, place + after, lines)
    return replace(draft, cursor=places.on_character(draft, places.first_text(draft, first)))


def overwritten(draft: Draft, count: int, character: str) -> Draft | None:
    """So many characters replaced by this one, the cursor on the last; None where the line has fewer."""
    place, end = draft.cursor, places.end_of(draft, draft.cursor)
    for _ in range(count):
        if place >= end:
            return None
        place = drafts.after(draft, place)
    if character == "\n":
        whole = drafts.replaced(draft, draft.cursor, place, Draft("\n"))
        return replace(whole, cursor=places.on_character(whole, draft.cursor + 1))
    whole = drafts.replaced(draft, draft.cursor, place, Draft(character * count))
    return replace(whole, cursor=drafts.before(whole, whole.cursor))


CASES: dict[str, Callable[[str], str]] = {"g~": str.swapcase, "gu": str.lower, "gU": str.upper}
"""What the operators of letters make of each."""


def changed(draft: Draft, command: Command, register: Kept) -> Draft | None:
    """What a command that needs no range makes of it; None where it can do nothing."""
    count = command.count or 1
    match command.verb:
        case "p" | "P" if register.draft.text or register.lines:
            return put(draft, register, count, after=command.verb == "p")
        case "J" | "gJ":
            return joined(draft, draft.cursor, count, blanks=command.verb == "J")
        case "r" if (new := character(command.argument)) is not None:
            return overwritten(draft, count, new)
        case "~":
            return _toggled(draft, count)
    return None


def _toggled(draft: Draft, count: int) -> Draft | None:
    start, end = draft.cursor, places.end_of(draft, draft.cursor)
    place = start
    for _ in range(count):
        place = drafts.after(draft, place) if place < end else place
    return None if place == start else replace(mapped(draft, Span(start, place), str.swapcase), cursor=place)


def character(word: str) -> str | None:
    """What a key writes; None for one that writes nothing."""
    if word == "enter":
        return "\n"
    return None if len(word) > 1 and word.isascii() else word
