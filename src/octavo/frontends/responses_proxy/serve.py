"""The server: one address is forwarded with the key, everything else is refused (`docs/responses-proxy.md`).

Bodies pass as raw bytes, without waiting for their end and without a time limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable, Mapping

import msgspec

from octavo.config.home import os_error_text
from octavo.errors import OctavoError
from octavo.frontends.responses_proxy.key import Key
from octavo.frontends.responses_proxy.request import (
    MOST_HEAD_BYTES,
    BadRequest,
    Header,
    ProxyRequest,
    read_proxy_request,
)
from octavo.http.connection import Connection, connect
from octavo.http.proxies import proxies_from
from octavo.http.status import status_text
from octavo.http.tls import client_tls
from octavo.http.urls import parse_url
from octavo.http.wire import TransportError

UPSTREAM = "https://api.openai.com/v1/responses"

_NOT_SENT_ON = frozenset(
    (b"authorization", b"host", b"content-length", b"transfer-encoding", b"connection", b"expect", b"keep-alive")
)
_NOT_SENT_BACK = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)


class ProxySettings(msgspec.Struct, frozen=True):
    """`port` 0 takes a free one. `server_info` is a file to write port and process id to."""

    port: int = 0
    server_info: str | None = None
    http_shutdown: bool = False
    upstream: str = UPSTREAM


class ProxyNotStarted(OctavoError):
    """The port or the file cannot be had."""


async def serve(key: Key, settings: ProxySettings, environ: Mapping[str, str], tell: Callable[[str], object]) -> None:
    """Serve until `GET /shutdown`, if that is allowed. `tell` gets one-line messages. Raises `ProxyNotStarted`."""
    await _Proxy(key, settings, environ, tell).serve()


class _Proxy:
    def __init__(
        self, key: Key, settings: ProxySettings, environ: Mapping[str, str], tell: Callable[[str], object]
    ) -> None:
        self._key, self._settings, self._tell = key, settings, tell
        self._upstream = parse_url(settings.upstream)
        self._proxy = proxies_from(environ).proxy_for(self._upstream)
        encrypted = self._upstream.is_secure or (self._proxy is not None and self._proxy.is_secure)
        self._tls = client_tls(environ) if encrypted else None
        self._ended = asyncio.Event()

    async def serve(self) -> None:
        port = self._settings.port
        try:
            server = await asyncio.start_server(self._visit, "127.0.0.1", port, limit=MOST_HEAD_BYTES)
        except OSError as error:
            raise ProxyNotStarted(f"cannot listen on 127.0.0.1:{port}: {os_error_text(error)}") from None
        with contextlib.closing(server):
            port = server.sockets[0].getsockname()[1]
            if self._settings.server_info is not None:
                _write_info(self._settings.server_info, port)
            self._tell(f"responses-api-proxy listening on 127.0.0.1:{port}")
            await self._ended.wait()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            try:
                request = await read_proxy_request(reader, writer)
            except BadRequest:
                await _answer(writer, 400)
                return
            if request is not None:
                await self._serve_one(request, writer)

    async def _serve_one(self, request: ProxyRequest, writer: asyncio.StreamWriter) -> None:
        asked = (request.method, request.target)
        if not request.is_for_this_machine:
            await _answer(writer, 403)
        elif asked == (b"POST", b"/v1/responses"):
            await self._forward(request, writer)
        elif asked == (b"GET", b"/shutdown") and self._settings.http_shutdown:
            await _answer(writer, 200)
            self._ended.set()
        else:
            await _answer(writer, 403)

    async def _forward(self, request: ProxyRequest, writer: asyncio.StreamWriter) -> None:
        headers = [field for field in request.headers if field[0] not in _NOT_SENT_ON]
        headers.append((b"authorization", self._key.bearer))
        has_begun = False
        try:
            connection = await connect(self._upstream, self._proxy, self._tls, None)
            with contextlib.closing(connection):
                status, fields = await connection.exchange("POST", self._upstream, headers, request.body)
                has_begun = True
                await _mirror(writer, status, fields, connection, chunks=request.version != b"HTTP/1.0")
        except TransportError as error:
            self._tell(f"responses-api-proxy: {error}")
            if has_begun:
                writer.transport.abort()  # the program sees that its answer is not whole
            else:
                await _answer(writer, 502)


async def _mirror(
    writer: asyncio.StreamWriter, status: int, fields: Iterable[Header], connection: Connection, *, chunks: bool
) -> None:
    """The answer as it comes. Without a length it goes on in chunks, or to the end of the connection."""
    kept = [field for field in fields if field[0] not in _NOT_SENT_BACK]
    chunks = chunks and not any(name == b"content-length" for name, _ in kept)
    kept += [(b"transfer-encoding", b"chunked")] if chunks else []
    writer.write(_head(status, kept))
    while chunk := await connection.next_chunk():
        writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunks else chunk)
        await writer.drain()
    if chunks:
        writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _answer(writer: asyncio.StreamWriter, status: int) -> None:
    writer.write(_head(status, [(b"content-length", b"0")]))
    await writer.drain()


def _head(status: int, fields: Iterable[Header]) -> bytes:
    lines = [b"HTTP/1.1 " + status_text(status).encode(), *(name + b": " + value for name, value in fields)]
    return b"\r\n".join([*lines, b"connection: close", b"", b""])


def _write_info(path: str, port: int) -> None:
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(f'{{"port":{port},"pid":{os.getpid()}}}\n')
    except OSError as error:
        raise ProxyNotStarted(f"cannot write {path}: {os_error_text(error)}") from None
