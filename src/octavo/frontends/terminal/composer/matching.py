"""Names by some of their letters, as the popup of commands filters them."""

from __future__ import annotations

import msgspec

FIRST_LETTER = 100


class Match(msgspec.Struct, frozen=True):
    """How well a name fits (less is better) and which of its letters were found."""

    score: int
    places: tuple[int, ...]


def match(query: str, name: str) -> Match | None:
    """The letters of `query` one after another in `name`, in any case; close together and from the start is best."""
    places: list[int] = []
    folded = name.lower()
    for letter in query.lower():
        place = folded.find(letter, places[-1] + 1 if places else 0)
        if place < 0:
            return None
        places.append(place)
    if not places:
        return Match(0, ())
    loose = max(places[-1] - places[0] + 1 - len(query), 0)
    return Match(loose - FIRST_LETTER * (places[0] == 0), tuple(places))
