"""The rows of a list: `› 1. Name (current)  description`, the description wrapped under its own column."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.styled import DIM, PLAIN, Line, Span, Style, line
from octavo.frontends.terminal.text.widths import cut_line, width
from octavo.frontends.terminal.text.wrapping import wrap

MOST_ROWS = 8
CHOSEN = Style(bold=True, roles=("accent",))

_LEAST_DESCRIPTION = 16
_LEAST_NAME = 6
_KEY_GAP = "   "


class Option(msgspec.Struct, frozen=True):
    """One row of a list. `selected_description` stands in place of the description while the row is selected.

    `key` is a key that chooses the row wherever the selection is.
    """

    name: str
    description: str = ""
    selected_description: str = ""
    is_current: bool = False
    key: str = ""


def option_rows(options: Sequence[Option], selected: int, columns: int, *, numbered: bool) -> list[list[Line]]:
    """For each option its rows, none wider than `columns`."""
    heads = [_head(option, index if numbered else None) for index, option in enumerate(options)]
    column = max((width(head) for head in heads), default=0) + 2
    rows = (
        _rows(option, head, column, columns, is_selected=index == selected)
        for index, (option, head) in enumerate(zip(options, heads, strict=True))
    )
    # In a single column not even one wide character has room.
    return [[cut_line(row, columns) for row in each] for each in rows]


def window(rows: Sequence[Sequence[Line]], selected: int, top: int, height: int) -> tuple[int, int]:
    """First and last (exclusive) option of those that are shown: at most eight, `selected` among them.

    `height` is the room in rows. `top` is the first one of the time before; it moves no further than it has to.
    """
    top = min(top, selected)
    while selected - top >= MOST_ROWS or (top < selected and _height(rows[top : selected + 1]) > height):
        top += 1
    end = top
    while end < len(rows) and end - top < MOST_ROWS and (end <= selected or _height(rows[top : end + 1]) <= height):
        end += 1
    while top > 0 and end - top < MOST_ROWS and _height(rows[top - 1 : end]) <= height:
        top -= 1
    return top, end


def _height(rows: Sequence[Sequence[Line]]) -> int:
    return sum(map(len, rows))


def _head(option: Option, index: int | None) -> str:
    number = "" if index is None else f"{index + 1}. "
    return f"  {number}{clean(option.name)}{' (current)' if option.is_current else ''}"


def _rows(option: Option, head: str, column: int, columns: int, *, is_selected: bool) -> list[Line]:
    style = CHOSEN if is_selected else PLAIN
    start = Span(("› " if is_selected else "  ") + head[2:], style)
    description = clean((is_selected and option.selected_description) or option.description)
    if option.key:
        return _hanging(line(start, Span(_KEY_GAP + option.key, DIM)), columns, head)
    if not description:
        return _hanging(line(start), columns, head)
    if columns - column >= _LEAST_DESCRIPTION:
        first = line(start, " " * (column - width(head)))
        return wrap(line(Span(description, DIM)), columns, first, line(" " * column))
    indent = line(" " * _indent(head))
    return [*_hanging(line(start), columns, head), *wrap(line(Span(description, DIM)), columns, indent, indent)]


def _hanging(text: Line, columns: int, head: str) -> list[Line]:
    """The line, wrapped so that later rows stand under the name; cut where there is hardly room for a name."""
    if width(text.text) <= columns:
        return [text]
    indent = _indent(head)
    if columns - indent < _LEAST_NAME:
        return [cut_line(text, columns)]
    start, *others = text.spans
    first = line(Span(start.text[:indent], start.style))
    return wrap(line(Span(start.text[indent:], start.style), *others), columns, first, line(" " * indent))


def _indent(head: str) -> int:
    """Where the name begins: behind the mark and the number."""
    number, dot, _ = head[2:].partition(". ")
    return 2 + len(number) + len(dot) if dot and number.isdigit() else 2
