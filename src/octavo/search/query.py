"""A fuzzy query as the words that a path must hold (`docs/search.md`)."""

from __future__ import annotations

import msgspec

from octavo.search.letters import base_letter, folded, units


class Word(msgspec.Struct, frozen=True):
    """Characters that must come in this order; what their case and accents mean for the path."""

    units: str
    any_case: bool
    any_accent: bool

    def form(self, char: str) -> str:
        """A character of a path as it is compared with `units`."""
        if self.any_accent:
            char = base_letter(char)
        return folded(char) if self.any_case else char

    def plain_forms(self, path: str) -> str:
        """The characters of an ASCII path as they are compared with `units`."""
        return path.lower() if self.any_case else path

    def goes_on(self, other: Word) -> bool:
        """Whether a path that holds this word holds the other one too, which is its beginning."""
        same = (self.any_case, self.any_accent) == (other.any_case, other.any_accent)
        return same and self.units.startswith(other.units)


def words(query: str) -> tuple[Word, ...]:
    """The words of the query. White space parts them, unless a backslash stands before a space."""
    found: list[str] = []
    open_word = False
    before = ""
    for char in query:
        if char == " " and before == "\\":
            found[-1] = found[-1][:-1] + " "
        elif char.isspace():
            open_word = False
        elif open_word:
            found[-1] += char
        else:
            found.append(char)
            open_word = True
        before = char
    return tuple(map(_word, found))


def _word(text: str) -> Word:
    chars = units(text)
    any_case = not any(char.isupper() for char in chars)
    any_accent = all(base_letter(char) == char for char in chars)
    return Word("".join(map(folded, chars)) if any_case else chars, any_case, any_accent)
