"""From a message to what it asks for (`docs/mcp-server.md`)."""

from __future__ import annotations

import logging

import msgspec

from octavo import __version__
from octavo.frontends.jsonrpc.errors import INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND
from octavo.frontends.jsonrpc.messages import Notification, Request
from octavo.frontends.mcp_server.arguments import BadArguments, CallParams, CancelledParams, InitializeParams, parse
from octavo.frontends.mcp_server.server import Server, call_key

log = logging.getLogger(__name__)

_NOTHING = msgspec.Raw(b"{}")


def serve_request(server: Server, request: Request) -> None:
    """Answer a request; a call of a tool is answered when it is over."""
    try:
        match request.method:
            case "initialize":
                _initialize(server, request)
            case "ping":
                server.peer.reply(request.id, {})
            case "tools/list":
                from octavo.frontends.mcp_server.tools import TOOLS

                server.peer.reply(request.id, {"tools": TOOLS})
            case "tools/call":
                params = parse(request.params or _NOTHING, CallParams)
                from octavo.frontends.mcp_server.call import Call  # it brings the agent

                server.run(Call(server, request.id, params))
            case method:
                server.peer.refuse(request.id, METHOD_NOT_FOUND, f"Method not found: {method}")
    except BadArguments as error:
        server.peer.refuse(request.id, INVALID_PARAMS, f"Invalid params: {error}")


async def serve_notification(server: Server, notification: Notification) -> None:
    """Only the end of a call matters to us."""
    if notification.method != "notifications/cancelled":
        log.debug("a notification: %s", notification.method)
        return
    try:
        params = parse(notification.params or _NOTHING, CancelledParams)
    except BadArguments as error:
        log.error("a cancellation that makes no sense: %s", error)
        return
    call = server.calls.get(call_key(params.request_id))
    if call is None:
        log.warning("no call goes by the id %r", params.request_id)
    else:
        await call.cancel()


def _initialize(server: Server, request: Request) -> None:
    if server.is_initialized:
        server.peer.refuse(request.id, INVALID_REQUEST, "initialize called more than once")
        return
    params = parse(request.params or _NOTHING, InitializeParams)
    server.is_initialized = True
    info = params.client_info
    server.runtime.remote.identity.suffix = f"{info.name}; {info.version}"
    about = {
        "name": "codex-mcp-server",
        "title": "Codex",
        "version": __version__,
        "user_agent": server.runtime.remote.identity.user_agent,
    }
    capabilities = {"tools": {"listChanged": True}}
    server.peer.reply(
        request.id,
        {"capabilities": capabilities, "protocolVersion": params.protocol_version, "serverInfo": about},
    )
