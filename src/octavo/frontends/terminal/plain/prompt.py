"""The line that the user writes on: the draft, or the answer to what is asked, and where the cursor is in it."""

from __future__ import annotations

from typing import NamedTuple

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.rows import column_of, row_at, rows_of, shown
from octavo.frontends.terminal.text.widths import width

UNDER = "  "
"""Before the second line and those below it."""


class Prompt(NamedTuple):
    """Its rows as text, and the row and column of the cursor."""

    rows: tuple[str, ...] = ()
    cursor: tuple[int, int] = (0, 0)


def prompt(sign: str, draft: Draft, columns: int, *, secret: bool = False) -> Prompt:
    """The draft behind its sign; what is secret is not seen."""
    if secret:
        text = sign + "*" * len(draft.text)
        return Prompt((text[-(max(columns - 1, 1)) :],), (0, min(width(text), max(columns - 1, 0))))
    lead = width(sign)
    rows = rows_of(draft.text, max(columns - lead - 1, 1))
    at = row_at(rows, draft.cursor)
    found = [shown(draft.text[row.start : row.end]) for row in rows]
    texts = tuple((sign if number == 0 else UNDER) + text for number, text in enumerate(found))
    column = (lead if at == 0 else len(UNDER)) + column_of(draft.text, rows[at], draft.cursor)
    return Prompt(texts, (at, min(column, max(columns - 1, 0))))
