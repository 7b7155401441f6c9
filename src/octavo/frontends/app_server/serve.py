"""The app server: one worker takes messages in order until stdin ends (`docs/app-server.md`)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from octavo.frontends.app_server.dispatch import serve_request
from octavo.frontends.app_server.generations import first_dialect
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.messages import ErrorResponse, Incoming, Notification, Request, Response
from octavo.frontends.jsonrpc.peer import Peer
from octavo.frontends.jsonrpc.serve import serve_stdio
from octavo.frontends.signals import Die
from octavo.runtime.runtime import Runtime

_log = logging.getLogger(__name__)


def run_app_server(runtime: Runtime, ready: Callable[[], None], die: Die) -> int:
    """Serve stdin until it ends; the exit code. `ready` and `die` are those of `serve_stdio`."""

    def begin(channel: Channel) -> Server:
        server = Server(runtime, Peer(channel, tagged=False), first_dialect)
        server.keep_feedback_log()
        return server

    serve_stdio(begin, _take, ready, die)
    return 0


async def _take(server: Server, message: Incoming) -> None:
    match message:
        case Request():
            await serve_request(server, message)
        case Notification():
            _log.info("a notification: %s", message.method)
        case Response():
            await server.questions.answer(message)
        case ErrorResponse():
            _log.warning("the client answered %r with an error: %s", message.id, message.message)
            await server.questions.fail(message.id)
