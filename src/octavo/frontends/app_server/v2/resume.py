"""`thread/resume` and `thread/fork`: a saved thread goes on, or a new one begins with what it holds."""

from __future__ import annotations

import asyncio

from octavo.errors import OctavoError
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.counts import shown_usage
from octavo.frontends.app_server.v2.read import path_of, thread_at
from octavo.frontends.app_server.v2.saved_turns import last_usage
from octavo.frontends.app_server.v2.start import tell_started
from octavo.frontends.app_server.v2.thread_config import thread_config
from octavo.frontends.app_server.v2.threads import LiveThread, adopt, find_thread, listen, take_over
from octavo.frontends.app_server.v2.types.resume import ThreadForkParams, ThreadResumeParams
from octavo.frontends.app_server.v2.types.turns import TokenUsageUpdated
from octavo.frontends.jsonrpc.errors import failed
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.rollout.read import load_rollout


async def resume_thread(server: Server, request_id: RequestId, params: ThreadResumeParams) -> None:
    """Go on with a thread. One that is loaded already is answered with as it is."""
    with_turns = params.exclude_turns is not True
    thread = find_thread(server, params.thread_id)
    if thread is not None:
        listen(server, thread)
        server.peer.reply(request_id, thread.response(server, with_turns=with_turns))
        return
    path = path_of(server, params.thread_id, f"no rollout found for thread id {params.thread_id}")
    saved = await asyncio.to_thread(thread_at, server, path, with_turns=True)  # other threads go on meanwhile
    loaded = server.conversations.find(params.thread_id)
    if loaded is not None:
        thread = take_over(server, loaded, saved)
        server.peer.reply(request_id, thread.response(server, with_turns=with_turns))
        listen(server, thread)
        return
    made = thread_config(server, params, saved.cwd)
    try:
        conversation = await server.runtime.resume(path, made.config)
    except OctavoError as error:
        raise failed(f"error resuming thread: {error}") from None
    thread = adopt(server, conversation, made.config, saved)
    made.apply(thread, params)
    server.peer.reply(request_id, thread.response(server, with_turns=with_turns))
    await _tell_usage(server, thread, path)
    listen(server, thread)


async def fork_thread(server: Server, request_id: RequestId, params: ThreadForkParams) -> None:
    """A new thread that begins with what another one holds; that one is not touched."""
    path = path_of(server, params.thread_id, f"no rollout found for thread id {params.thread_id}")
    saved = await asyncio.to_thread(thread_at, server, path, with_turns=True)  # other threads go on meanwhile
    made = thread_config(server, params, saved.cwd)
    try:
        conversation = await server.runtime.fork(
            path, None, made.config, saves=not params.ephemeral, thread_source=params.thread_source
        )
    except OctavoError as error:
        raise failed(f"error forking thread: {error}") from None
    thread = adopt(server, conversation, made.config)
    made.apply(thread, params)
    thread.before, thread.forked_from = saved.turns, saved.id
    server.peer.reply(request_id, thread.response(server, with_turns=params.exclude_turns is not True))
    await _tell_usage(server, thread, path)
    tell_started(server, thread)
    listen(server, thread)


async def _tell_usage(server: Server, thread: LiveThread, path: str) -> None:
    """Tell how many tokens the thread had cost when it was saved."""
    info = await asyncio.to_thread(lambda: last_usage(load_rollout(path)))
    if info is not None and thread.before:
        usage = TokenUsageUpdated(thread.id, thread.before[-1].id, shown_usage(info))
        server.peer.notify("thread/tokenUsage/updated", usage)
