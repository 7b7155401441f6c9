"""Where a motion leads: from a draft and a place in it to another place, or nowhere (`docs/terminal-composer.md`).

They follow vi where people rely on it: what an operator takes along at the end of a line, what a count past the last
line does, which places are included.
"""

from __future__ import annotations

from collections.abc import Mapping

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.modal import places
from octavo.frontends.terminal.composer.modal.motion import From, Motion, Target
from octavo.frontends.terminal.composer.modal.sentences import sentence_starts
from octavo.frontends.terminal.composer.modal.words import end_back, word_back, word_end, word_on


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
    """The next `other` after an index, in the direction of the step, that no `same` takes; labels do not count."""
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
    "w": word_on(False), "W": word_on(True), "b": word_back(False), "B": word_back(True),
    "e": word_end(False), "E": word_end(True), "ge": end_back(False), "gE": end_back(True),
    "f": _find(1, till=False), "F": _find(-1, till=False), "t": _find(1, till=True), "T": _find(-1, till=True),
    "%": _bracket, "}": _paragraph(1), "{": _paragraph(-1), ")": _sentence(1), "(": _sentence(-1),
    "/": _search(1), "?": _search(-1),
}  # fmt: skip
WITH_CHARACTER = "fFtT"
"""Motions that a character follows."""
AGAIN = ";,nN"
"""Motions that repeat an earlier one."""
OPPOSITE = {"f": "F", "F": "f", "t": "T", "T": "t", "/": "?", "?": "/"}
