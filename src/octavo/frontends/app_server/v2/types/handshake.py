"""The handshake."""

# No `from __future__ import annotations` here, for the reason given in `config.schema`.

from octavo.frontends.app_server.shapes import Camel, ClientInfo


class Capabilities(Camel, frozen=True):
    """What a client can do, and which notifications it does not want."""

    experimental_api: bool = False
    opt_out_notification_methods: tuple[str, ...] | None = None


class InitializeParams(Camel, frozen=True):
    """The client introduces itself."""

    client_info: ClientInfo
    capabilities: Capabilities | None = None


class ServerInfo(Camel, frozen=True):
    """Who answers; `version` is the release whose language this is."""

    name: str
    version: str


class InitializeResponse(Camel, frozen=True):
    """Who is at this end, and where its files are."""

    user_agent: str
    server_info: ServerInfo
    codex_home: str
    platform_family: str
    platform_os: str
