"""The life of the MCP server: messages in order until stdin ends, then what was begun (`docs/mcp-server.md`)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from octavo.config.config import Config
from octavo.config.load import ConfigSources
from octavo.frontends.jsonrpc.incoming import LineReader
from octavo.frontends.jsonrpc.messages import BadLine, ErrorResponse, Notification, Request, Response, read_message
from octavo.frontends.jsonrpc.outgoing import LineWriter
from octavo.frontends.jsonrpc.signals import Die, run_until_signal
from octavo.frontends.jsonrpc.stdio import claim_stdio
from octavo.frontends.mcp_server.client import Client
from octavo.frontends.mcp_server.requests import serve_notification, serve_request
from octavo.frontends.mcp_server.server import Server

log = logging.getLogger(__name__)


def run_mcp_server(sources: ConfigSources, config: Config, ready: Callable[[], None], die: Die) -> int:
    """Serve stdin until it ends; the exit code.

    `ready` is called once when what is needed at first is imported, `die` at the end by a signal.
    """
    incoming, outgoing = claim_stdio()

    async def work() -> None:
        ready()
        reader, client = LineReader(incoming), Client(LineWriter(outgoing))
        server = Server(sources, config, client)
        try:
            while (line := await reader.next_line()) is not None:
                await client.room_for_answers()
                await _serve_line(server, line)
            await server.settle()
        finally:
            await server.close()
        await client.drained()

    run_until_signal(work(), die)
    return 0


async def _serve_line(server: Server, line: bytes) -> None:
    try:
        message = read_message(line)
    except BadLine as error:
        log.error("a line of %d bytes is no message: %s", len(line), error)
        return
    match message:
        case Request():
            serve_request(server, message)
        case Notification():
            await serve_notification(server, message)
        case Response() | ErrorResponse():
            await server.questions.answer(message)
