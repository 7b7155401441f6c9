"""Which generation of clients is at the other end (`docs/app-server-v2.md`, "Two generations").

A client is of the first until it says that it is not: it tells its capabilities, or
calls what only today's dialect has. The dialect decides the shapes of names that both
have; what only one has is served to everybody.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec

from octavo.frontends.app_server.dialect import Dialect, Method
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.messages import NOT_JSON, Request


def method_of(server: Server, request: Request) -> Method | None:
    """What the request asks for, in the client's dialect; None for what nobody knows."""
    if request.method == "initialize" and not server.is_initialized and _tells_capabilities(request):
        _speak_v2(server)
    own = server.dialect.methods.get(request.method)
    if own is not None:
        return own
    if server.dialect is _v2():
        return first_dialect().methods.get(request.method)
    method = _v2().methods.get(request.method)
    if method is not None and server.is_initialized:
        _speak_v2(server)
    return method


def _tells_capabilities(request: Request) -> bool:
    if request.params is None or b'"capabilities"' not in bytes(request.params):
        return False  # without a look at the rest, as for all clients of the first generation
    try:
        return isinstance(msgspec.json.decode(request.params, type=dict[str, Any]).get("capabilities"), dict)
    except NOT_JSON:
        return False


def _speak_v2(server: Server) -> None:
    server.dialect = _v2()
    server.peer.clock = lambda: time.time_ns() // 1_000_000


def first_dialect() -> Dialect:
    """That of a client that does not say that it is of today."""
    from octavo.frontends.app_server.v1.methods import V1  # clients of today do not pay for it

    return V1


def _v2() -> Dialect:
    from octavo.frontends.app_server.v2.methods import V2  # clients of the first generation do not pay for it

    return V2
