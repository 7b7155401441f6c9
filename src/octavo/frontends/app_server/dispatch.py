"""From a request to its handler and back (`docs/app-server.md`, "Requests").

First the types, then whether the client has introduced itself, then the handler. A
handler gives its result, or None when the answer is already sent or comes later.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from octavo.frontends.app_server.dialect import Method, NoParams
from octavo.frontends.app_server.generations import method_of
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.answers import give_answer
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import NOT_JSON, Request, RequestId
from octavo.frontends.jsonrpc.places import at_place

Handler = Callable[[Server, RequestId, Any], Awaitable[Any]]


async def serve_request(server: Server, request: Request) -> None:
    """Answer a request, or see to it that it will be answered."""
    await give_answer(server.peer, request.id, _handle(server, request))


async def _handle(server: Server, request: Request) -> object:
    method = method_of(server, request)
    if method is None:
        from octavo.frontends.jsonrpc.complaints import short  # for clients that are mistaken

        raise refused(f"Invalid request: unknown method `{short(request.method)}`")
    params = _read_params(request, method)
    if not server.is_initialized and request.method != "initialize":
        raise refused("Not initialized")
    handler: Handler = at_place(method.handler)
    return await handler(server, request.id, params)


def _read_params(request: Request, method: Method) -> Any:
    """The params in their type. Raises `RequestError`."""
    shape = method.params
    says_nothing = request.params is None or bytes(request.params) == b"null"
    if says_nothing and shape is NoParams:
        return NoParams()
    if says_nothing:
        raise refused(f"Invalid request: {request.method} needs params")
    try:
        return _decoder(shape)(request.params)
    except NOT_JSON as error:
        from octavo.frontends.jsonrpc.complaints import complaint  # likewise

        raise refused(f"Invalid request: {request.method}: {complaint(error)}") from None


@functools.cache
def _decoder(shape: Any) -> Callable[[Any], Any]:
    return msgspec.json.Decoder(shape).decode
