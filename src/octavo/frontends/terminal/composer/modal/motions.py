"""Where a motion leads: from a draft and a place in it to another place, or nowhere (`docs/terminal-composer.md`).

They follow vi where people rely on it: what an operator takes along at the end of a line, what a count past the last
line does, which places are included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.modal import places
from octavo.frontends.terminal.composer.modal.sentences import sentence_starts


class From(msgspec.Struct, frozen=True):
    """Where a motion begins, and how: with which count, for an operator or not.

    `argument` is what is looked for, `again` tells that a motion is repeated, `column` where vertical moves aim at, and
    `past` that the cursor may stand behind the last character of a line, as it may in a selection.
    """

    draft: Draft
    index: int
    count: int | None = None
    argument: str = ""
    operator: str = ""
    again: bool = False
    column: int = 0
    past: bool = False

    def stand(self, index: int) -> int:
        """Where the cursor comes to stand for this place."""
        return index if self.operator or self.past else places.on_character(self.draft, index)

    @property
    def times(self) -> int:
        """The count, 1 where there is none."""
        return self.count or 1


class Target(msgspec.Struct, frozen=True):
    """Where it ends: whole lines, up to the place, or with its character; `column` is what vertical moves keep."""

    index: int
    lines: bool = False
    inclusive: bool = False
    column: int | None = None


Motion = Callable[[From], Target | None]


def _left(at: From) -> Target | None:
    first, index = places.start_of(at.draft, at.index), at.index
    for _ in range(at.times):
        index = drafts.before(at.draft, index) if index > first else index
    return Target(index) if index < at.index or at.operator else None


def _right(at: From) -> Target | None:
    end, index = places.end_of(at.draft, at.index), at.index
    for _ in range(at.times):
        index = drafts.after(at.draft, index) if index < end else index
    index = at.stand(index)
    return Target(index) if index > at.index or at.operator else None


def _back_over_ends(at: From) -> Target | None:
    index = at.index
    for _ in range(at.times):
        index = drafts.before(at.draft, index)
        if not at.operator and index > places.last_of(at.draft, index):
            index = places.last_of(at.draft, index)
    return Target(index) if index < at.index else None


def _on_over_ends(at: From) -> Target | None:
    index = at.index
    for _ in range(at.times):
        index = drafts.after(at.draft, index)
        if not at.operator and index == places.end_of(at.draft, index) and not places.is_empty_line(at.draft, index):
            index = min(index + 1, len(at.draft.text))
    index = at.stand(index)
    return Target(index) if index > at.index else None


def _vertical(step: int) -> Motion:
    def move(at: From) -> Target | None:
        line = places.line_down(at.draft, at.index, step * at.times)
        if line is None:
            return None
        index = places.at_column(at.draft, line, at.column, past=at.past)
        return Target(index, lines=True, column=at.column)

    return move


def _to_text(step: int, *, less: int = 0) -> Motion:
    def move(at: From) -> Target | None:
        by = at.times - less
        line = places.line_down(at.draft, at.index, step * by)
        return None if line is None else Target(_first(at.draft, line), lines=True)

    return move


def _first(draft: Draft, index: int) -> int:
    return places.on_character(draft, places.first_text(draft, index))


def _to_line(default: int) -> Motion:
    def move(at: From) -> Target:
        number = at.count or default
        line = places.line_number(at.draft, number) if number else places.start_of(at.draft, len(at.draft.text))
        return Target(_first(at.draft, line), lines=True)

    return move


def _line_end(at: From) -> Target | None:
    line = places.line_down(at.draft, at.index, at.times - 1)
    if line is None:
        return None
    index = places.end_of(at.draft, line) if at.past else places.last_of(at.draft, line)
    return Target(index, inclusive=True, column=places.FAR)


def _last_text(at: From) -> Target | None:
    line = places.line_down(at.draft, at.index, at.times - 1)
    if line is None:
        return None
    index = places.end_of(at.draft, line)
    while index > line and at.draft.text[index - 1] in " \t":
        index -= 1
    return Target(drafts.before(at.draft, index) if index > line else line, inclusive=True)


def _column(at: From) -> Target:
    index = places.at_column(at.draft, places.start_of(at.draft, at.index), at.times - 1, past=at.past)
    return Target(index, column=at.times - 1)


# --- words ---


def _begins_word(draft: Draft, index: int, big: bool) -> bool:
    """Whether a word begins here; an empty line is one."""
    start = places.start_of(draft, index)
    if index == start and places.is_empty_line(draft, index):
        return True
    found = places.kind(draft, index, big=big)
    if found == places.BLANK:
        return False
    return index == start or _kind_before(draft, index, big) != found or found == places.LABEL


def _kind_before(draft: Draft, index: int, big: bool) -> int:
    return places.kind(draft, drafts.before(draft, index), big=big)


def _ends_word(draft: Draft, index: int, big: bool) -> bool:
    found = places.kind(draft, index, big=big)
    if found == places.BLANK:
        return False
    behind = drafts.after(draft, index)
    return behind == places.end_of(draft, index) or places.kind(draft, behind, big=big) != found


def _word_on(big: bool) -> Motion:
    def move(at: From) -> Target | None:
        draft, index, last = at.draft, at.index, len(at.draft.text)
        if index >= places.on_character(draft, last) and not at.operator:
            return None
        if at.operator == "c" and places.kind(draft, index) != places.BLANK:
            return _change_word(at, big)
        for step in range(at.times, 0, -1):
            since = index
            index = drafts.after(draft, index)
            while index < last and not _begins_word(draft, index, big):
                index = drafts.after(draft, index)
            if at.operator and step == 1:
                index = _word_at_line_end(draft, since, index, big)
        return Target(index if at.operator else places.on_character(draft, index), inclusive=False)

    return move


def _word_at_line_end(draft: Draft, since: int, index: int, big: bool) -> int:
    """An operator takes no line break along with the last word of a line, and no indent of the next one."""
    end = places.end_of(draft, since)
    if places.is_empty_line(draft, since):
        return min(index, end + 1)
    if index <= end:
        return index
    place = since
    while place < end and places.kind(draft, place, big=big) == places.kind(draft, since, big=big):
        place = drafts.after(draft, place)
    return end if place >= end or places.kind(draft, since) == places.BLANK or index > end else index


def _change_word(at: From, big: bool) -> Target:
    """`cw` on a word changes up to its end."""
    index = at.index
    for step in range(at.times):
        index = index if step == 0 else min(drafts.after(at.draft, index), len(at.draft.text))
        while index < len(at.draft.text) and not _ends_word(at.draft, index, big):
            index = drafts.after(at.draft, index)
    return Target(places.on_character(at.draft, index), inclusive=True)


def _word_end(big: bool) -> Motion:
    def move(at: From) -> Target | None:
        index, last = at.index, places.on_character(at.draft, len(at.draft.text))
        if index >= last and not at.operator:
            return None
        for _ in range(at.times):
            index = drafts.after(at.draft, index)
            while index < last and not _ends_word(at.draft, index, big):
                index = drafts.after(at.draft, index)
        return Target(min(index, last), inclusive=True)

    return move


def _word_back(big: bool) -> Motion:
    def move(at: From) -> Target | None:
        index = at.index
        if index == 0:
            return None
        for _ in range(at.times):
            if index == 0 and at.operator:
                return None
            index = drafts.before(at.draft, index)
            while index > 0 and not _begins_word(at.draft, index, big):
                index = drafts.before(at.draft, index)
            if not _begins_word(at.draft, index, big):
                break
        return Target(index)

    return move


def _end_back(big: bool) -> Motion:
    def move(at: From) -> Target | None:
        index = at.index
        if index == 0:
            return None
        for _ in range(at.times):
            if index == 0 and at.operator:
                return None
            index = drafts.before(at.draft, index)
            while index > 0 and not _ends_before(at.draft, index, big):
                index = drafts.before(at.draft, index)
            if not _ends_before(at.draft, index, big):
                break
        return Target(index, inclusive=True)

    return move


def _ends_before(draft: Draft, index: int, big: bool) -> bool:
    return _ends_word(draft, index, big) or places.is_empty_line(draft, index)


# --- characters in the line, brackets, paragraphs, sentences ---


def _find(step: int, *, till: bool) -> Motion:
    def move(at: From) -> Target | None:
        draft, index, left = at.draft, at.index, at.times
        first, end = places.start_of(draft, index), places.end_of(draft, index)
        if till and at.again and left == 1:
            near = drafts.after(draft, index) if step > 0 else drafts.before(draft, index)
            index = near if first <= near < end and _is(draft, near, at.argument) else index
        while left:
            index = drafts.after(draft, index) if step > 0 and index < end else index - 1 if step > 0 else index
            if step < 0:
                index = drafts.before(draft, index) if index > first else -1
            if not first <= index < end:
                return None
            left -= _is(draft, index, at.argument)
        if till:
            index = drafts.before(draft, index) if step > 0 else drafts.after(draft, index)
        return Target(index, inclusive=step > 0)

    return move


def _is(draft: Draft, index: int, character: str) -> bool:
    return draft.text[index : drafts.after(draft, index)] == character


PAIRS = {"(": ")", "[": "]", "{": "}"}


def partner(draft: Draft, index: int) -> int | None:
    """The bracket that belongs to the one at an index."""
    opening = draft.text[index]
    step = 1 if opening in PAIRS else -1
    other = PAIRS.get(opening) or next(first for first, last in PAIRS.items() if last == opening)
    return unmatched(draft, index, step, opening, other)


def unmatched(draft: Draft, index: int, step: int, same: str, other: str) -> int | None:
    """The next `other` after an index, in the direction of the step, that no `same` between takes; labels do not count."""
    inside = {place for label in draft.labels for place in range(label.start, label.end)}
    depth, place = 0, index + step
    while 0 <= place < len(draft.text):
        if place not in inside:
            if draft.text[place] == other and depth == 0:
                return place
            depth += (draft.text[place] == same) - (draft.text[place] == other)
        place += step
    return None


def _bracket(at: From) -> Target | None:
    index, end = at.index, places.end_of(at.draft, at.index)
    while index < end and (places.kind(at.draft, index) == places.LABEL or at.draft.text[index] not in "()[]{}"):
        index = drafts.after(at.draft, index)
    found = partner(at.draft, index) if index < end else None
    return None if found is None else Target(found, inclusive=True)


def _paragraph(step: int) -> Motion:
    def move(at: From) -> Target | None:
        draft, line = at.draft, places.start_of(at.draft, at.index)
        for left in range(at.times, 0, -1):
            seen_text, first = False, True
            while True:
                seen_text = seen_text or not places.is_empty_line(draft, line)
                if not first and seen_text and places.is_empty_line(draft, line):
                    break
                first = False
                further = places.line_down(draft, line, step)
                if further is None:
                    if left > 1:
                        return None
                    break
                line = further
        if step > 0 and places.end_of(draft, line) == len(draft.text):
            return Target(places.last_of(draft, line), inclusive=not places.is_empty_line(draft, line))
        return Target(line)

    return move


def _sentence(step: int) -> Motion:
    def move(at: From) -> Target | None:
        starts = sentence_starts(at.draft)
        found = [start for start in starts if (start > at.index if step > 0 else start < at.index)]
        if step < 0:
            found.reverse()
        if step > 0:
            end = len(at.draft.text)
            found += [end] * (at.times if places.is_empty_line(at.draft, end) else 1)
        if len(found) < at.times or found[at.times - 1] == at.index:
            return None
        index = found[at.times - 1]
        return Target(at.stand(index))

    return move


def _search(step: int) -> Motion:
    def move(at: From) -> Target | None:
        text, query = at.draft.text, at.argument
        if not query:
            return None
        if query == query.lower():
            text = "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)
        index = at.index
        for _ in range(at.times):
            found = text.find(query, index + 1) if step > 0 else text.rfind(query, 0, max(index + len(query) - 1, 0))
            if found < 0:
                found = text.find(query) if step > 0 else text.rfind(query)
            if found < 0:
                return None
            index = found
        return Target(places.on_character(at.draft, drafts.at(at.draft, index).cursor))

    return move


MOTIONS: Mapping[str, Motion] = {
    "h": _left, "left": _left, "l": _right, "right": _right, "backspace": _back_over_ends, " ": _on_over_ends,
    "j": _vertical(1), "k": _vertical(-1), "+": _to_text(1), "-": _to_text(-1), "_": _to_text(1, less=1),
    "0": lambda at: Target(places.start_of(at.draft, at.index)),
    "home": lambda at: Target(places.start_of(at.draft, at.index)),
    "^": lambda at: Target(_first(at.draft, at.index)),
    "$": _line_end, "end": _line_end, "g_": _last_text, "|": _column, "gg": _to_line(1), "G": _to_line(0),
    "w": _word_on(False), "W": _word_on(True), "b": _word_back(False), "B": _word_back(True),
    "e": _word_end(False), "E": _word_end(True), "ge": _end_back(False), "gE": _end_back(True),
    "f": _find(1, till=False), "F": _find(-1, till=False), "t": _find(1, till=True), "T": _find(-1, till=True),
    "%": _bracket, "}": _paragraph(1), "{": _paragraph(-1), ")": _sentence(1), "(": _sentence(-1),
    "/": _search(1), "?": _search(-1),
}  # fmt: skip
WITH_CHARACTER = "fFtT"
"""Motions that a character follows."""
AGAIN = ";,nN"
"""Motions that repeat an earlier one."""
OPPOSITE = {"f": "F", "F": "f", "t": "T", "T": "t", "/": "?", "?": "/"}
