"""`octavo sessions list`: the newest sessions, page by page (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from octavo.cli.visible import one_line, with_tilde
from octavo.cli.words.invocation import Invocation, Level
from octavo.config.home import find_home
from octavo.errors import UsageError
from octavo.frontends.shown_text import local_time
from octavo.protocol.json_text import readable_json
from octavo.protocol.source import subagent_label
from octavo.rollout.files import compressed_files
from octavo.rollout.listing import DEFAULT_PAGE_SIZE, Cursor, SessionPage, SessionSummary, list_sessions, parse_cursor
from octavo.rollout.thread_names import thread_names

_MOST = 10_000
_PREVIEW_IN_LINES = 120


def list_saved(invocation: Invocation) -> int:
    """Print a page: a table on a terminal, else lines with tabs, or JSON; the next cursor goes to stderr."""
    given = invocation.last
    page = _page(invocation, _limit(given), _after(given))
    names = thread_names(find_home(os.environ))
    if given.has("json"):
        sys.stdout.write(readable_json(_as_json(page, names)))
        return 0
    if not page.sessions:
        sys.stderr.write("No saved sessions.\n")
    elif os.isatty(1):
        _print_table(page, names)
    else:
        for session in page.sessions:
            cells = _cells(session, names.get(session.conversation_id, ""))
            sys.stdout.write("\t".join(cells if cells[6] else cells[:6]) + "\n")
    sys.stdout.flush()
    if page.next_cursor is not None:
        sys.stderr.write(f"More: --after '{page.next_cursor}'\n")
    elif count := compressed_files(find_home(os.environ)):
        sys.stderr.write(f"Left out, since another program has compressed them (.jsonl.zst): {count}\n")
    return 0


def _page(invocation: Invocation, limit: int, after: Cursor | None) -> SessionPage:
    given = invocation.last
    home = find_home(os.environ)
    providers = given.texts("provider")
    default = _default_provider(invocation) if providers else ""
    folder = os.path.realpath(os.getcwd()) if given.has("here") else None
    found: list[SessionSummary] = []
    while True:
        page = list_sessions(
            home,
            page_size=limit - len(found),
            after=after,
            sources=given.texts("source"),
            providers=providers,
            default_provider=default,
        )
        found += [one for one in page.sessions if folder is None or os.path.realpath(one.meta.cwd) == folder]
        after = page.next_cursor
        if after is None or len(found) == limit:
            return SessionPage(tuple(found), after)


def _default_provider(invocation: Invocation) -> str:
    from octavo.cli import start  # only the filter needs the configuration
    from octavo.config.load import ConfigFlags

    return start.load(start.overrides(invocation, start.PLAIN), ConfigFlags(), start.PLAIN).model_provider_id


def _limit(given: Level) -> int:
    text = given.text("limit")
    if text is None:
        return DEFAULT_PAGE_SIZE
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _MOST:
        raise UsageError(f"invalid value '{text}' for '--limit <COUNT>': a number from 1 to {_MOST} is needed")
    return int(text)


def _after(given: Level) -> Cursor | None:
    text = given.text("after")
    if text is None:
        return None
    cursor = parse_cursor(text)
    if cursor is None:
        raise UsageError(f"invalid value '{text}' for '--after <CURSOR>': no cursor that a list printed")
    return cursor


def _as_json(page: SessionPage, names: Mapping[str, str]) -> object:
    return {
        "sessions": [
            {
                "id": session.conversation_id,
                "created_at": session.created_at,
                "updated_at": session.updated_at,
                "cwd": session.meta.cwd,
                "branch": _branch(session) or None,
                "source": source_name(session),
                "model_provider": session.meta.model_provider,
                "cli_version": session.meta.cli_version,
                "preview": session.preview,
                "name": names.get(session.conversation_id),
                "path": session.path,
            }
            for session in page.sessions
        ],
        "next_cursor": str(page.next_cursor) if page.next_cursor else None,
    }


def source_name(session: SessionSummary) -> str:
    """Who started the session, in one word; a label in the case of a sub-conversation."""
    label = subagent_label(session.meta.source)
    return label if label is not None else str(session.meta.source)


def _branch(session: SessionSummary) -> str:
    git = session.meta.git
    return git.get("branch", "") if isinstance(git, dict) else ""


def _cells(session: SessionSummary, name: str) -> tuple[str, str, str, str, str, str, str]:
    preview = one_line(session.preview or "")
    return (
        local_time(session.updated_at),
        session.conversation_id,
        one_line(source_name(session)),
        one_line(with_tilde(session.meta.cwd)),
        one_line(_branch(session)),
        preview if len(preview) <= _PREVIEW_IN_LINES else preview[: _PREVIEW_IN_LINES - 1] + "…",
        one_line(name),
    )


def _print_table(page: SessionPage, names: Mapping[str, str]) -> None:
    from octavo.cli.styled_output import Column, print_table  # only for a terminal
    from octavo.frontends.terminal.text.styled import CYAN, DIM, Style

    cells = [_cells(session, names.get(session.conversation_id, "")) for session in page.sessions]
    columns = (
        Column("Updated", DIM, least=16),
        Column("Id", Style(fg=CYAN)),
        Column("From"),
        Column("Folder", least=12, most=32),
        Column("Branch", most=16),
        Column("Name or first words" if any(row[6] for row in cells) else "First words"),
    )
    print_table(columns, [(*row[:5], row[6] or row[5]) for row in cells])
