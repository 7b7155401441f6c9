"""Ways in which a word can stand in a path, the most valuable first, each as a regular expression.

A word falls into runs of neighbouring characters. What a path is worth is known within
narrow bounds from where its runs begin and how far they are apart, and regular
expressions tell that of thousands of paths in the time that one takes to be scored.
For plain paths only: `Shape.most` is no less than the score of any path that has this
shape and none before it.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from octavo.search.align import BOUNDARY, CONSECUTIVE, GAP_START, GAP_STEP, MATCH
from octavo.search.letters import DELIMITER, DIGIT, LETTER, LOWER, MARK, UPPER, WHITE, bonus, char_class
from octavo.search.near import LOOKS
from octavo.search.query import Word

_NUL = r"\0"
_GAPS = ((1, 1), (2, 3), (4, 7), (8, None))
"""How many characters lie between two runs, from and to."""
_LANDINGS: tuple[tuple[tuple[int, ...], str], ...] = (
    *(((kind,), f"[{LOOKS[kind]}]") for kind in (WHITE, DELIMITER, MARK)),
    ((LOWER, UPPER, LETTER, DIGIT), ""),  # any character: a word alone is found fastest
)
"""Classes of the character before a run, and what that character looks like."""


class Shape(NamedTuple):
    """`pattern` is to be searched in lower case where the word is compared so; it need not reach the ends of a path."""

    most: int
    pattern: str


@functools.lru_cache(64)
def shapes(word: Word, count: int, *, has_white: bool) -> tuple[Shape, ...]:
    """The `count` most valuable ones, of one run and of two; `has_white` says whether paths hold white space."""
    return tuple(Shape(plan.most, _pattern(word, plan)) for plan in _plans(word, has_white=has_white)[:count])


def most_of_the_rest(word: Word, count: int, *, has_white: bool) -> int:
    """What a path is worth at the most in which the word stands in none of these `count` shapes."""
    worths = _worths(word)
    size = len(word.units)
    of_more_runs = 0
    if size > 2:
        # Three runs, where every character is worth as much as any can be.
        highest = max(CONSECUTIVE, *map(max, worths.landing), *worths.own)
        of_more_runs = MATCH * size + highest * (size + 1) - 2 * GAP_START
    plans = _plans(word, has_white=has_white)
    return max(of_more_runs, plans[count].most if len(plans) > count else 0)


class Bound:
    """What a path is worth at the most, by what is quickly seen of it.

    It is seen which characters of the word begin a part of the path, and which neighbours in the word are neighbours
    in the path.
    """

    def __init__(self, word: Word, *, has_white: bool) -> None:
        self._word = word
        self._pairs = ["".join(pair) for pair in itertools.pairwise(word.units)]
        self._uppers = word.units.upper()
        self._has_white = has_white

    def most(self, paths: Sequence[str], titled: Sequence[str], compared: Sequence[str]) -> list[int]:
        """The bounds of paths; `titled` is what `str.title` makes of them, `compared` the form that the word is looked
        for in: lower case where case does not count.
        """
        bounds = [0] * len(paths)
        for adjoins, members in self._by_neighbours(compared).items():
            # A character that has its neighbour is worth the most wherever it stands; how the others stand is seen.
            runs = (0, *(place for place, adjoining in enumerate(adjoins, 1) if not adjoining))
            rows = self._landings(runs, *([texts[member] for member in members] for texts in (paths, titled, compared)))
            known = {row: self._worth(runs, row) for row in set(rows)}
            for member, row in zip(members, rows, strict=True):
                bounds[member] = known[row]
        return bounds

    def _by_neighbours(self, compared: Sequence[str]) -> dict[tuple[bool, ...], list[int]]:
        """The numbers of the paths in which the same of the word's neighbours are neighbours."""
        columns = [[pair in text for text in compared] for pair in self._pairs]
        groups: dict[tuple[bool, ...], list[int]] = {}
        for number, adjoins in enumerate(zip(*columns, strict=True) if columns else [()] * len(compared)):
            groups.setdefault(adjoins, []).append(number)
        return groups

    def _landings(
        self, places: Sequence[int], paths: Sequence[str], titled: Sequence[str], compared: Sequence[str]
    ) -> list[tuple[bool, ...]]:
        """Whether a path starts with the word's first character, and for each place whether one begins a part, and
        whether one is a hump. One column for each question, so that a path costs no call of a function.
        """
        first = self._word.units[0]
        columns = [[text.startswith(first) for text in compared]]
        for upper in map(self._uppers.__getitem__, places):
            columns += [[upper in text for text in titled], [upper in text for text in paths]]
        return list(zip(*columns, strict=True))

    def _worth(self, runs: Sequence[int], seen: Sequence[bool]) -> int:
        size = len(self._word.units)
        landings = {
            place: self._landing(place, seen[0] and not place, *seen[2 * number + 1 : 2 * number + 3])
            for number, place in enumerate(runs)
        }
        highest = landings[0]
        total = MATCH * size + 2 * highest
        own = _worths(self._word).own
        for place in range(1, size):
            landing = landings.get(place, self._landing(place, False, True, True))
            highest = max(highest, own[place])
            total += landing - GAP_START if place in landings else max(landing - GAP_START, highest, CONSECUTIVE)
            highest = max(highest, landing)
        return total

    def _landing(self, place: int, at_start: bool, begins: bool, is_hump: bool) -> int:
        """What a character is worth after a gap: it begins a part, or is a hump in the middle of one, or neither."""
        white, *others = _worths(self._word).landing[place]
        if begins or not self._word.units[place].isalpha():
            return white if at_start or self._has_white else max(others)
        return others[-1] if is_hump else 0


class _Worths(NamedTuple):
    """For each character of a word its bonus after each kind of landing, and right after the one before it."""

    landing: tuple[tuple[int, ...], ...]
    own: tuple[int, ...]


class _Plan(NamedTuple):
    """One run, or two with a gap between them, and the kinds of their landings."""

    most: int
    landing: int
    split: int = 0
    gap: int = 0
    later_landing: int = 0

    @property
    def lands_on_white(self) -> bool:
        """Whether a later run stands behind white space."""
        return self.split > 0 and not self.later_landing


@functools.lru_cache(64)
def _plans(word: Word, *, has_white: bool) -> tuple[_Plan, ...]:
    worths = _worths(word)
    plans = itertools.chain(_one_run(worths), _two_runs(worths))
    # Without white space a later run has none before it; the start of a path counts as some for the first run.
    return tuple(sorted((plan for plan in plans if has_white or not plan.lands_on_white), reverse=True))


@functools.lru_cache(64)
def _worths(word: Word) -> _Worths:
    kinds = [_kinds(word, unit) for unit in word.units]
    landing = tuple(tuple(_highest(group, kind) for group, _ in _LANDINGS) for kind in kinds)
    return _Worths(landing, (0, *itertools.starmap(_highest, itertools.pairwise(kinds))))


def _kinds(word: Word, unit: str) -> tuple[int, ...]:
    forms = (unit, unit.upper()) if word.any_case and unit.isascii() else (unit,)
    return tuple(map(char_class, forms))


def _highest(before: Sequence[int], own: Sequence[int]) -> int:
    return max(bonus(one, other) for one in before for other in own)


def _one_run(worths: _Worths) -> Iterator[_Plan]:
    size = len(worths.own)
    for landing in range(len(_LANDINGS)):
        yield _Plan(MATCH * size + _run(worths, 0, size, landing), landing)


def _two_runs(worths: _Worths) -> Iterator[_Plan]:
    size = len(worths.own)
    kinds = range(len(_LANDINGS))
    for split in range(1, size):
        first = [_run(worths, 0, split, landing) for landing in kinds]
        second = [_run(worths, split, size, landing) for landing in kinds]
        for landing, later, gap in itertools.product(kinds, kinds, range(len(_GAPS))):
            apart = GAP_START + GAP_STEP * (_GAPS[gap][0] - 1)
            yield _Plan(MATCH * size + first[landing] + second[later] - apart, landing, split, gap, later)


def _run(worths: _Worths, start: int, end: int, landing: int) -> int:
    """What the bonuses of a run come to at the most."""
    first = run = worths.landing[start][landing]
    total = 2 * first if start == 0 else first
    for own in worths.own[start + 1 : end]:
        run = max(run, CONSECUTIVE)
        if own >= BOUNDARY and own > run:
            run = own
        total += max(run, own)
    return total


def _pattern(word: Word, plan: _Plan) -> str:
    if not plan.split:
        return _landed(word.units, plan.landing)
    least, largest = _GAPS[plan.gap]
    skipped = f"[^{_NUL}]{{{least - 1},{'' if largest is None else largest - 1}}}?"
    between = _LANDINGS[plan.later_landing][1].replace(_NUL, "") or f"[^{_NUL}]"
    return f"{_landed(word.units[: plan.split], plan.landing)}{skipped}{between}{re.escape(word.units[plan.split :])}"


def _landed(run: str, landing: int) -> str:
    """A run behind one of the landings. The run comes first in the pattern: a text without choice is found fastest."""
    literal, before = re.escape(run), _LANDINGS[landing][1]
    return f"{literal}(?<={before}{literal})" if before else literal
