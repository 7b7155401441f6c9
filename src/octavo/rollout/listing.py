"""Lists saved sessions page by page, newest first (`docs/rollouts.md`).

The folders are the only index. A page reads the first lines of as many files as it
needs, so the newest of many thousands come at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from octavo.protocol.ids import ConversationId, InvalidConversationId, parse_conversation_id
from octavo.rollout.errors import RolloutReadError, os_error_text
from octavo.rollout.files import SessionFile, archived_files, is_time, session_files
from octavo.rollout.head import SessionHead, last_item_time, read_head
from octavo.rollout.lines import SessionMeta

SCAN_LIMIT = 10_000
DEFAULT_PAGE_SIZE = 25


class Cursor(NamedTuple):
    """The last session of a page; the next page starts behind it."""

    time: str
    id: str

    def __str__(self) -> str:
        return f"{self.time}|{self.id}"


class SessionSummary(NamedTuple):
    """One session of a list; `preview` is None when its first lines hold no words of the user."""

    path: str
    meta: SessionMeta
    preview: str | None
    created_at: str
    updated_at: str

    @property
    def conversation_id(self) -> ConversationId:
        """The id to resume it with."""
        return self.meta.id


class SessionPage(NamedTuple):
    """A page; `next_cursor` is None at the end. The page behind a cursor may turn out to be empty."""

    sessions: tuple[SessionSummary, ...]
    next_cursor: Cursor | None


def parse_cursor(text: str) -> Cursor | None:
    """From `<time>|<id>`; None when the text is no cursor (callers then start at the first page)."""
    time, _, conversation_id = text.partition("|")
    if not is_time(time):
        return None
    try:
        return Cursor(time, parse_conversation_id(conversation_id))
    except InvalidConversationId:
        return None


def list_sessions(
    codex_home: str,
    *,
    page_size: int = DEFAULT_PAGE_SIZE,
    after: Cursor | None = None,
    sources: Collection[str] = (),
    providers: Collection[str] = (),
    default_provider: str = "",
) -> SessionPage:
    """One page of the sessions that have a message of the user and fit the filters.

    `sources` and `providers` filter when they are not empty; a session without a provider
    counts as the `default_provider`'s. At most 10,000 files are looked at.
    Raises `RolloutReadError` when a folder cannot be read; a file that cannot be read is left out.
    """
    if page_size <= 0:
        return SessionPage((), None)
    wanted = _filter(sources, providers, default_provider)
    found: list[tuple[SessionFile, SessionSummary]] = []
    has_more = False
    try:
        for count, file in enumerate(session_files(codex_home)):
            if count == SCAN_LIMIT:
                has_more = True
                break
            if after and (file.time, file.id) >= after:
                continue
            if len(found) == page_size:
                has_more = True
                break
            if summary := _summary(file.path, wanted):
                found.append((file, summary))
    except OSError as error:
        raise RolloutReadError(os_error_text(error)) from None
    last = found[-1][0] if found else None
    return SessionPage(
        tuple(summary for _, summary in found), Cursor(last.time, last.id) if last and has_more else None
    )


def scan_sessions(
    codex_home: str,
    sources: Collection[str],
    providers: Collection[str],
    default_provider: str = "",
    *,
    archived: bool = False,
) -> Iterator[SessionSummary | None]:
    """The same sessions, or the archived ones, one by one as their files are read; None for each file that is none.

    So the caller can stop between two files, whatever they hold. At most 10,000 are looked at.
    Raises `RolloutReadError` when a folder cannot be read.
    """
    wanted = _filter(sources, providers, default_provider)
    try:
        files = archived_files(codex_home) if archived else session_files(codex_home)
        for file in itertools.islice(files, SCAN_LIMIT):
            yield _summary(file.path, wanted)
    except OSError as error:
        raise RolloutReadError(os_error_text(error)) from None


def summarize_session(path: str) -> SessionSummary:
    """What a list would show of one file, whatever it lacks; without words of the user the preview is None.

    Raises `RolloutReadError`; the text names the path.
    """
    try:
        head = read_head(path)
    except OSError as error:
        raise RolloutReadError(f"failed to load conversation summary from {path}: {os_error_text(error)}") from None
    if not head.records:
        raise RolloutReadError(f"failed to load conversation summary from {path}: rollout at {path} is empty")
    if not head.starts_with_meta or head.meta is None:
        reason = f"rollout at {path} does not start with session metadata"
        raise RolloutReadError(f"failed to load conversation summary from {path}: {reason}")
    return _of_head(head, head.meta)


def _filter(
    sources: Collection[str], providers: Collection[str], default_provider: str
) -> Callable[[SessionMeta], bool]:
    def wanted(meta: SessionMeta) -> bool:
        provider = default_provider if meta.model_provider is None else meta.model_provider
        return (not sources or meta.source in sources) and (not providers or provider in providers)

    return wanted


def _summary(path: str, wanted: Callable[[SessionMeta], bool]) -> SessionSummary | None:
    try:
        head = read_head(path)
        if head.meta and head.has_user_message and wanted(head.meta):
            return _of_head(head, head.meta)
    except OSError:
        pass
    return None


def _of_head(head: SessionHead, meta: SessionMeta) -> SessionSummary:
    updated_at = last_item_time(head.path) or head.created_at
    return SessionSummary(head.path, meta, head.preview, head.created_at, updated_at)
