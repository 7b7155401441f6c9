"""`thread/start`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octavo.errors import OctavoError
from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.thread_config import thread_config
from octavo.frontends.app_server.v2.types.start import ThreadStartParams
from octavo.frontends.app_server.v2.types.threads import ThreadStarted
from octavo.frontends.jsonrpc.errors import failed
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.git.info import early_git_info

if TYPE_CHECKING:
    from octavo.frontends.app_server.v2.threads import LiveThread


async def start_thread(server: Server, request_id: RequestId, params: ThreadStartParams) -> None:
    """A new thread, which the client hears from now on; `thread/started` follows the answer."""
    made = thread_config(server, params)
    git_info = None if params.ephemeral else early_git_info(made.config.cwd)  # git works while the agent is loaded
    from octavo.frontends.app_server.v2.threads import adopt, listen

    try:
        conversation = await server.runtime.open(
            made.config,
            saves=not params.ephemeral,
            saves_at_once=False,
            thread_source=params.thread_source,
            git_info=git_info,
        )
    except OctavoError as error:
        raise failed(f"error creating thread: {error}") from None
    thread = adopt(server, conversation, made.config)
    made.apply(thread, params)
    server.peer.reply(request_id, thread.response(server))
    tell_started(server, thread)
    listen(server, thread)


def tell_started(server: Server, thread: LiveThread) -> None:
    """Tell that the thread is there."""
    notice = Notice("thread/started", ThreadStarted(thread.shown(server)))
    server.peer.notify(notice.method, notice.params)
