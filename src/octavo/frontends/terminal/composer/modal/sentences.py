"""Where the sentences of a draft begin: behind `.`, `!` or `?` and a blank, and at each paragraph."""

from __future__ import annotations

import re

from octavo.frontends.terminal.composer.draft import Draft

_END = re.compile(r"[.!?][)\]\"']*(?=[ \t\n]|$)")


def sentence_starts(draft: Draft) -> list[int]:
    """The places, in their order; labels hold none."""
    text = draft.text
    starts = {0}
    starts.update(_text_from(text, found.end()) for found in _END.finditer(text))
    for found in re.finditer(r"(?:^|\n)\n+", text):
        empty = found.start() if found.start() == 0 else found.start() + 1
        starts.update((empty, _text_from(text, found.end())))
    inside = {place for label in draft.labels for place in range(label.start + 1, label.end)}
    return sorted(place for place in starts if place <= len(text) and place not in inside)


def _text_from(text: str, place: int) -> int:
    """The first place that is not white space, on this line or the next one."""
    while place < len(text) and text[place] in " \t":
        place += 1
    if place < len(text) and text[place] == "\n":
        place += 1
        while place < len(text) and text[place] in " \t":
            place += 1
    return place
