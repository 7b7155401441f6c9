"""Servers that are reached over HTTP: headers, authorization, and failures told as answers (`docs/mcp.md`).

The streamable HTTP transport is tried first; a server that knows only the older one,
with a stream of events and a second address for messages, is recognised by its refusal.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import httpx2
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import INTERNAL_ERROR

from octavo.http.proxies import UnusableProxy, proxies_from
from octavo.http.urls import InvalidUrl, parse_url

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 30.0
_LONG = httpx2.Timeout(_CONNECT_SECONDS, read=None)  # how long an answer may take is the caller's to say
_MAX_EVENT_BYTES = 256 << 20
_MAX_TOLD = 500
_OLD_KIND = (400, 404, 405)


class ServerAddress:
    """Where a server is, what goes along with every request, and what it said to the first ones."""

    def __init__(
        self, url: str, headers: Mapping[str, str], auth: httpx2.Auth | None, environ: Mapping[str, str]
    ) -> None:
        self.url, self.headers, self.auth = url, headers, auth
        self.proxy = _proxy_for(url, environ)
        self.last_refusal: int | None = None
        """The status with which a message was last refused."""

    @property
    def wants_login(self) -> bool:
        """Whether it refused us because we did not say who we are."""
        return self.last_refusal == httpx2.codes.UNAUTHORIZED

    @property
    def seems_old(self) -> bool:
        """Whether it refused in the way of a server that knows only the older transport."""
        return self.last_refusal in _OLD_KIND

    def network(self) -> httpx2.AsyncHTTPTransport:
        """Connections to it. The proxy is ours to choose: the library gives up over variables that it does not know."""
        return httpx2.AsyncHTTPTransport(proxy=self.proxy)

    def newer(self) -> Transport:
        """The streamable HTTP transport."""
        return _streamable(self)

    def older(self) -> Transport:
        """The transport with two addresses."""

        def client(
            headers: dict[str, str] | None = None,
            timeout: httpx2.Timeout | None = None,
            auth: httpx2.Auth | None = None,
        ) -> httpx2.AsyncClient:
            return httpx2.AsyncClient(headers=headers, timeout=_LONG, auth=auth, transport=self.network())

        return sse_client(self.url, dict(self.headers), auth=self.auth, httpx_client_factory=client)


@asynccontextmanager
async def _streamable(address: ServerAddress) -> AsyncGenerator[Any]:
    async with (
        _TellingClient(address) as client,
        streamable_http_client(address.url, http_client=client, max_sse_event_size=_MAX_EVENT_BYTES) as streams,
    ):
        yield streams


class _TellingClient(httpx2.AsyncClient):
    """Answers a message that did not get through with an error that says why.

    The SDK would end the connection when the network fails, and hide a server's words behind a fixed text.
    """

    def __init__(self, address: ServerAddress) -> None:
        super().__init__(headers=dict(address.headers), timeout=_LONG, auth=address.auth, transport=address.network())
        self._address = address

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send it; a failed POST comes back as an answer."""
        if request.method != "POST":
            return await super().send(request, **options)
        try:
            response = await super().send(request, **options)
        except httpx2.TransportError as error:
            return _told(request, httpx2.codes.BAD_GATEWAY, str(error) or type(error).__name__)
        if response.status_code < httpx2.codes.BAD_REQUEST:
            return response
        self._address.last_refusal = response.status_code
        if response.headers.get("content-type", "").lower().startswith("application/json"):
            return response
        try:
            said = (await response.aread())[:_MAX_TOLD].decode("utf-8", "replace").strip()
        except httpx2.TransportError:
            said = ""
        finally:
            await response.aclose()
        status = f"unexpected status {response.status_code} {response.reason_phrase}".rstrip()
        return _told(request, response.status_code, f"{status}: {said}" if said else status)


def _told(request: httpx2.Request, status: int, message: str) -> httpx2.Response:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": INTERNAL_ERROR, "message": message}}
    return httpx2.Response(status, json=error, request=request)


def _proxy_for(url: str, environ: Mapping[str, str]) -> httpx2.Proxy | None:
    """The proxy that our other requests would go through, too. Raises `UnusableProxy`."""
    try:
        proxy = proxies_from(environ).proxy_for(parse_url(url))
    except InvalidUrl:
        return None  # the first request will say so
    if proxy is None:
        return None
    if proxy.scheme.startswith("socks4"):
        raise UnusableProxy(f"proxies of the kind {proxy.scheme} are not supported for MCP servers: use socks5h")
    host = f"[{proxy.host}]" if ":" in proxy.host else proxy.host
    scheme = "socks5h" if proxy.is_socks else proxy.scheme
    user, _, password = (proxy.credentials or "").partition(":")
    return httpx2.Proxy(f"{scheme}://{host}:{proxy.port}", auth=(unquote(user), unquote(password)) if user else None)
