"""Places in a draft as commands see them: lines, their last characters, kinds of characters.

An index always is the border of a grapheme or a label. The place behind a line's last character holds its line break.
"""

from __future__ import annotations

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.rows import Row, column_of, index_at
from octavo.frontends.terminal.text.widths import width

BLANK, OTHER, WORD, EMOJI, LABEL = range(5)
FAR = 1 << 30
"""A column that is right of every other."""

_SCRIPTS = ((0x3040, 0x309F), (0x30A0, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0x20000, 0x3FFFF))


def kind(draft: Draft, index: int, *, big: bool = False) -> int:
    """What stands at an index; the ends of lines are blank. Runs of one kind are words, `big` of all but blanks."""
    if index >= len(draft.text):
        return BLANK
    character = draft.text[index]
    if any(label.start <= index < label.end for label in draft.labels):
        return OTHER if big else LABEL
    if character.isspace():
        return BLANK
    if big:
        return OTHER
    code = ord(character)
    if code < 0x80:
        return WORD if character.isalnum() or character == "_" else OTHER
    for number, (first, last) in enumerate(_SCRIPTS):
        if first <= code <= last:
            return LABEL + 1 + number
    return WORD if character.isalnum() else EMOJI if code >= 0x1F000 else OTHER


def start_of(draft: Draft, index: int) -> int:
    """Where the line begins."""
    return drafts.line_start(draft, index)


def end_of(draft: Draft, index: int) -> int:
    """Where the line ends: the place of its line break."""
    return drafts.line_end(draft, index)


def last_of(draft: Draft, index: int) -> int:
    """The last character of the line; its start where it is empty."""
    start, end = start_of(draft, index), end_of(draft, index)
    return drafts.before(draft, end) if end > start else start


def on_character(draft: Draft, index: int) -> int:
    """The same place, or the one before where it is behind the last character of its line."""
    return min(index, last_of(draft, index))


def is_empty_line(draft: Draft, index: int) -> bool:
    """Whether the line of an index holds nothing."""
    return start_of(draft, index) == end_of(draft, index)


def first_text(draft: Draft, index: int) -> int:
    """The first character of the line that is not blank, else its last place."""
    place, end = start_of(draft, index), end_of(draft, index)
    while place < end and draft.text[place] in " \t":
        place += 1
    return place


def line_down(draft: Draft, index: int, by: int) -> int | None:
    """The start of the line so many lines below (above where negative), the last one if there are fewer.

    None on the last line itself.
    """
    place = start_of(draft, index)
    for step in range(abs(by)):
        end = end_of(draft, place)
        if by > 0 and end < len(draft.text):
            place = end + 1
        elif by < 0 and place > 0:
            place = start_of(draft, place - 1)
        else:
            return place if step else None
    return place


def line_number(draft: Draft, number: int) -> int:
    """The start of the line of this number, from 1; of the last one where there are fewer."""
    return line_down(draft, 0, number - 1) or 0


def column(draft: Draft, index: int) -> int:
    """How many columns of its line are left of the index."""
    return column_of(draft.text, Row(start_of(draft, index), end_of(draft, index)), index)


def at_column(draft: Draft, start: int, wanted: int, *, past: bool = False) -> int:
    """The character of the line that stands in this column; the last one where it is shorter, its end where `past`."""
    end = end_of(draft, start)
    index = end if wanted >= FAR else index_at(draft.text, Row(start, end), wanted)
    for label in draft.labels:
        if label.start < index < label.end:
            index = label.start
    return index if past else on_character(draft, index)


def indent_width(draft: Draft, index: int) -> int:
    """How many columns of white space the line begins with."""
    return width(draft.text[start_of(draft, index) : first_text(draft, index)].expandtabs(4))
