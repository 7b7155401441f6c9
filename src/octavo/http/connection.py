"""One HTTP/1.1 connection: a request out, its answer in, then perhaps the next.

It knows proxies: a plain request goes to the proxy with its whole address, an
encrypted one through a tunnel; through SOCKS all go as they are.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from octavo.http.answer import Answer
from octavo.http.head import AnswerHead, BadMessage, Header, request_head
from octavo.http.urls import Url
from octavo.http.wire import TransportError, Wire, connecting, open_wire

if TYPE_CHECKING:
    import ssl

NO_ANSWER = "the server closed the connection without an answer"


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
        self._forwards = proxy is not None and not url.is_secure and not proxy.is_socks
        self._answer: Answer | None = None

    async def exchange(
        self, method: str, url: Url, headers: Sequence[Header], body: bytes | None
    ) -> tuple[int, tuple[Header, ...]]:
        """Send a request and wait for the head of its answer. Raises `TransportError`."""
        # Blanks around a value mean nothing in HTTP.
        fields = [(b"host", url.host_header), *((name, value.strip(b" \t")) for name, value in headers)]
        if self._forwards and self.proxy is not None:
            fields += _proxy_authorization(self.proxy)
        if body is not None:
            fields.append((b"content-length", b"%d" % len(body)))
        target = url.absolute if self._forwards else url.target
        self._answer = Answer(method)
        with _message_errors():
            self._wire.write(request_head(method, target, fields), body or b"")
            head = await _head_of(self._answer, self._wire, NO_ANSWER)
        return head.status, head.headers

    async def next_chunk(self) -> bytes:
        """All of the body that has come since, at least a byte; `b""` at its end. Raises `TransportError`."""
        answer = self._answer
        with _message_errors():
            while answer is not None:
                if content := answer.take():
                    return content
                if answer.is_whole:
                    break
                if data := await self._wire.read():
                    answer.feed(data)
                else:
                    answer.end()
        return b""

    def rest(self) -> bool:
        """Whether the answer is whole and the connection can serve another request; then it is ready for one.

        The end of an answer that nobody read to the end counts if it has come by now.
        """
        answer = self._answer
        if answer is None or answer.head is None or not answer.head.keeps_connection:
            return False
        try:
            answer.feed(self._wire.take())
        except BadMessage:
            return False
        if not answer.is_whole or answer.has_surplus or not self._wire.is_quiet:
            return False
        self._answer = None
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


async def _head_of(answer: Answer, wire: Wire, nothing: str) -> AnswerHead:
    """The head of the answer itself, after what the server says in between. `nothing` tells that none came."""
    while answer.head is None:
        data = await wire.read()
        if not data:
            raise TransportError(nothing)
        answer.feed(data)
    return answer.head


async def connect(url: Url, proxy: Url | None, tls: ssl.SSLContext | None, seconds: float | None) -> Connection:
    """A new connection for requests to `url`, within that many seconds (None: as long as it takes).

    `tls` is there if the server or the proxy needs it. Raises `TransportError`.
    """
    first = proxy or url
    with connecting(f"{first.host}:{first.port}"):
        async with asyncio.timeout(seconds):
            if proxy and proxy.is_socks:
                from octavo.http.socks import open_through  # few have such a proxy

                wire = await open_through(proxy, url)
            else:
                wire = await open_wire(first.host, first.port, tls if first.is_secure else None)
            if proxy and url.is_secure and tls:
                try:
                    if not proxy.is_socks:
                        await _open_tunnel(wire, url, proxy)
                    await wire.encrypt(tls, url.host)
                except BaseException:  # also when cancelled: a half-open tunnel is of no use to anyone
                    wire.close()
                    raise
    return Connection(wire, url, proxy)


async def _open_tunnel(wire: Wire, url: Url, proxy: Url) -> None:
    place = (f"[{url.host}]:{url.port}" if ":" in url.host else f"{url.host}:{url.port}").encode("ascii")
    fields = [(b"host", place), *_proxy_authorization(proxy)]
    with _message_errors():
        wire.write(request_head("CONNECT", place, fields))
        head = await _head_of(Answer("CONNECT"), wire, f"the proxy {proxy.host}:{proxy.port} closed the connection")
    if not 200 <= head.status < 300:
        raise TransportError(f"the proxy {proxy.host}:{proxy.port} refused the tunnel with status {head.status}")


def _proxy_authorization(proxy: Url) -> list[Header]:
    return [(b"proxy-authorization", basic_credentials(proxy.credentials))] if proxy.credentials else []


def basic_credentials(credentials: str) -> bytes:
    """The value of an authorization header for `user:password` as it stands in a URL."""
    # Only for addresses with a password in them.
    from urllib.parse import unquote_to_bytes

    user, _, password = credentials.partition(":")
    return b"Basic " + base64.b64encode(unquote_to_bytes(user) + b":" + unquote_to_bytes(password))


@contextlib.contextmanager
def _message_errors() -> Iterator[None]:
    try:
        yield
    except BadMessage as error:
        raise TransportError(str(error)) from None
