"""The best of many paths, of which few are scored (`docs/search.md`, "Speed").

One regular expression finds the paths that hold a word at all. They are scored in the
order of what they can be worth at the most, until none of the rest can be among the
best: the result is what scoring all of them gives.
"""

from __future__ import annotations

import bisect
import functools
import operator
import re
import string
from collections.abc import Callable, Iterable, Sequence

from octavo.search.listed import END
from octavo.search.near import NEARLY, most_of_any, near_end_pattern, near_pattern
from octavo.search.query import Word
from octavo.search.shapes import Bound, most_of_the_rest, shapes
from octavo.search.worth import NOT_THERE, worth

_FEW = 300
"""So many paths are scored sooner than anything is found out about them."""
_MOST_SHAPES = 4
_WHITE = string.whitespace + "\x1c\x1d\x1e\x1f"
"""What `str.isspace` and `\\s` take for white space among plain characters."""
_LOOK_UP = 256
"""After how many scored paths somebody asks whether they are still wanted."""


def holding(query: Sequence[Word], text: str) -> str:
    """The paths of a text that hold all the words, as a text: each with a NUL after it, and one before the first."""
    for word in query:
        found = _pattern(_of_same_form(word, text)).findall(text)
        text = END + END.join(found) + END if found else END
    return text


def best_paths(query: Sequence[Word], text: str, count: int, cancelled: Callable[[], bool]) -> list[tuple[int, str]]:
    """Of the paths of a text that hold all the words the `count` best and their scores; of equal ones the smallest.

    Less when it was cancelled.
    """
    best = _Best(query, count, cancelled)
    rest = _NO_BOUND
    if len(query) == 1 and text.count(END) > _FEW and text.isascii():
        rest = _take_shapes(best, query[0], text)
        if best.is_beyond(rest) or _take_near(best, query[0], text, rest):
            return best.found
    paths = [path for path in _paths(text) if path not in best.seen]
    for bound, group in _by_bound(query, paths):
        most = min(bound, rest)
        if best.is_beyond(most):
            break
        best.take(most, group)
    return best.found


class _Best:
    """The best paths so far, in order, and which were scored."""

    def __init__(self, query: Sequence[Word], count: int, cancelled: Callable[[], bool]) -> None:
        self.seen: set[str] = set()
        self._query = query
        self._count = count
        self._cancelled = cancelled
        self._best: list[tuple[int, str]] = []

    @property
    def found(self) -> list[tuple[int, str]]:
        return [(-score, path) for score, path in self._best]

    @property
    def least(self) -> int:
        """What a path has to be worth; 0 while there are not enough."""
        return -self._best[-1][0] if len(self._best) == self._count else 0

    def is_beyond(self, most: int) -> bool:
        """Whether no path that is worth so much at the most can be among the best."""
        return len(self._best) == self._count and most < -self._best[-1][0]

    def take(self, most: int, paths: Iterable[str]) -> None:
        """Score the paths, none of which is worth more than `most`, as far as they matter."""
        for number, path in enumerate(sorted(set(paths) - self.seen)):
            if len(self._best) == self._count and (-most, path) > self._best[-1]:
                return
            if number % _LOOK_UP == 0 and self._cancelled():
                return
            self.seen.add(path)
            if (score := worth(self._query, path)) != NOT_THERE:
                bisect.insort(self._best, (-score, path))
                del self._best[self._count :]


def _take_shapes(best: _Best, word: Word, text: str) -> int:
    """Take the paths in which the word stands in valuable ways; what the rest is worth at the most."""
    has_white = _has_white(text)
    searched = text.lower() if word.any_case else text
    for number, shape in enumerate(shapes(word, _MOST_SHAPES, has_white=has_white)):
        if best.is_beyond(shape.most):
            return most_of_the_rest(word, number, has_white=has_white)
        best.take(shape.most, _matching(shape.pattern, searched, text))
    return most_of_the_rest(word, _MOST_SHAPES, has_white=has_white)


def _take_near(best: _Best, word: Word, text: str, rest: int) -> bool:
    """Take the paths that are worth nearly the most; whether none of the others can be among the best."""
    most = most_of_any(word)
    least = max(best.least, most - NEARLY)
    pattern = near_pattern(word, most - least)
    if not pattern:
        return False
    paths: Iterable[str] = _matching(pattern, text, text)
    if end := near_end_pattern(word, most - least):
        text = END + END.join(paths) + END
        paths = _matching(end, text, text)
    paths = [path for path in paths if path not in best.seen]
    for bound, group in _by_bound((word,), paths):
        if min(bound, rest) < least or best.is_beyond(min(bound, rest)):
            break
        best.take(min(bound, rest), group)
    return best.is_beyond(least - 1)


def _has_white(text: str) -> bool:
    return any(map(text.__contains__, _WHITE))


def _paths(text: str) -> list[str]:
    return text[1:-1].split(END) if len(text) > 1 else []


def _matching(pattern: str, searched: str, text: str) -> Iterable[str]:
    """The paths of `text` with such a place; `searched` is the text as the word is looked for in it."""
    for hit in re.finditer(pattern, searched):
        begin, end = hit.span()
        start = text.rindex(END, 0, begin + 1) + 1
        yield text[start : text.index(END, end)]


def _by_bound(query: Sequence[Word], paths: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The paths in groups, those that can be worth most first."""
    text = END.join(paths)
    if len(paths) <= _FEW or not text.isascii():
        return [(_NO_BOUND, list(paths))]
    titled = text.title().split(END)
    compared = {False: paths, True: text.lower().split(END)}
    has_white = _has_white(text)
    totals = [0] * len(paths)
    for word in query:
        bounds = Bound(word, has_white=has_white).most(paths, titled, compared[word.any_case])
        totals = list(map(operator.add, totals, bounds))
    groups: dict[int, list[str]] = {}
    for total, path in zip(totals, paths, strict=True):
        groups.setdefault(total, []).append(path)
    return sorted(groups.items(), reverse=True)


_NO_BOUND = 1 << 30


def _of_same_form(word: Word, text: str) -> tuple[str, ...]:
    """For each character of the word the characters in the text that are taken for it."""
    if text.isascii():
        return tuple(unit + unit.upper() if word.any_case and unit.isascii() else unit for unit in word.units)
    forms = [(char, word.form(char)) for char in sorted(set(text))]
    return tuple("".join(char for char, form in forms if form == unit) or unit for unit in word.units)


@functools.lru_cache(64)
def _pattern(same: tuple[str, ...]) -> re.Pattern[str]:
    steps = (f"[^\\x00{chars}]*+[{chars}]" for chars in map(re.escape, same))
    return re.compile(rf"\0({''.join(steps)}[^\0]*+)")
