"""`thread/archive`, `thread/unarchive`, `thread/name/set` and `thread/unsubscribe`."""

from __future__ import annotations

import time

from octavo.frontends.app_server.loaded import Loaded
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v2.read import path_of, thread_at
from octavo.frontends.app_server.v2.threads import Threads, find_thread, known_id
from octavo.frontends.app_server.v2.types.archive import (
    ThreadNameParams,
    ThreadNameUpdated,
    ThreadNotice,
    ThreadParams,
    UnsubscribeResponse,
)
from octavo.frontends.app_server.v2.types.listing import ThreadReadResponse
from octavo.frontends.app_server.v2.types.threads import NotLoaded, ThreadStatusChanged
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol.ids import ConversationId
from octavo.rollout.archive import ArchiveError, NotArchivable, archivable_path, archive_session, unarchive_session
from octavo.rollout.errors import RolloutWriteError
from octavo.rollout.find import find_session
from octavo.rollout.thread_names import name_thread


async def archive_thread(server: Server, request_id: RequestId, params: ThreadParams) -> None:
    """End the thread if it is loaded, with all that it runs, and take its file out of the lists."""
    wanted, home = ConversationId(known_id(params.thread_id)), server.config.codex_home
    path = find_session(home, wanted)
    if path is None:
        raise refused(f"no rollout found for thread id {params.thread_id}")
    try:
        real = archivable_path(home, path, wanted)
    except NotArchivable as error:
        raise refused(str(error)) from None
    loaded = server.conversations.find(wanted)
    if loaded is not None:
        server.conversations.forget(loaded)
        await _shut_down(server, loaded)
        server.peer.notify("thread/status/changed", ThreadStatusChanged(wanted, NotLoaded()))
    try:
        archive_session(home, real, lambda: time.time_ns() // 1_000_000)
    except ArchiveError as error:
        raise failed(str(error)) from None
    server.peer.reply(request_id, Empty())
    server.peer.notify("thread/archived", ThreadNotice(wanted))


async def unarchive_thread(server: Server, request_id: RequestId, params: ThreadParams) -> None:
    """Put its file back where it was."""
    wanted = ConversationId(known_id(params.thread_id))
    try:
        path = unarchive_session(server.config.codex_home, wanted)
    except NotArchivable as error:
        raise refused(str(error)) from None
    except (ArchiveError, OSError) as error:
        raise failed(str(error)) from None
    server.peer.reply(request_id, ThreadReadResponse(thread_at(server, path, with_turns=False)))
    server.peer.notify("thread/unarchived", ThreadNotice(wanted))


async def set_name(server: Server, request_id: RequestId, params: ThreadNameParams) -> None:
    """Call the thread so in lists."""
    name, wanted = params.name.strip(), known_id(params.thread_id)
    if not name:
        raise refused("thread name must not be empty")
    if server.conversations.find(wanted) is None:
        path_of(server, wanted, f"thread not found: {params.thread_id}")
    try:
        name_thread(server.config.codex_home, wanted, name)
    except RolloutWriteError as error:
        raise failed(str(error)) from None
    server.peer.reply(request_id, Empty())
    server.peer.notify("thread/name/updated", ThreadNameUpdated(wanted, name))


async def unsubscribe(server: Server, request_id: RequestId, params: ThreadParams) -> None:
    """Hear no more of a thread, which ends with that: nobody else hears it."""
    thread = find_thread(server, params.thread_id)
    if thread is None:
        server.peer.reply(request_id, UnsubscribeResponse("notLoaded"))
        return
    server.listeners.remove(thread.subscription)
    server.conversations.forget(thread.loaded)
    server.room(Threads).forget(thread)
    server.peer.reply(request_id, UnsubscribeResponse("unsubscribed"))
    await server.conversations.close(thread.loaded)
    server.peer.notify("thread/closed", ThreadNotice(thread.id))


async def _shut_down(server: Server, loaded: Loaded) -> None:
    """Let it end in good order, or else by force."""
    await server.conversations.shut_down(loaded)
    if (thread := server.room(Threads).of(loaded)) is not None:
        server.room(Threads).forget(thread)
    await server.conversations.close(loaded)
