"""`initialize` and `getUserAgent`: who is at either end."""

from __future__ import annotations

from octavo.frontends.app_server.dialect import NoParams
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import InitializeParams
from octavo.frontends.app_server.v1.types.results import GetUserAgentResponse, InitializeResponse
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId


async def initialize(server: Server, _: RequestId, params: InitializeParams) -> InitializeResponse:
    """Once: the client's name becomes part of the user agent of every later request to a server."""
    if server.is_initialized:
        raise refused("Already initialized")
    server.is_initialized = True
    info = params.client_info
    server.remote.identity.suffix = "".join(
        char if " " <= char <= "~" else "_" for char in f"{info.name}; {info.version}"
    )
    return InitializeResponse(server.remote.identity.user_agent)


async def get_user_agent(server: Server, _: RequestId, __: NoParams) -> GetUserAgentResponse:
    """The user agent in force."""
    return GetUserAgentResponse(server.remote.identity.user_agent)
