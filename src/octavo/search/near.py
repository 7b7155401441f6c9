"""Paths in which a word stands almost as well as any word can (`docs/search.md`, "Speed").

In a path that is worth nearly the most, each run of the word begins a part of the path, or is a hump in one, and runs
stand close to each other. One regular expression finds all such paths in the time in which some hundred are scored.
For plain paths only.
"""

from __future__ import annotations

import re

from octavo.search.align import GAP_START, GAP_STEP, MATCH
from octavo.search.letters import DELIMITER, DIGIT, LOWER, MARK, UPPER, WHITE, bonus, char_class
from octavo.search.query import Word

NEARLY = 12
"""So much less than the most is still near: no run can then begin in the middle of a part."""
_MOST_UNITS = 4
"""Characters of a word that are looked for; with more, a path of many equal letters would be tried too often."""
_HIGHEST = 10
"""The highest bonus."""
LOOKS = {
    WHITE: r"\0\s",
    DELIMITER: "/,:;|",
    MARK: r"\x01-\x08\x0e-\x1b!-+\-.<-@\[-`{}~\x7f",
    LOWER: "a-z",
    UPPER: "A-Z",
    DIGIT: "0-9",
}
"""What characters of a class look like; the start of a path counts as white space before it."""


def most_of_any(word: Word) -> int:
    """No path is worth more: the word stands in one run at the very start."""
    size = len(word.units)
    return MATCH * size + _HIGHEST * (size + 1)


def near_pattern(word: Word, loss: int) -> str:
    """Matches in each path that is worth at most `loss` less than `most_of_any`, and in some others, from the first
    character of the word to the end of the path. Empty if there can be none.
    """
    first, others = word.units[0], word.units[1:_MOST_UNITS]
    start = "|".join(_landing(form, before) for form, before in _landings(word, first, _HIGHEST - loss // 2))
    if not start:
        return ""
    steps = (_step(word, unit, loss) for unit in others)
    return f"{_any_of(_forms(word, first))}(?:{start}){''.join(steps)}[^\\0]*+"


def near_end_pattern(word: Word, loss: int) -> str:
    """The same for the end of a word that is too long for `near_pattern`; empty for others."""
    if len(word.units) <= _MOST_UNITS:
        return ""
    first, others = word.units[-_MOST_UNITS], word.units[1 - _MOST_UNITS :]
    return f"{_any_of(_forms(word, first))}{''.join(_step(word, unit, loss) for unit in others)}[^\\0]*+"


def _step(word: Word, unit: str, loss: int) -> str:
    """From one character of the word to the next: right behind it, or after a gap that does not cost too much."""
    least = _HIGHEST - (loss - GAP_START)
    forms = _any_of(_forms(word, unit))
    ways = [forms]
    for form, before in _landings(word, unit, least):
        worth = max(bonus(kind, char_class(form)) for kind in before)
        ways.append(f"[^\\0]{{1,{(worth - least) // GAP_STEP + 1}}}{re.escape(form)}{_landing(form, before)}")
    return f"(?:{'|'.join(ways)})"


def _landings(word: Word, unit: str, least: int) -> list[tuple[str, list[int]]]:
    """For each form of a character the classes behind which it has a bonus of `least` or more."""
    found = []
    for form in _forms(word, unit):
        before = [kind for kind in LOOKS if bonus(kind, char_class(form)) >= least]
        if before:
            found.append((form, before))
    return found


def _landing(form: str, before: list[int]) -> str:
    """Behind a character: that it is this form, and what stood before it."""
    return f"(?<=[{''.join(LOOKS[kind] for kind in before)}]{re.escape(form)})"


def _forms(word: Word, unit: str) -> tuple[str, ...]:
    return (unit, unit.upper()) if word.any_case and unit.isascii() and unit != unit.upper() else (unit,)


def _any_of(forms: tuple[str, ...]) -> str:
    return f"[{''.join(map(re.escape, forms))}]"
