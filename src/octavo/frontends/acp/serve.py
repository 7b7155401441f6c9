"""The agent of an editor: messages in order until stdin ends, then everything that runs ends (`docs/acp.md`)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from octavo.frontends.acp.dispatch import serve_notification, serve_request
from octavo.frontends.acp.server import Server
from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.messages import ErrorResponse, Incoming, Notification, Request, Response
from octavo.frontends.jsonrpc.peer import Peer
from octavo.frontends.jsonrpc.serve import serve_stdio
from octavo.frontends.signals import Die
from octavo.runtime.runtime import Runtime

_log = logging.getLogger(__name__)


def run_acp(runtime: Runtime, open_browser: Callable[[str], bool], ready: Callable[[], None], die: Die) -> int:
    """Serve stdin until it ends; the exit code. `ready` and `die` are those of `serve_stdio`."""

    def begin(channel: Channel) -> Server:
        return Server(runtime, Peer(channel, tagged=True), open_browser)

    serve_stdio(begin, _take, ready, die)
    return 0


async def _take(server: Server, message: Incoming) -> None:
    match message:
        case Request():
            await serve_request(server, message)
        case Notification():
            await serve_notification(server, message)
        case Response():
            if not server.calls.take(message):
                await server.questions.answer(message)
        case ErrorResponse():
            _log.warning("the client answered %r with an error: %s", message.id, message.message)
            if not server.calls.take(message):
                await server.questions.decide(message.id, "abort")
