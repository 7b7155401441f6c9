"""The messages that wait, as rows above the composer: for the model to hear them, or for the end of the turn."""

from __future__ import annotations

from collections.abc import Iterable

from octavo.frontends.terminal.composer.rows import rows_of, shown
from octavo.frontends.terminal.composer.submission import Message
from octavo.frontends.terminal.keys.keymap import DEFAULT, Keymap
from octavo.frontends.terminal.text.styled import DIM, Line, Span, Style, line

MOST_ROWS = 3
_WAITING = Style(italic=True, roles=("dim",))
_HEARD = "heard with the next step"


def queue_rows(messages: Iterable[Message], width: int, keys: Keymap = DEFAULT) -> list[Line]:
    """Three rows of each message at most, and the key that takes the newest one back; nothing below 5 columns."""
    rows = _rows(messages, width, "↳")
    edit = keys.worded("{chat.edit_queued_message} edit")
    return [*rows, line(Span(f"    {edit}", DIM))] if rows and edit else rows


def told_rows(messages: Iterable[Message], width: int) -> list[Line]:
    """The same for those that the turn was told, and what they wait for."""
    rows = _rows(messages, width, "⇢")
    return [*rows, line(Span(f"    {_HEARD}", DIM))] if rows else []


def _rows(messages: Iterable[Message], width: int, sign: str) -> list[Line]:
    rows: list[Line] = []
    for message in messages if width > 4 else ():
        text = message.draft.text[:_SEEN]
        found = rows_of(text, width - 4)
        for number, row in enumerate(found[:MOST_ROWS]):
            lead = "    " if number else f"  {sign} "
            rows.append(line(Span(lead + shown(text[row.start : row.end].rstrip()), _WAITING)))
        if len(found) > MOST_ROWS:
            rows.append(line(Span("    …", _WAITING)))
    return rows


_SEEN = 4000
"""Characters of a message that are looked at: three rows of the widest of terminals."""
