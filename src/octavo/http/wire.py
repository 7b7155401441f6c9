"""Bytes to and from one server: TCP, TLS and the way through a proxy.

Read-ahead is bounded: past it the server has to wait. Nothing that arrived is lost
when a read is cancelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from octavo.errors import OctavoError

if TYPE_CHECKING:
    import ssl

_READ_AHEAD = 256 * 1024
_RECEIVED_AT_ONCE = 64 * 1024
_WORTH_NO_COPY = 64 * 1024
"""Bytes whose copy costs more than a system call of their own."""


class TransportError(OctavoError):
    """No whole answer came: name, connection, TLS or protocol; the text is the cause."""


class Wire(asyncio.BufferedProtocol):
    """One open connection. `read` gives what has come, at least a byte; `b""` when the server is done.

    One buffer serves for all that comes: a plain protocol has 256 KiB mapped and given back for each read.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._arriving = memoryview(bytearray(_RECEIVED_AT_ONCE))
        self._ended = False
        self._cause: Exception | None = None
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None

    async def read(self) -> bytes:
        """The next bytes. Raises `TransportError` if the connection broke."""
        while not self._received:
            if self._ended:
                if self._cause is not None:
                    raise TransportError(_cause_text(self._cause))
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self.take()

    def take(self) -> bytes:
        """What has come and was not read yet, perhaps nothing."""
        data = bytes(self._received)
        self._received.clear()
        if self._paused and self._transport is not None and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()
        return data

    def write(self, data: bytes, more: bytes = b"") -> None:
        """Send both; a break is told by the next `read`, after what the server still had to say."""
        if len(more) < _WORTH_NO_COPY:
            data, more = data + more, b""
        for part in (data, more):
            if part and self.is_open and self._transport is not None:
                self._transport.write(part)

    async def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Go on in TLS on this connection."""
        if self._transport is None:
            raise ConnectionError("not connected")
        loop = asyncio.get_running_loop()
        self._transport = await loop.start_tls(self._transport, self, context, server_hostname=host)

    def close(self) -> None:
        """Drop the connection at once, whatever is under way."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    @property
    def is_quiet(self) -> bool:
        """Whether the connection stands, all is sent, and nothing has come that was not asked for."""
        if not self.is_open or self._received or self._ended or self._transport is None:
            return False
        # The server may have hung up since the event loop looked last.
        waiting = select.poll()
        waiting.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return self._transport.get_write_buffer_size() == 0 and not waiting.poll(0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop once the connection stands."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    def get_buffer(self, sizehint: int) -> memoryview:
        """Called by the event loop: where the next bytes go."""
        return self._arriving

    def buffer_updated(self, nbytes: int) -> None:
        """Called by the event loop for bytes that came."""
        self._received += self._arriving[:nbytes]
        if len(self._received) > _READ_AHEAD and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """Called by the event loop when the server has no more to say."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop at the end, with the cause if it broke."""
        self.is_open = False
        self._ended = True
        self._cause = self._cause or exc
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def open_wire(host: str, port: int, tls: ssl.SSLContext | None) -> Wire:
    """Connect, encrypted if `tls` is given."""
    _, wire = await asyncio.get_running_loop().create_connection(
        Wire, host, port, ssl=tls, server_hostname=host if tls else None, happy_eyeballs_delay=0.25
    )
    return wire


@contextlib.contextmanager
def connecting(place: str) -> Iterator[None]:
    """Tell what fails inside as a `TransportError` that names the place."""
    what = f"cannot connect to {place}"
    try:
        yield
    except TimeoutError:
        raise TransportError(f"{what}: timed out") from None
    except (OSError, UnicodeError) as error:  # the first of TLS too
        raise TransportError(f"{what}: {_cause_text(error)}") from None


def _cause_text(error: BaseException) -> str:
    import ssl  # a connection that stands, and has no TLS, needs none of it

    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, OSError) and error.errno is not None:
        # asyncio puts its own words in place of the system's; names that are not found have no plain errno.
        return os.strerror(error.errno) if error.errno > 0 else str(error.strerror)
    return str(error) or type(error).__name__
