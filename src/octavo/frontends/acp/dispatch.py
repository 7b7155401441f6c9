"""From a message to its handler and back (`docs/acp.md`, "Requests")."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from octavo.frontends.acp.methods import METHODS
from octavo.frontends.acp.server import Server
from octavo.frontends.acp.types.params import SessionParams
from octavo.frontends.jsonrpc.answers import give_answer
from octavo.frontends.jsonrpc.complaints import complaint, short
from octavo.frontends.jsonrpc.errors import METHOD_NOT_FOUND, RequestError, bad_params, refused
from octavo.frontends.jsonrpc.messages import NOT_JSON, Notification, Request, RequestId
from octavo.frontends.jsonrpc.places import at_place

Handler = Callable[[Server, RequestId, Any], Awaitable[Any]]
_NOTHING = b"{}"
_log = logging.getLogger(__name__)


async def serve_request(server: Server, request: Request) -> None:
    """Answer a request, or see to it that it will be answered."""
    await give_answer(server.peer, request.id, _handle(server, request))


async def serve_notification(server: Server, notification: Notification) -> None:
    """The client gives up a turn; it has nothing else to tell."""
    if notification.method != "session/cancel":
        _log.debug("a notification: %s", notification.method)
        return
    from octavo.frontends.acp.prompt import cancel  # there is a session by then

    try:
        params = msgspec.json.decode(notification.params or _NOTHING, type=SessionParams)
    except NOT_JSON as error:
        _log.error("a cancellation that makes no sense: %s", error)
        return
    await cancel(server, params)


async def _handle(server: Server, request: Request) -> object:
    method = METHODS.get(request.method)
    if method is None:
        raise RequestError(METHOD_NOT_FOUND, "Method not found", short(request.method))
    if not server.is_initialized and request.method != "initialize":
        raise refused("Not initialized")
    says_nothing = request.params is None or bytes(request.params) == b"null"
    try:
        params = _decoder(method.params)(_NOTHING if says_nothing else request.params)
    except NOT_JSON as error:
        raise bad_params(f"Invalid params: {request.method}: {complaint(error)}") from None
    handler: Handler = at_place(method.handler)
    return await handler(server, request.id, params)


@functools.cache
def _decoder(shape: Any) -> Callable[[Any], Any]:
    return msgspec.json.Decoder(shape).decode
