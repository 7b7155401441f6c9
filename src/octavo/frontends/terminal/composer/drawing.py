"""The rows of a draft: prompt sign, text, labels in colour, and where the cursor stands."""

from __future__ import annotations

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.rows import Row, column_of, row_at, rows_of, shown
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, DIM, Line, Span, Style, line
from octavo.frontends.terminal.text.widths import cut_line, fitting, width

Cursor = tuple[int, int]
"""Row and column."""

SIGN = "› "
_WRITTEN = Style(roles=("user",))
_SELECTED = Style(reverse=True)

Selected = tuple[int, int]
"""Where a selection begins, and the place behind it."""


def text_columns(width_: int) -> int:
    """The columns for text: two for the prompt sign, one free at the right."""
    return max(width_ - 3, 1)


def row_count(draft: Draft, width_: int) -> int:
    """How many rows the whole draft takes."""
    return len(rows_of(draft.text, text_columns(width_)))


def draft_rows(
    draft: Draft,
    example: str,
    width_: int,
    height: int,
    top: int,
    fill: Style | None = None,
    selected: Selected | None = None,
) -> tuple[list[Line], Cursor, int]:
    """At most `height` rows of the draft, the cursor among them, and the number of the first one.

    `top` is that number when they were last drawn: as long as the cursor is seen, nothing scrolls. An empty draft
    shows the example.
    """
    columns = text_columns(width_)
    rows = rows_of(draft.text, columns)
    at = row_at(rows, draft.cursor)
    top = max(min(top, at, len(rows) - height), at - height + 1, 0)
    sign = SIGN[: max(width_ - 1, 0)]
    lines = []
    for number, row in enumerate(rows[top : top + height]):
        spans = _spans(draft, row, columns, selected) if draft.text else [Span(fitting(example, columns), DIM)]
        lead = Span(sign, BOLD.over(_WRITTEN)) if number == 0 else Span(" " * len(sign))
        shown = cut_line(line(lead, *spans, fill=fill), width_)
        lines.append(shown.styled(fill) if fill is not None else shown)
    column = len(sign) + column_of(draft.text, rows[at], draft.cursor)
    return lines, (at - top, min(column, max(width_ - 1, 0))), top


def _spans(draft: Draft, row: Row, columns: int, selected: Selected | None) -> list[Span]:
    spans, place = [], row.start
    for label in draft.labels:
        start, end = max(label.start, row.start), min(label.end, row.end)
        if start < end:
            spans += _pieces(draft.text, place, start, _WRITTEN, selected)
            spans += _pieces(draft.text, start, end, ACCENT, selected)
            place = end
    spans += _pieces(draft.text, place, row.end, _WRITTEN, selected)
    if selected is not None and row.start == row.end and selected[0] <= row.end < selected[1]:
        spans.append(Span(" ", _SELECTED))  # a line without text can be selected, too
    too_wide = columns == 1 and any(width(span.text) > 1 and span.text.strip() for span in spans)
    return [Span("…")] if too_wide else spans


def _pieces(text: str, start: int, end: int, style: Style, selected: Selected | None) -> list[Span]:
    """A piece of a row in its style, what is selected of it in reverse."""
    if selected is None:
        return [Span(shown(text[start:end]), style)]
    first, last = max(start, min(selected[0], end)), max(start, min(selected[1], end))
    parts = ((start, first, style), (first, last, _SELECTED.over(style)), (last, end, style))
    return [Span(shown(text[a:b]), styled) for a, b, styled in parts]
