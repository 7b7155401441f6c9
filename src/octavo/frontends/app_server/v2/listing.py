"""`thread/list` and `thread/loaded/list` (`docs/app-server-v2.md`, "Lists")."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import msgspec

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.saved_threads import saved_thread, source_kinds
from octavo.frontends.app_server.v2.threads import find_thread
from octavo.frontends.app_server.v2.types.listing import (
    LoadedListParams,
    LoadedListResponse,
    ThreadListParams,
    ThreadListResponse,
)
from octavo.frontends.app_server.v2.types.threads import Thread
from octavo.frontends.jsonrpc.errors import failed
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.pages import page, page_size
from octavo.rollout.errors import RolloutReadError
from octavo.rollout.listing import SessionSummary, scan_sessions
from octavo.rollout.thread_names import thread_names

_INTERACTIVE = frozenset({"cli", "vscode"})


async def list_threads(server: Server, _: RequestId, params: ThreadListParams) -> ThreadListResponse:
    """A page of saved threads that fit, by the time of their beginning or of their last change."""
    try:
        found = await asyncio.to_thread(_found, server, params)
    except RolloutReadError as error:
        raise failed(f"failed to list threads: {error}") from None
    shown, after = page(found, params.cursor, params.limit, lambda thread: thread.id)
    return ThreadListResponse(tuple(_with_status(server, thread) for thread in shown), after)


async def list_loaded(server: Server, _: RequestId, params: LoadedListParams) -> LoadedListResponse:
    """A page of the ids of the threads in memory."""
    shown, after = page(server.conversations.ids, params.cursor, params.limit, str)
    return LoadedListResponse(tuple(shown), after)


def _found(server: Server, params: ThreadListParams) -> list[Thread]:
    """Threads in the order that is wanted: all that fit, or as many as the page needs.

    Files come newest first, so the usual list reads no further than its page.
    """
    fitting = _fitting(server, params)
    by_change = params.sort_key not in (None, "created_at")
    if by_change:
        return sorted(fitting, key=lambda one: (one.updated_at, one.id), reverse=params.sort_direction != "asc")
    if params.sort_direction == "asc":
        return list(fitting)[::-1]
    found: list[Thread] = []
    more = page_size(params.limit) + 1
    is_behind = params.cursor is None
    for thread in fitting:
        found.append(thread)
        more -= is_behind
        is_behind = is_behind or thread.id == params.cursor
        if more == 0:
            break
    return found


def _fitting(server: Server, params: ThreadListParams) -> Iterator[Thread]:
    if params.section_id is not None:
        return  # there are no sections here, so no thread is in one
    config = server.config
    providers = (config.model_provider_id,) if params.model_providers is None else params.model_providers
    names = thread_names(config.codex_home)
    fits = _filter(params, names)
    sessions = scan_sessions(
        config.codex_home, (), providers, config.model_provider_id, archived=params.archived is True
    )
    for session in sessions:
        if session is not None and session.preview is not None and fits(session):
            yield saved_thread(session, config.model_provider_id, names.get(session.conversation_id))


def _filter(params: ThreadListParams, names: dict[str, str]) -> Callable[[SessionSummary], bool]:
    kinds = frozenset(params.source_kinds or _INTERACTIVE)
    folders = (params.cwd,) if isinstance(params.cwd, str) else params.cwd
    term = (params.search_term or "").casefold()

    def fits(session: SessionSummary) -> bool:
        if not kinds & source_kinds(session.meta.source):
            return False
        if folders is not None and session.meta.cwd not in folders:
            return False
        return term in (session.preview or "").casefold() or term in names.get(session.conversation_id, "").casefold()

    return fits


def _with_status(server: Server, thread: Thread) -> Thread:
    loaded = find_thread(server, thread.id)
    return thread if loaded is None else msgspec.structs.replace(thread, status=loaded.narrator.status)
