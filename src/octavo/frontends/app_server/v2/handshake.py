"""`initialize` of this generation (`docs/app-server-v2.md`, "Handshake")."""

from __future__ import annotations

import sys

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.types.handshake import InitializeParams, InitializeResponse, ServerInfo
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId

SPOKEN = "0.163.0"
"""The release whose language this is. Clients decide by it what they may ask for, so it is not our own version."""


async def initialize(server: Server, _: RequestId, params: InitializeParams) -> InitializeResponse:
    """Once: who the client is, and which notifications it does not want."""
    if server.is_initialized:
        raise refused("Already initialized")
    server.is_initialized = True
    info, identity = params.client_info, server.remote.identity
    identity.suffix = "".join(char if " " <= char <= "~" else "_" for char in f"{info.name}; {info.version}")
    if params.capabilities is not None:
        server.peer.muted = frozenset(params.capabilities.opt_out_notification_methods or ())
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, sys.platform)
    return InitializeResponse(
        user_agent=identity.as_release(SPOKEN),
        server_info=ServerInfo("octavo", SPOKEN),
        codex_home=server.config.codex_home,
        platform_family="windows" if sys.platform == "win32" else "unix",
        platform_os=system,
    )
