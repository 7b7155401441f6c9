"""What a path is worth, without the places: as `search.align` counts it, several times faster.

Cells are kept for the places of a character alone, and a row looks back over the row
above it once.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from octavo.search.align import BOUNDARY, CONSECUTIVE, GAP_START, MATCH, match
from octavo.search.letters import WHITE, bonus, char_class
from octavo.search.query import Word

NOT_THERE = -1

_Row = list[tuple[int, int, int]]
"""For each place, ascending: the place, what the beginning of the word that ends there is worth, and its run."""


def worth(query: Sequence[Word], path: str) -> int:
    """The score of the path, or `NOT_THERE`."""
    if not path.isascii():
        hit = match(query, path)
        return NOT_THERE if hit is None else hit.score
    classes = path.translate(_classes())
    total = 0
    for word in query:
        score = _of_word(word, path, classes)
        if score == NOT_THERE:
            return NOT_THERE
        total += score
    return total


def _of_word(word: Word, path: str, classes: str) -> int:
    chars = path.lower() if word.any_case else path
    row: _Row | None = None
    for unit in word.units:
        places = _places(chars, unit)
        row = _first_row(places, classes) if row is None else _next_row(row, places, classes)
        if not row:
            return NOT_THERE
    return max(score for _, score, _ in row) if row else 0


def _places(chars: str, unit: str) -> list[int]:
    places = []
    place = chars.find(unit)
    while place >= 0:
        places.append(place)
        place = chars.find(unit, place + 1)
    return places


def _first_row(places: Sequence[int], classes: str) -> _Row:
    table = _bonuses()
    row = []
    for place in places:
        own = table[classes[place - 1] + classes[place] if place else _START + classes[0]]
        row.append((place, MATCH + 2 * own, own))
    return row


def _next_row(above: _Row, places: Sequence[int], classes: str) -> _Row:
    table = _bonuses()
    row: _Row = []
    reach: int | None = None  # the best of score + place among the cells that are a gap away
    behind = 0  # how many cells above are a gap away
    for place in places:
        while behind < len(above) and above[behind][0] < place - 1:
            cell = above[behind]
            reach = cell[0] + cell[1] if reach is None else max(reach, cell[0] + cell[1])
            behind += 1
        own = table[classes[place - 1] + classes[place]] if place else 0
        by_gap = None if reach is None else max(reach - place - GAP_START + 2, 0) + own
        if behind < len(above) and above[behind][0] == place - 1:
            _, score, run = above[behind]
            run = max(run, CONSECUTIVE)
            if own >= BOUNDARY and own > run:
                run = own
            by_run = score + max(run, own)
            if by_gap is None or by_run > by_gap:
                row.append((place, by_run + MATCH, run))
                continue
        if by_gap is not None:
            row.append((place, by_gap + MATCH, own))
    return row


_START = str(WHITE)
"""The start of a path counts as white space before it."""


@functools.cache
def _classes() -> dict[int, str]:
    return {code: str(char_class(chr(code))) for code in range(128)}


@functools.cache
def _bonuses() -> dict[str, int]:
    return {f"{before}{own}": bonus(before, own) for before in range(7) for own in range(7)}
