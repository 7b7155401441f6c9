"""A saved session before it is chosen: its facts, how it began and how it ended (`docs/sessions.md`)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from octavo.frontends.terminal.text.clean import clean, one_line
from octavo.frontends.terminal.text.directory import with_tilde
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, DIM, EMPTY, PLAIN, Line, Span, Style, line
from octavo.frontends.terminal.views.blocks import Block, blank, paragraph
from octavo.frontends.terminal.views.pager import Pager, text_pager
from octavo.frontends.terminal.views.saved_session import SavedSession

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.rollout.excerpt import Excerpt, SaidWords

TITLE = "SESSION"
_MOST_LINES = 60
"""Of a message."""


def session_preview(session: SavedSession, name: str, home: str | None, excerpt: Excerpt | str | None) -> Pager:
    """What is known of it; `excerpt` is None while it is read, or says why it cannot be."""
    blocks: list[Block] = [_fact(label, value) for label, value in _facts(session, name, home) if value]
    blocks.append(blank)
    if excerpt is None:
        blocks.append(paragraph(line(Span("reading …", DIM))))
    elif isinstance(excerpt, str):
        blocks.append(paragraph(line(f"It cannot be read: {one_line(excerpt)}")))
    else:
        blocks += _said(excerpt.first)
        if not excerpt.is_whole:
            blocks += [paragraph(line(Span("⋮ what lies between is not shown", DIM))), blank]
        blocks += _said(excerpt.last)
        if not excerpt.first and not excerpt.last:
            blocks.append(paragraph(line(Span("nothing was said", DIM))))
    return text_pager(TITLE, blocks)


def _facts(session: SavedSession, name: str, home: str | None) -> list[tuple[str, str]]:
    return [
        ("Name", name),
        ("Id", session.id),
        ("Folder", with_tilde(session.cwd, home)),
        ("Branch", session.branch),
        ("Created", _local(session.created)),
        ("Updated", _local(session.updated)),
        ("Size", f"{session.size / 1e6:.1f} MB" if session.size >= 100_000 else f"{session.size / 1e3:.1f} kB"),
    ]


def _fact(label: str, value: str) -> Block:
    return paragraph(line(one_line(value)), line(Span(f"{label + ':':10}", DIM)), line(" " * 10))


def _said(messages: Sequence[SaidWords]) -> list[Block]:
    blocks: list[Block] = []
    for message in messages:
        is_user = message.by == "user"
        rows = clean(message.text).strip("\n").split("\n")
        more = [f"… {len(rows) - _MOST_LINES} more lines"] if len(rows) > _MOST_LINES else []
        style = ACCENT if is_user else PLAIN
        for number, row in enumerate([*rows[:_MOST_LINES], *more]):
            first = line(Span("› " if is_user else "• ", BOLD)) if number == 0 else line("  ")
            blocks.append(paragraph(_line(row, style), first, line("  ")))
        blocks.append(blank)
    return blocks


def _line(text: str, style: Style) -> Line:
    return line(Span(text, style)) if text else EMPTY


def _local(moment: float | None) -> str:
    return "" if moment is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
