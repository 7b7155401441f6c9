"""Finding out whether and where one can log in to a server (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import msgspec

from octavo.config.mcp_servers import HttpTransport, McpServer
from octavo.errors import OctavoError
from octavo.http.client import HttpClient
from octavo.http.urls import InvalidUrl, parse_url
from octavo.mcp.oauth.credentials import TokenStore
from octavo.mcp.outside import configured_headers
from octavo.protocol.events import McpAuthStatus

log = logging.getLogger(__name__)

SECONDS_PER_PLACE = 5.0
_WELL_KNOWN = "/.well-known/oauth-authorization-server"
_VERSION = (b"mcp-protocol-version", b"2024-11-05")


class Endpoints(msgspec.Struct, frozen=True):
    """Where a login goes on. Without a place to register, it cannot."""

    authorization_endpoint: str
    token_endpoint: str
    registration_endpoint: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """All of them that are given."""
        optional = () if self.registration_endpoint is None else (self.registration_endpoint,)
        return (self.authorization_endpoint, self.token_endpoint, *optional)


async def discover(http: HttpClient, url: str, headers: Mapping[str, str]) -> Endpoints | None:
    """What the server, or the one that stands for it, says about logins; None if it knows none."""
    for place in metadata_urls(url):
        try:
            async with asyncio.timeout(SECONDS_PER_PLACE):
                answer = await http.request("GET", place, [_VERSION, *encoded_headers(headers)])
            if answer.status == 200:
                found = msgspec.json.decode(answer.body, type=Endpoints)
                if all(map(is_web_address, found.addresses)):
                    return found
                log.warning("the login described at %s is not on the web", place)
        except (OctavoError, TimeoutError, msgspec.DecodeError, UnicodeDecodeError) as error:
            log.debug("no login described at %s: %s", place, error)
    return None


def metadata_urls(url: str) -> list[str]:
    """Where a description may be, in the order in which it is looked for."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    root, path = f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
    if not path:
        return [root + _WELL_KNOWN]
    return [f"{root}{_WELL_KNOWN}/{path}", f"{root}/{path}{_WELL_KNOWN}", root + _WELL_KNOWN]


def encoded_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as our HTTP client takes them."""
    return [(name.lower().encode(), value.encode("utf-8", "replace")) for name, value in headers.items()]


def headers_for(endpoint: str, url: str, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers configured for a server, if the endpoint is at the same place: they may hold secrets."""
    same_place = parse_url(endpoint).origin == parse_url(url).origin
    return encoded_headers(headers) if same_place else []


def is_web_address(text: str) -> bool:
    """Whether a browser may be sent there, and a terminal may show it: a server's word alone does not make it so."""
    try:
        parse_url(text)
    except InvalidUrl:
        return False
    return text.isascii() and text.isprintable()


async def auth_status(
    name: str, server: McpServer, store: TokenStore, http: HttpClient, environ: Mapping[str, str]
) -> McpAuthStatus:
    """How we are known to a server; asks the network unless the configuration or the stored logins say it."""
    transport = server.transport
    if not isinstance(transport, HttpTransport):
        return "unsupported"
    if transport.bearer_token_env_var is not None:
        return "bearer_token"
    try:
        if store.load(name, transport.url) is not None:
            return "o_auth"
    except OctavoError as error:
        log.warning("the stored login of MCP server %s cannot be read: %s", name, error)
        return "unsupported"
    found = await discover(http, transport.url, configured_headers(transport, environ))
    return "not_logged_in" if found is not None else "unsupported"


async def auth_statuses(
    servers: Mapping[str, McpServer], store: TokenStore, http: HttpClient, environ: Mapping[str, str]
) -> dict[str, McpAuthStatus]:
    """The same for all servers, side by side."""
    statuses = await asyncio.gather(
        *(auth_status(name, server, store, http, environ) for name, server in servers.items())
    )
    return dict(zip(servers, statuses, strict=True))
