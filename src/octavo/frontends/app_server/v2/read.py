"""`thread/read` and `thread/turns/list`: one thread, saved or loaded."""

from __future__ import annotations

import asyncio

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.records import with_view
from octavo.frontends.app_server.v2.saved_threads import saved_thread
from octavo.frontends.app_server.v2.saved_turns import saved_turns
from octavo.frontends.app_server.v2.threads import find_thread, known_id
from octavo.frontends.app_server.v2.types.listing import (
    ThreadReadParams,
    ThreadReadResponse,
    TurnsListParams,
    TurnsListResponse,
)
from octavo.frontends.app_server.v2.types.threads import Thread
from octavo.frontends.app_server.v2.types.turns import Turn
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.pages import page
from octavo.rollout.errors import RolloutReadError
from octavo.rollout.find import find_archived, find_session
from octavo.rollout.listing import summarize_session
from octavo.rollout.read import load_rollout
from octavo.rollout.thread_names import thread_name


async def read_thread(server: Server, _: RequestId, params: ThreadReadParams) -> ThreadReadResponse:
    """What is known of a thread, with its turns if they are wanted."""
    with_turns = params.include_turns is True
    thread = find_thread(server, params.thread_id)
    if thread is not None:
        return ThreadReadResponse(thread.shown(server, with_turns=with_turns))
    path = path_of(server, params.thread_id, f"thread not loaded: {params.thread_id}")
    return ThreadReadResponse(await asyncio.to_thread(thread_at, server, path, with_turns=with_turns))


async def list_turns(server: Server, _: RequestId, params: TurnsListParams) -> TurnsListResponse:
    """A page of a thread's turns."""
    thread = find_thread(server, params.thread_id)
    if thread is not None:
        turns = thread.turns()
    else:
        path = path_of(server, params.thread_id, f"thread not loaded: {params.thread_id}")
        turns = (await asyncio.to_thread(thread_at, server, path, with_turns=True)).turns
    ordered = turns if params.sort_direction == "asc" else turns[::-1]
    shown, after = page(ordered, params.cursor, params.limit, lambda turn: turn.id)
    view = params.items_view or "summary"
    data: tuple[Turn, ...] = tuple(with_view(turn, view) for turn in shown)
    return TurnsListResponse(data, after, data[0].id if data else None)


def path_of(server: Server, thread_id: str, complaint: str) -> str:
    """The file of a thread, archived ones included. Raises `RequestError`."""
    wanted, home = known_id(thread_id), server.config.codex_home
    path = find_session(home, wanted) or find_archived(home, wanted)
    if path is None:
        raise refused(complaint)
    return path


def thread_at(server: Server, path: str, *, with_turns: bool) -> Thread:
    """The thread that a file holds. Raises `RequestError`."""
    config = server.config
    try:
        session = summarize_session(path)
        turns = saved_turns(load_rollout(path)) if with_turns else ()
    except RolloutReadError as error:
        raise failed(str(error)) from None
    name = thread_name(config.codex_home, session.conversation_id)
    return saved_thread(session, config.model_provider_id, name, turns)
