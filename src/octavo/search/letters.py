"""What single characters are to the fuzzy search: their class, case, base letter and place (`docs/search.md`)."""

from __future__ import annotations

import functools
import unicodedata

WHITE, DELIMITER, MARK, LOWER, UPPER, LETTER, DIGIT = range(7)
"""The classes: white space, what separates parts of paths, other signs, and kinds of word characters."""

_BASES = {
    "A": "ÀÁÂÃÄÅȺ",
    "B": "ƁɃʙ",
    "C": "ÇȻ",
    "D": "ƉƊ",
    "E": "ÈÉÊËƎƐɆ",
    "G": "Ɠɢʛ",
    "H": "ʜ",
    "I": "ÌÍÎÏİƗɪ",
    "J": "Ɉ",
    "L": "Ƚʟ",
    "M": "Ɯ",
    "N": "ÑƝȠɴ",
    "O": "ÒÓÔÕÖØƆƟ",
    "Q": "Ɋ",
    "R": "Ɍʀʁ",
    "T": "ƮȾ",
    "U": "ÙÚÛÜɄ",
    "V": "ƲɅ",
    "Y": "ÝŸɎʏ",
    "a": "àáâãäåāăąǎȁȃȧɐɑ",
    "b": "ƀƃɓ",
    "c": "çćĉċčƈȼɕʗ",
    "d": "ďđƌȡɖɗ",
    "e": "èéêëēĕėęěǝȅȇȩɇɘɛɜɝɞʚ",
    "f": "ƒ",
    "g": "ĝğġģǥǧǵɠɡ",
    "h": "ĥħȟɥɦʮ",
    "i": "ìíîïĩīĭįıǐȉȋɨ",
    "j": "ĵǰȷɉɟʝ",
    "k": "ķƙǩʞ",
    "l": "ĺļľŀłƚȴɫɬɭ",
    "m": "ɯɰɱ",
    "n": "ñńņňƞǹȵɲɳ",
    "o": "òóôõöøōŏőơǒǫȍȏȯɔɵ",
    "p": "ƥ",
    "q": "ɋʠ",
    "r": "ŕŗřȑȓɍɹɺɻɼɽɾɿ",
    "s": "ßśŝşšſșȿʂ",
    "t": "ţťŧƫƭțȶʇʈ",
    "u": "ùúûüũūŭůűųưǔȕȗʉ",
    "v": "ʋʌ",
    "w": "ŵʍ",
    "y": "ýÿŷƴȳɏʎ",
    "z": "źżžƶȥɀʐʑ",
}
_FURTHER_LATIN = range(0x1E00, 0x1F00)


def base_letter(char: str) -> str:
    """The letter without its accent, where the search knows it; else the character itself.

    Of the accented letters from U+0100 on these are mostly the lower-case ones: an
    upper-case one is found by its own lower-case form.
    """
    if char.isascii():
        return char
    if ord(char) in _FURTHER_LATIN and char.islower():
        letter = unicodedata.normalize("NFD", char)[0]
        return letter if letter.isascii() else char
    return _base_letters().get(char, char)


@functools.cache
def _base_letters() -> dict[str, str]:
    return {char: base for base, chars in _BASES.items() for char in chars}


def folded(char: str) -> str:
    """The character without its case, as one character."""
    for form in (char.casefold(), char.lower()):
        if len(form) == 1:
            return form
    return char


@functools.lru_cache(1024)
def char_class(char: str) -> int:
    """One of the seven classes."""
    if char.isspace():
        return WHITE
    if char in "/,:;|":
        return DELIMITER
    if char.islower():
        return LOWER
    if char.isupper():
        return UPPER
    if char.isnumeric():
        return DIGIT
    return LETTER if char.isalpha() else MARK


@functools.cache
def bonus(before: int, own: int) -> int:
    """What a matched character of class `own` is worth more after one of class `before`."""
    if own >= LOWER:
        if before in (WHITE, DELIMITER, MARK):
            return (10, 9, 8)[before]
        if (before == LOWER and own == UPPER) or (before != DIGIT and own == DIGIT):
            return 5
        return 0
    return {WHITE: 10, MARK: 8}.get(own, 0)


def units(text: str) -> str:
    """The first code point of each character as people see it: an accent or a joined emoji is no place of its own."""
    if text.isascii():
        return text
    kept: list[str] = []
    before = "\0"
    flag_halves = 0
    for char in text:
        flag_halves = flag_halves + 1 if _is_flag_half(char) else 0
        ends_flag = flag_halves > 0 and flag_halves % 2 == 0
        joins_picture = before == _JOINER and bool(kept) and _is_picture(kept[-1]) and _is_picture(char)
        if not ends_flag and not joins_picture and not _extends(before, char):
            kept.append(char)
        before = char
    return "".join(kept)


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) == "So" and not _is_flag_half(char)


def _extends(before: str, char: str) -> bool:
    """Whether `char` belongs to the same character as `before`, unless both are pictures or halves of a flag."""
    if char.isascii() or unicodedata.category(before) in ("Cc", "Zl", "Zp"):
        return False
    if unicodedata.category(char) in ("Mn", "Me", "Mc") or char in _EXTENDING or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    kind, kind_before = _jamo(char), _jamo(before)
    if kind_before == "L":
        return kind in ("L", "V", "LV", "LVT")
    if kind_before in ("V", "LV"):
        return kind in ("V", "T")
    return kind_before in ("T", "LVT") and kind == "T"


_JOINER = "\u200d"
# Not marks by category, but they extend the character before them.
_EXTENDING = "\u200c\u200d\u0e33\u0eb3\uff9e\uff9f"


def _jamo(char: str) -> str:
    """Which part of a Korean syllable it is: a lead, a vowel, a tail, or a syllable with or without a tail."""
    code = ord(char)
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    return "T" if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB else ""
