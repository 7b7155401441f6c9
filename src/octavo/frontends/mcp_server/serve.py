"""The MCP server: messages in order until stdin ends, then what was begun (`docs/mcp-server.md`)."""

from __future__ import annotations

from collections.abc import Callable

from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.messages import ErrorResponse, Incoming, Notification, Request, Response
from octavo.frontends.jsonrpc.peer import Peer
from octavo.frontends.jsonrpc.serve import serve_stdio
from octavo.frontends.mcp_server.requests import serve_notification, serve_request
from octavo.frontends.mcp_server.server import Server
from octavo.frontends.signals import Die
from octavo.runtime.runtime import Runtime


def run_mcp_server(runtime: Runtime, ready: Callable[[], None], die: Die) -> int:
    """Serve stdin until it ends; the exit code. `ready` and `die` are those of `serve_stdio`."""

    def begin(channel: Channel) -> Server:
        return Server(runtime, Peer(channel, tagged=True))

    serve_stdio(begin, _take, ready, die)
    return 0


async def _take(server: Server, message: Incoming) -> None:
    match message:
        case Request():
            serve_request(server, message)
        case Notification():
            await serve_notification(server, message)
        case Response():
            await server.questions.answer(message)
        case ErrorResponse():
            await server.questions.refuse(message.id)
