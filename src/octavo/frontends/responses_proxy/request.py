"""One request of a local program, as it came: head and whole body."""

from __future__ import annotations

import asyncio

import msgspec

MOST_HEAD_BYTES = 256 * 1024
"""What a connection may hold of a head that has not ended."""
_OUR_NAMES = ("localhost", "127.0.0.1", "[::1]")

Header = tuple[bytes, bytes]


class BadRequest(Exception):
    """The bytes are no HTTP request."""


class ProxyRequest(msgspec.Struct, frozen=True):
    """Header names are in lower case, and in their order; the same name may come twice."""

    method: bytes
    target: bytes
    version: bytes
    headers: tuple[Header, ...]
    body: bytes

    @property
    def is_for_this_machine(self) -> bool:
        """Whether it was addressed to this machine: a page elsewhere may let its own name point here."""
        host = next((value for name, value in self.headers if name == b"host"), b"").decode("latin-1")
        name = host.rpartition(":")[0] if ":" in host and host[-1:].isdigit() else host
        return not host or name.lower() in _OUR_NAMES

    def __repr__(self) -> str:
        return f"ProxyRequest(method={self.method!r}, target={self.target!r})"


async def read_proxy_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> ProxyRequest | None:
    """The next request; None if the program is done. Raises `BadRequest`."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadRequest from None
        return None
    except asyncio.LimitOverrunError:
        raise BadRequest from None
    first, *lines = head[:-4].split(b"\r\n")
    parts = first.split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1."):
        raise BadRequest
    headers = tuple(
        (name.strip().lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)
    )
    if any(name == b"expect" and value.lower() == b"100-continue" for name, value in headers):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return ProxyRequest(parts[0], parts[1], parts[2], headers, await _body(reader, dict(headers)))


async def _body(reader: asyncio.StreamReader, headers: dict[bytes, bytes]) -> bytes:
    try:
        if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            return await _chunks(reader)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 12:
            raise BadRequest
        return await reader.readexactly(int(length))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise BadRequest from None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while True:
        size = (await reader.readuntil(b"\r\n")).partition(b";")[0].strip()
        try:
            count = int(size, 16)
        except ValueError:
            raise BadRequest from None
        if count < 0:
            raise BadRequest
        pieces.append(await reader.readexactly(count))
        await reader.readuntil(b"\r\n")
        if count == 0:
            return b"".join(pieces)
