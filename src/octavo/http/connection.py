"""One HTTP/1.1 connection: a request out, its answer in, then perhaps the next.

The grammar is h11's; this module gives it a wire. It knows proxies: a plain request
goes to the proxy with its whole address, an encrypted one through a tunnel.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import time
from collections.abc import Iterator, Sequence

import h11

from octavo.http.urls import Url
from octavo.http.wire import TransportError, Wire, connecting, open_wire

Header = tuple[bytes, bytes]

_LARGEST_HEAD = 100 * 1024
"""Bytes of status line and headers; a server that sends more is refused."""


class Connection:
    """A connection to `url.origin`, perhaps through a proxy.

    `used_before` tells whether an earlier request went over it: such a one may have
    been closed by the server just when it was taken up again.
    """

    def __init__(self, wire: Wire, url: Url, proxy: Url | None) -> None:
        self.origin, self.proxy = url.origin, proxy
        self.used_before = False
        self.idle_since = 0.0
        self._wire = wire
        self._forwards = proxy is not None and not url.is_secure
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)

    async def exchange(
        self, method: str, url: Url, headers: Sequence[Header], body: bytes | None
    ) -> tuple[int, tuple[Header, ...]]:
        """Send a request and wait for the head of its answer. Raises `TransportError`."""
        # Blanks around a value mean nothing in HTTP, and h11 refuses to send them.
        fields = [(b"host", url.host_header), *((name, value.strip(b" \t")) for name, value in headers)]
        if self._forwards and self.proxy is not None:
            fields += _proxy_authorization(self.proxy)
        if body is not None:
            fields.append((b"content-length", b"%d" % len(body)))
        target = url.absolute if self._forwards else url.target
        with _protocol_errors():
            self._send(h11.Request(method=method, target=target, headers=fields))
            if body:
                self._send(h11.Data(data=body))
            self._send(h11.EndOfMessage())
        return await self._read_head()

    async def next_chunk(self) -> bytes:
        """All of the body that has come since, at least a byte; `b""` at its end. Raises `TransportError`."""
        pieces: list[bytes] = []
        with _protocol_errors():
            while self._protocol.their_state is h11.SEND_BODY:
                event = self._protocol.next_event()
                if isinstance(event, h11.Data):
                    pieces.append(bytes(event.data))
                elif event is h11.NEED_DATA:
                    if pieces:
                        break
                    self._protocol.receive_data(await self._wire.read())
        return b"".join(pieces)

    def rest(self) -> bool:
        """Whether the answer is whole and the connection can serve another request; then it is ready for one.

        The end of an answer that nobody read to the end counts if it has come by now.
        """
        try:
            self._skip_rest()
        except h11.RemoteProtocolError:
            return False
        done = self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE
        if not done or not self._wire.is_quiet:
            return False
        self._protocol.start_next_cycle()
        self.used_before = True
        self.idle_since = time.monotonic()
        return True

    @property
    def is_quiet(self) -> bool:
        """Whether the connection still stands, with nothing unexpected on it."""
        return self._wire.is_quiet

    def close(self) -> None:
        """Drop the connection; a server that is still answering notices."""
        self._wire.close()

    def _skip_rest(self) -> None:
        while self._protocol.their_state is h11.SEND_BODY:
            if self._protocol.next_event() is h11.NEED_DATA:
                data = self._wire.take()
                if not data:
                    return
                self._protocol.receive_data(data)

    def _send(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        data = self._protocol.send(event)
        if data:
            self._wire.write(data)

    async def _read_head(self) -> tuple[int, tuple[Header, ...]]:
        with _protocol_errors():
            while True:
                event = self._protocol.next_event()
                if isinstance(event, h11.Response):
                    return event.status_code, tuple(event.headers)
                if event is h11.NEED_DATA:
                    data = await self._wire.read()
                    if not data and self._protocol.their_state is h11.SEND_RESPONSE:
                        raise TransportError("the server closed the connection without an answer")
                    self._protocol.receive_data(data)
                elif not isinstance(event, h11.InformationalResponse):
                    raise TransportError("the server closed the connection without an answer")


async def connect(url: Url, proxy: Url | None, tls: ssl.SSLContext | None, seconds: float | None) -> Connection:
    """A new connection for requests to `url`, within that many seconds (None: as long as it takes).

    `tls` is there if the server or the proxy needs it. Raises `TransportError`.
    """
    first = proxy or url
    with connecting(f"{first.host}:{first.port}"):
        async with asyncio.timeout(seconds):
            wire = await open_wire(first.host, first.port, tls if first.is_secure else None)
            if proxy and url.is_secure and tls:
                try:
                    await _open_tunnel(wire, url, proxy)
                    await wire.encrypt(tls, url.host)
                except BaseException:  # also when cancelled: a half-open tunnel is of no use to anyone
                    wire.close()
                    raise
    return Connection(wire, url, proxy)


async def _open_tunnel(wire: Wire, url: Url, proxy: Url) -> None:
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
    place = (f"[{url.host}]:{url.port}" if ":" in url.host else f"{url.host}:{url.port}").encode("ascii")
    fields = [(b"host", place), *_proxy_authorization(proxy)]
    with _protocol_errors():
        wire.write(protocol.send(h11.Request(method="CONNECT", target=place, headers=fields)) or b"")
        wire.write(protocol.send(h11.EndOfMessage()) or b"")
        while True:
            event = protocol.next_event()
            if isinstance(event, h11.Response):
                break
            if event is h11.NEED_DATA:
                data = await wire.read()
                if not data:
                    raise TransportError(f"the proxy {proxy.host}:{proxy.port} closed the connection")
                protocol.receive_data(data)
    if not 200 <= event.status_code < 300:
        raise TransportError(f"the proxy {proxy.host}:{proxy.port} refused the tunnel with status {event.status_code}")


def _proxy_authorization(proxy: Url) -> list[Header]:
    return [(b"proxy-authorization", basic_credentials(proxy.credentials))] if proxy.credentials else []


def basic_credentials(credentials: str) -> bytes:
    """The value of an authorization header for `user:password` as it stands in a URL."""
    # Only for addresses with a password in them.
    from urllib.parse import unquote_to_bytes

    user, _, password = credentials.partition(":")
    return b"Basic " + base64.b64encode(unquote_to_bytes(user) + b":" + unquote_to_bytes(password))


@contextlib.contextmanager
def _protocol_errors() -> Iterator[None]:
    try:
        yield
    except h11.LocalProtocolError:
        # h11's own text would quote the header, which may hold a token.
        raise TransportError("the request holds characters that HTTP cannot carry") from None
    except h11.ProtocolError as error:
        raise TransportError(str(error) or "the answer is not HTTP") from None
