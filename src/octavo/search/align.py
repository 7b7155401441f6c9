"""Where the characters of a word are found in one path, and what that is worth (`docs/search.md`, "Scores").

`search.rank` counts the same for many paths at once, without the places.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from octavo.search.letters import WHITE, bonus, char_class, units
from octavo.search.query import Word

MATCH = 16
BOUNDARY = 8
CONSECUTIVE = 4
GAP_START = 3
GAP_STEP = 1


class Match(NamedTuple):
    """What a path is worth, and the places of the matched characters in it."""

    score: int
    indices: tuple[int, ...]


class _Cell(NamedTuple):
    """The best way to end a beginning of the word at one place."""

    score: int
    run: int  # what a character right after it is worth at least
    before: int  # the place of the character before, in the row above


class _Gap(NamedTuple):
    """The best way to come from further left: what it is worth at one place."""

    score: int
    place: int
    before: int

    def at(self, place: int) -> int:
        """What it is worth further right."""
        return max(self.score - GAP_STEP * (place - self.place), 0)


class _Path(NamedTuple):
    """The characters of a path, and what each is worth where it stands."""

    chars: str
    classes: Sequence[int]
    bonuses: Sequence[int]
    is_wide: bool


def match(query: Sequence[Word], path: str) -> Match | None:
    """The sum over all words; None if one of them is not there. No words are found everywhere, at no place."""
    chars = units(path)
    classes = [char_class(char) for char in chars]
    bonuses = [bonus(before, own) for before, own in itertools.pairwise([WHITE, *classes])]
    parts = _Path(chars, classes, bonuses, is_wide=not path.isascii())
    score, indices = 0, set[int]()
    for word in query:
        found = _align(word, parts)
        if found is None:
            return None
        score += found.score
        indices.update(found.indices)
    return Match(score, tuple(sorted(indices)))


def _align(word: Word, path: _Path) -> Match | None:
    chars = [word.form(char) for char in path.chars] if path.is_wide else word.plain_forms(path.chars)
    if len(word.units) == 1:
        return _best_place(word.units, chars, path)
    rows = [_first_row(word.units[0], chars, path.bonuses)]
    for unit in word.units[1:]:
        if not rows[-1]:
            return None
        rows.append(_next_row(rows[-1], unit, chars, path.bonuses))
    last = rows[-1]
    if not last:
        return None
    best = max(cell.score for cell in last.values())
    place = max(place for place, cell in last.items() if cell.score == best)
    indices = []
    for row in reversed(rows):
        indices.append(place)
        place = row[place].before
    return Match(best, tuple(reversed(indices)))


def _best_place(unit: str, chars: Sequence[str], path: _Path) -> Match | None:
    """The first of the best places of a single character."""
    places = [place for place, char in enumerate(chars) if char == unit]
    if not places:
        return None
    bonuses = [path.bonuses[place] for place in places]
    if path.is_wide:
        # All but the first place count as if they came right after the place before them.
        classes = [path.classes[place] for place in places]
        bonuses[1:] = itertools.starmap(bonus, itertools.pairwise(classes))
    best = max(bonuses)
    return Match(MATCH + 2 * best, (places[bonuses.index(best)],))


def _first_row(unit: str, chars: Sequence[str], bonuses: Sequence[int]) -> dict[int, _Cell]:
    return {
        place: _Cell(MATCH + 2 * bonuses[place], bonuses[place], -1) for place, char in enumerate(chars) if char == unit
    }


def _next_row(above: dict[int, _Cell], unit: str, chars: Sequence[str], bonuses: Sequence[int]) -> dict[int, _Cell]:
    row: dict[int, _Cell] = {}
    cells, behind = list(above.items()), 0  # `behind` of them are a gap away
    gap: _Gap | None = None
    for place in [place for place, char in enumerate(chars) if char == unit]:
        while behind < len(cells) and cells[behind][0] < place - 1:
            gap = _better(gap, *cells[behind])
            behind += 1
        if cell := _cell(above.get(place - 1), gap, place, bonuses[place]):
            row[place] = cell
    return row


def _better(gap: _Gap | None, place: int, cell: _Cell) -> _Gap:
    """The gap, or the one that begins at this cell if it is worth more."""
    fresh = _Gap(max(cell.score - GAP_START, 0), place + 2, place)
    return fresh if gap is None or fresh.score > gap.at(fresh.place) else gap


def _cell(before: _Cell | None, gap: _Gap | None, place: int, own: int) -> _Cell | None:
    by_gap = None if gap is None else gap.at(place) + own
    if before is not None:
        run = max(before.run, CONSECUTIVE)
        if own >= BOUNDARY and own > run:
            run = own
        total = before.score + max(run, own)
        if by_gap is None or total > by_gap:
            return _Cell(total + MATCH, run, place - 1)
    return _Cell(by_gap + MATCH, own, gap.before) if gap is not None and by_gap is not None else None
