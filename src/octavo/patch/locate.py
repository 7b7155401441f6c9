"""Finds the lines that a patch speaks of, forgiving what models get wrong.

Models drop trailing blanks, re-indent, and write plain quotes and hyphens for
typographic ones, so a search makes four passes, each more lenient, over the
whole file before it gives up (`docs/apply-patch.md`, "Finding lines").
"""

from __future__ import annotations

from octavo.patch.text import BLANK

PLAIN = {
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-"),
    **dict.fromkeys(range(0x2018, 0x201C), "'"),
    **dict.fromkeys(range(0x201C, 0x2020), '"'),
    **dict.fromkeys([0xA0, *range(0x2002, 0x200B), 0x202F, 0x205F, 0x3000], " "),
}
"""Typographic characters and what people type for them."""


def _exact(lines: list[str]) -> list[str]:
    return lines


def _without_trailing_blanks(lines: list[str]) -> list[str]:
    return [line.rstrip(BLANK) for line in lines]


def _without_outer_blanks(lines: list[str]) -> list[str]:
    return [line.strip(BLANK) for line in lines]


def _plain(lines: list[str]) -> list[str]:
    return [line.strip(BLANK).translate(PLAIN) for line in lines]


LENIENCIES = (_exact, _without_trailing_blanks, _without_outer_blanks, _plain)


class SearchedFile:
    """The lines of one file, with the lenient readings that searches needed so far."""

    __slots__ = ("_readings", "lines")

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self._readings: list[list[str]] = []

    def seek(self, pattern: list[str], start: int, at_end: bool = False) -> int | None:
        """The index where the lines of `pattern` stand, at or after `start`, or None.

        With `at_end` only the very end of the file is looked at, wherever
        `start` is. An empty pattern stands at `start`.
        """
        if not pattern:
            return start
        last = len(self.lines) - len(pattern)
        if last < 0:
            return None
        first = last if at_end else start
        for level, read in enumerate(LENIENCIES):
            found = _find(self._reading(level), read(pattern), first, last)
            if found is not None:
                return found
        return None

    def _reading(self, level: int) -> list[str]:
        while len(self._readings) <= level:
            self._readings.append(LENIENCIES[len(self._readings)](self.lines))
        return self._readings[level]


def _find(lines: list[str], pattern: list[str], first: int, last: int) -> int | None:
    """The first index in [first, last] where `pattern` stands in `lines`."""
    at = first
    patience = 4 * len(lines)
    while at <= last:
        try:
            at = lines.index(pattern[0], at, last + 1)
        except ValueError:
            return None
        if lines[at : at + len(pattern)] == pattern:
            return at
        at += 1
        patience -= len(pattern)
        if patience < 0:  # a file of equal lines: the time would grow with the product of both lengths
            return _find_repetitive(lines, pattern, at, last)
    return None


def _find_repetitive(lines: list[str], pattern: list[str], first: int, last: int) -> int | None:
    """The same in time that grows with the sum of both lengths (Knuth, Morris and Pratt)."""
    borders = [0] * len(pattern)
    matched = 0
    for index in range(1, len(pattern)):
        while matched and pattern[index] != pattern[matched]:
            matched = borders[matched - 1]
        matched += pattern[index] == pattern[matched]
        borders[index] = matched
    matched = 0
    for index in range(first, last + len(pattern)):
        while matched and lines[index] != pattern[matched]:
            matched = borders[matched - 1]
        matched += lines[index] == pattern[matched]
        if matched == len(pattern):
            return index + 1 - matched
    return None
