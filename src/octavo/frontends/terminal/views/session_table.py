"""Rows of saved sessions: two times, the branch, the name or the first words (`docs/sessions.md`)."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, DIM, PLAIN, Line, Span, line
from octavo.frontends.terminal.text.widths import cut, width
from octavo.frontends.terminal.views.saved_session import SavedSession

_GAP = 2
_LEAST_TEXT = 20
_WIDE_TEXT = 48
_MOST_BRANCH = 20
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

Row = tuple[SavedSession, str, str]
"""A session, what it is called by, and the piece of it that was found."""


def table(rows: Sequence[Row], selected: int, now: float, columns: int) -> list[Line]:
    """The title row and one row for each, the one at place `selected` marked."""
    cells = [
        ("Created", "Updated", "Branch"),
        *((ago(s.created, now), ago(s.updated, now), one_line(s.branch)) for s, _, _ in rows),
    ]
    sizes = _sizes(cells, columns)
    texts = [("Conversation", ""), *((one_line(text) or "(no message yet)", one_line(hit)) for _, text, hit in rows)]
    lines = []
    for number, (row, (text, hit)) in enumerate(zip(cells, texts, strict=True)):
        is_selected = number - 1 == selected and number > 0
        style = BOLD if number == 0 else BOLD.over(ACCENT) if is_selected else PLAIN
        left = "".join(_padded(cell, size) for cell, size in zip(row, sizes, strict=True) if size)
        room = columns - 2 - width(left)
        shown = _shortened(text, max(room // 3, room - width(hit) - _GAP) if hit else room)
        spans = [Span(("> " if is_selected else "  ") + left + shown, style)]
        if hit and (rest := room - width(shown) - _GAP) > 0:
            spans.append(Span(" " * _GAP + _shortened(hit, rest), DIM))
        lines.append(line(*spans))
    return lines


def ago(moment: float | None, now: float) -> str:
    """How long ago that was, in its largest unit."""
    if moment is None:
        return "-"
    seconds = max(int(now - moment), 0)
    name, size = next(((name, size) for name, size in _UNITS if seconds >= size), _UNITS[-1])
    count = seconds // size
    return f"{count} {name}{'' if count == 1 else 's'} ago"


def _sizes(cells: Sequence[tuple[str, str, str]], columns: int) -> tuple[int, int, int]:
    """The widths of the columns; in a narrow terminal the branch goes, then the first time, then the other."""
    first, second = (max(len(row[place]) for row in cells) + _GAP for place in (0, 1))
    branches = [width(row[2]) for row in cells[1:]]
    branch = min(max(len("Branch"), *branches), _MOST_BRANCH) + _GAP if any(branches) else 0
    room = columns - 2
    if branch and room - first - second - branch >= _WIDE_TEXT:
        return first, second, branch
    if room - first - second >= _LEAST_TEXT:
        return first, second, 0
    return 0, second if room - second >= _LEAST_TEXT else 0, 0


def _padded(cell: str, size: int) -> str:
    text = _shortened(cell, size - _GAP)
    return text + " " * (size - width(text))


def _shortened(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    return cut(text, room - 3) + "..." if room > 3 else cut(text, max(room, 0))
