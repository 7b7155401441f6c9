"""Motions by words: runs of one kind of characters, or of all that is not blank."""

from __future__ import annotations

from collections.abc import Callable

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.modal import places
from octavo.frontends.terminal.composer.modal.motion import From, Motion, Target


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


def word_on(big: bool) -> Motion:
    """To the beginning of the next word."""

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
                index = _word_at_line_end(draft, since, index)
        return Target(index if at.operator else places.on_character(draft, index), inclusive=False)

    return move


def _word_at_line_end(draft: Draft, since: int, index: int) -> int:
    """An operator takes no line break along with the last word of a line, and no indent of the next one."""
    end = places.end_of(draft, since)
    if places.is_empty_line(draft, since):
        return min(index, end + 1)
    return min(index, end)


def _change_word(at: From, big: bool) -> Target:
    """`cw` on a word changes up to its end."""
    index = at.index
    for step in range(at.times):
        index = index if step == 0 else min(drafts.after(at.draft, index), len(at.draft.text))
        while index < len(at.draft.text) and not _ends_word(at.draft, index, big):
            index = drafts.after(at.draft, index)
    return Target(places.on_character(at.draft, index), inclusive=True)


def word_end(big: bool) -> Motion:
    """To the end of the word, or of the next one."""

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


def word_back(big: bool) -> Motion:
    """Back to the beginning of the word, or of the one before."""
    return _back(lambda draft, index: _begins_word(draft, index, big))


def end_back(big: bool) -> Motion:
    """Back to the end of the word before."""
    return _back(lambda draft, index: _ends_before(draft, index, big), inclusive=True)


def _back(stops: Callable[[Draft, int], bool], *, inclusive: bool = False) -> Motion:
    """Back to the next place that `stops`, as often as asked, and at most to the beginning of the draft."""

    def move(at: From) -> Target | None:
        index = at.index
        if index == 0:
            return None
        for _ in range(at.times):
            if index == 0 and at.operator:
                return None
            index = drafts.before(at.draft, index)
            while index > 0 and not stops(at.draft, index):
                index = drafts.before(at.draft, index)
            if not stops(at.draft, index):
                break
        return Target(index, inclusive=inclusive)

    return move


def _ends_before(draft: Draft, index: int, big: bool) -> bool:
    return _ends_word(draft, index, big) or places.is_empty_line(draft, index)
