"""The one way out to servers (`docs/models.md`).

Every request carries the program's identity, goes through the proxies of the
environment, follows redirects, and leaves one debug line with method, address
and status. Header values are never logged. There is no limit on the whole of a
request; the caller bounds what it waits for.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from octavo.http.connection import Connection, basic_credentials, connect
from octavo.http.head import BadMessage, Header
from octavo.http.identity import ClientIdentity
from octavo.http.proxies import proxies_from
from octavo.http.status import status_text
from octavo.http.urls import Url, join_url, mask_url, parse_url
from octavo.http.wire import TransportError

if TYPE_CHECKING:
    import ssl

    from octavo.http.content_coding import Decoder

_log = logging.getLogger("octavo.http")

TRACE = 5
"""The log level of request bodies."""

_MOST_REDIRECTS = 10
_IDLE_SECONDS = 90.0
_REQUEST_ID_HEADERS = ("cf-ray", "x-request-id", "x-oai-request-id")
_KEPT_ACROSS_HOSTS = frozenset(
    (b"accept", b"content-type", b"user-agent", b"originator", b"conversation_id", b"session_id", b"x-openai-subagent")
)
"""What another host may see after a redirect: whatever is not on this list might be a credential."""


class HttpResponse:
    """The head of an answer, and its body as it comes, unfolded where the server compressed it unasked."""

    def __init__(self, status: int, headers: tuple[Header, ...], url: str, connection: Connection) -> None:
        self.status, self.headers, self.url = status, headers, url
        self._connection = connection
        self._decoder: Decoder | None = None
        self._is_compressed = any(name == b"content-encoding" for name, _ in headers)

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case; bytes beyond ASCII are read as UTF-8 if they are."""
        wanted = name.lower().encode("ascii")
        for key, value in self.headers:
            if key == wanted:
                return value.decode("utf-8", "replace")
        return None

    async def next_chunk(self) -> bytes:
        """What has come of the body since, at least a byte; `b""` at its end. Raises `TransportError`."""
        if not self._is_compressed:
            return await self._connection.next_chunk()
        try:
            return await self._next_unfolded()
        except BadMessage as error:
            raise TransportError(str(error)) from None

    async def _next_unfolded(self) -> bytes:
        if self._decoder is None:
            from octavo.http.content_coding import decoder_of  # hardly any server does so

            self._decoder = decoder_of([value for name, value in self.headers if name == b"content-encoding"])
        while not (data := self._decoder.take()):
            chunk = await self._connection.next_chunk()
            if not chunk:
                return self._decoder.end()
            self._decoder.give(chunk)
        return data

    async def read(self) -> bytes:
        """The rest of the body. Raises `TransportError`."""
        pieces = []
        while chunk := await self.next_chunk():
            pieces.append(chunk)
        return b"".join(pieces)


class HttpAnswer(msgspec.Struct, frozen=True):
    """A whole answer. Header names are in lower case."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    url: str

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status < 300


class _Request(msgspec.Struct, frozen=True):
    method: str
    url: str
    headers: tuple[Header, ...]
    body: bytes | None
    connect_timeout: float | None


class HttpClient:
    """Sends requests; keeps connections for the next ones. Belongs to one event loop; close it with `aclose`.

    Without an `identity` requests carry neither originator nor user agent. Variables
    (proxies, certificates) that cannot be used fail the requests that need them.
    """

    def __init__(
        self,
        identity: ClientIdentity | None,
        environ: Mapping[str, str],
        tls: Callable[[Mapping[str, str]], ssl.SSLContext] | None = None,
    ) -> None:
        self.identity = identity
        self._environ = environ
        self._proxies = proxies_from(environ)
        self._make_tls = tls
        self._tls: ssl.SSLContext | None = None
        self._idle: list[Connection] = []

    @contextlib.asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        headers: Iterable[Header] = (),
        body: bytes | None = None,
        connect_timeout: float | None = None,
    ) -> AsyncIterator[HttpResponse]:
        """Send a request; the answer's body is read inside the block and dropped at its end.

        Headers are pairs of bytes, names in lower case; the same name may come twice.
        One that the client sets by itself is replaced. `connect_timeout` is in seconds.
        Raises `TransportError` if no answer comes, `InvalidUrl` for a bad address.
        """
        response = await self._follow(_Request(method, url, tuple(headers), body, connect_timeout))
        try:
            yield response
        finally:
            self._release(response._connection)

    async def request(
        self,
        method: str,
        url: str,
        headers: Iterable[Header] = (),
        body: bytes | None = None,
        connect_timeout: float | None = None,
    ) -> HttpAnswer:
        """Like `stream`, with the whole body read."""
        async with self.stream(method, url, headers, body, connect_timeout) as response:
            return HttpAnswer(response.status, response.headers, await response.read(), response.url)

    async def aclose(self) -> None:
        """Close what is kept open."""
        while self._idle:
            self._idle.pop().close()

    async def _follow(self, request: _Request) -> HttpResponse:
        for _ in range(_MOST_REDIRECTS + 1):
            response = await self._logged(request)
            location = response.header("location") if response.status in (301, 302, 303, 307, 308) else None
            if location is None:
                return response
            self._release(response._connection)
            request = _redirected(request, response.status, location)
        raise TransportError(f"more than {_MOST_REDIRECTS} redirects")

    async def _logged(self, request: _Request) -> HttpResponse:
        name = (request.method, mask_url(request.url)) if _log.isEnabledFor(logging.DEBUG) else ("", "")
        if request.body is not None and _log.isEnabledFor(TRACE):
            from octavo.http.redact import redact  # traces only

            _log.log(TRACE, "method=%s url=%s body=%s", *name, redact(request.body.decode("utf-8", "replace")))
        try:
            response = await self._exchange(request)
        except TransportError as error:
            _log.debug("method=%s url=%s error=%s", *name, error)
            raise
        if name[0]:
            ids = {name: value for name in _REQUEST_ID_HEADERS if (value := response.header(name)) is not None}
            _log.debug("method=%s url=%s status=%s request_ids=%s", *name, status_text(response.status), ids)
        return response

    async def _exchange(self, request: _Request) -> HttpResponse:
        url = parse_url(request.url)
        proxy = self._proxies.proxy_for(url)
        fields = self._with_defaults(url, request.headers)
        while True:
            connection = self._take_idle(url, proxy)
            if connection is None:
                connection = await connect(url, proxy, self._tls_for(url, proxy), request.connect_timeout)
            try:
                status, received = await connection.exchange(request.method, url, fields, request.body)
            except TransportError:
                connection.close()
                # A server may close a kept connection while the request is on its way. What changes
                # something there is not sent twice on that suspicion.
                if not connection.used_before or request.method not in ("GET", "HEAD"):
                    raise
            except BaseException:  # cancelled: the server is to notice
                connection.close()
                raise
            else:
                return HttpResponse(status, received, request.url, connection)

    def _with_defaults(self, url: Url, headers: tuple[Header, ...]) -> list[Header]:
        given = {name for name, _ in headers}
        defaults = [(b"accept", b"*/*"), *(self.identity.headers() if self.identity else ())]
        if url.credentials:
            defaults.append((b"authorization", basic_credentials(url.credentials)))
        return [*headers, *(field for field in defaults if field[0] not in given)]

    def _tls_for(self, url: Url, proxy: Url | None) -> ssl.SSLContext | None:
        if not url.is_secure and not (proxy and proxy.is_secure):
            return None
        if self._tls is None:
            if self._make_tls is None:
                # Only programs that speak to an encrypted server pay for this.
                from octavo.http.tls import client_tls

                self._make_tls = client_tls
            self._tls = self._make_tls(self._environ)
        return self._tls

    def _take_idle(self, url: Url, proxy: Url | None) -> Connection | None:
        oldest = time.monotonic() - _IDLE_SECONDS
        for connection in [one for one in self._idle if one.idle_since < oldest or not one.is_quiet]:
            self._idle.remove(connection)
            connection.close()
        for connection in self._idle:
            if connection.origin == url.origin and connection.proxy == proxy:
                self._idle.remove(connection)
                return connection
        return None

    def _release(self, connection: Connection) -> None:
        if connection.rest():
            self._idle.append(connection)
        else:
            connection.close()


def _redirected(request: _Request, status: int, location: str) -> _Request:
    """The request that a redirect asks for: without what only the first host may see, and often without a body."""
    url = join_url(request.url, location)
    method, headers, body = request.method, request.headers, request.body
    if parse_url(url).origin != parse_url(request.url).origin:
        headers = tuple(field for field in headers if field[0] in _KEPT_ACROSS_HOSTS)
    if status in (301, 302, 303) and method != "HEAD":
        method, body = "GET", None
        headers = tuple(field for field in headers if not field[0].startswith(b"content-"))
    return _Request(method, url, headers, body, request.connect_timeout)
