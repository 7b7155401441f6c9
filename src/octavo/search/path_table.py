"""Many paths as arrays, so that all of them are searched at once (`docs/search.md`).

The characters of all paths stand in one array, with a 0 after each path. Imported
on use: numpy is slow to import.
"""

from __future__ import annotations

import functools
import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octavo.search.letters import WHITE, bonus, char_class, units
from octavo.search.query import Word

Ints = NDArray[Any]  # of 32 bits: a table holds a piece of a listing, and half the memory is nearly twice as fast
Chars = NDArray[Any]  # uint8 for a table of ASCII paths, uint32 otherwise

_KEY = 8
"""How many bytes of paths are compared at once."""


class PathTable:
    """Paths, the places of their characters and what those are worth. It never changes.

    `starts[i]` is where path `i` starts in the arrays.
    """

    def __init__(self, chars: Chars, starts: Ints, path: Callable[[int], str]) -> None:
        self.starts = starts
        self.size = len(starts)
        self.path = path
        self._chars = chars
        self._places: dict[tuple[bool, bool, str], Ints] = {}
        self._ends = np.append(starts[1:], np.int32(len(chars))) - 1
        known, self._code = _codes(chars)
        self._known = "".join(map(chr, known))
        self._classes = _classes(self._known)

    def places(self, word: Word, unit: str) -> Ints:
        """Where the character stands, in the form in which the word is compared; ascending."""
        key = (word.any_case, word.any_accent, unit)
        if key not in self._places:
            self._places[key] = self._found(word, unit)
        return self._places[key]

    def _found(self, word: Word, unit: str) -> Ints:
        matching = _matching(word, unit, self._known)
        if not matching:
            return np.empty(0, np.int32)
        hits = self._code == matching[0]
        for code in matching[1:]:
            hits |= self._code == code
        return np.flatnonzero(hits).astype(np.int32)

    @property
    def is_wide(self) -> bool:
        """Whether no path is ASCII; otherwise all are."""
        return self._chars.dtype != np.uint8

    def bonuses(self, places: Ints) -> Ints:
        """What a match at each place is worth more. The 0 before a path counts as white space."""
        before = self._classes[self._code[np.maximum(places - 1, 0)]]
        before[places == 0] = 0
        bonuses: Ints = _BONUSES[before, self._classes[self._code[places]]]
        return bonuses

    def bonuses_alone(self, places: Ints, lines: Ints) -> Ints:
        """The same for words of one character: see `align`."""
        bonuses = self.bonuses(places)
        if self.is_wide:
            classes = self._classes[self._code[places]]
            later = np.flatnonzero(lines[1:] == lines[:-1]) + 1
            bonuses[later] = _BONUSES[classes[later - 1], classes[later]]
        return bonuses

    def only(self, lines: Ints) -> PathTable:
        """A table of these paths alone, in the same order."""
        lengths = self._ends[lines] + 1 - self.starts[lines]
        starts = np.cumsum(lengths, dtype=np.int32) - lengths
        places = np.arange(lengths.sum(), dtype=np.int32) + np.repeat(self.starts[lines] - starts, lengths)
        return PathTable(self._chars[places], starts, lambda line: self.path(int(lines[line])))

    def holding(self, word: Word) -> Ints:
        """The lines in which all characters of the word stand, in this order."""
        lines = np.arange(self.size, dtype=np.int32)
        at = self.starts
        for unit in word.units:
            places = np.append(self.places(word, unit), np.int32(len(self._chars)))
            at = places[np.searchsorted(places, at)]
            kept = at < self._ends[lines]
            lines, at = lines[kept], at[kept] + 1
        return lines

    def lines(self, places: Ints) -> Ints:
        """Which path each place belongs to."""
        ends = np.searchsorted(places, self.starts)
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(ends, append=len(places)))

    def smallest(self, lines: Ints, count: int) -> list[int]:
        """The `count` lines whose paths come first by their bytes."""
        chosen: list[int] = []
        if not self.is_wide:
            chosen, lines = self._narrowed(lines, count)
        return chosen + heapq.nsmallest(count - len(chosen), lines.tolist(), key=self.path)

    def _narrowed(self, lines: Ints, count: int) -> tuple[list[int], Ints]:
        """Lines that belong to the first for sure, and a few among which the others are."""
        chosen: list[int] = []
        offset = 0
        while len(lines) > max(4 * count, 256):
            places = self.starts[lines][:, None] + np.arange(offset, offset + _KEY)
            chars = self._chars[np.minimum(places, len(self._chars) - 1)]
            # From the 0 that ends a path on, the key is 0: what follows belongs to the next path.
            chars[np.cumsum(chars == 0, axis=1) > 0] = 0
            keys = chars.view(">u8")[:, 0]
            last = np.partition(keys, count - len(chosen) - 1)[count - len(chosen) - 1]
            chosen += lines[keys < last].tolist()
            lines = lines[keys == last]
            offset += _KEY
        return chosen, lines


_BONUSES = np.array([[bonus(before, own) for own in range(7)] for before in range(7)], np.int32)


@functools.lru_cache(256)
def _matching(word: Word, unit: str, known: str) -> tuple[int, ...]:
    """The numbers of the characters that have this form in the word; pieces of one listing ask for the same."""
    return tuple(code for code, char in enumerate(known) if char != "\0" and word.form(char) == unit)


@functools.lru_cache(16)
def _classes(known: str) -> NDArray[np.uint8]:
    return np.array([WHITE if char == "\0" else char_class(char) for char in known], np.uint8)


def _codes(chars: Chars) -> tuple[Sequence[int], Chars]:
    """The characters that there are, and for each place the number of its character among them."""
    if chars.dtype == np.uint8:
        return range(128), chars
    known, code = np.unique(chars, return_inverse=True)
    return known.tolist(), code


def tables(listing: bytes) -> tuple[PathTable, ...]:
    """The paths of a listing, each with a NUL after it; those that are no UTF-8 are left out."""
    if not listing:
        return ()
    chars = np.frombuffer(listing, np.uint8)
    ends = np.flatnonzero(chars == 0).astype(np.int32)
    starts = np.append(np.int32(0), ends[:-1] + 1)

    def path(line: int) -> str:
        return listing[starts[line] : ends[line]].decode("ascii")

    table = PathTable(chars, starts, path)
    wide = np.unique(np.searchsorted(ends, np.flatnonzero(chars >= 128)))
    if not len(wide):
        return (table,)
    others = tuple(_decoded(listing[starts[line] : ends[line]] for line in wide.tolist()))
    plain = table.only(np.delete(np.arange(table.size), wide))
    return tuple(part for part in (plain, _wide_table(others)) if part.size)


def _decoded(paths: Iterable[bytes]) -> Iterable[str]:
    for path in paths:
        try:
            yield path.decode()
        except UnicodeDecodeError:
            continue


def _wide_table(paths: Sequence[str]) -> PathTable:
    """One code point for each character as people see it."""
    shown = [units(path) for path in paths]
    chars = np.frombuffer("".join(f"{path}\0" for path in shown).encode("utf-32-le"), np.uint32)
    lengths = np.fromiter(map(len, shown), np.int32, len(shown)) + 1
    return PathTable(chars, np.cumsum(lengths, dtype=np.int32) - lengths, paths.__getitem__)
