"""The address on this machine to which a browser comes back after a login (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec

_MAX_HEAD = 1 << 16
_READS_WITHIN = 10.0  # seconds for one request
_DONE = b"Authentication complete. You may close this window."
_WRONG = b"Invalid OAuth callback"


class Callback(msgspec.Struct, frozen=True):
    """What the browser brought."""

    code: str
    state: str


class CallbackServer:
    """Listens until somebody brings a code and a state; anything else is refused."""

    def __init__(self, server: asyncio.Server, found: asyncio.Future[Callback]) -> None:
        port = server.sockets[0].getsockname()[1]
        self.redirect_uri = f"http://127.0.0.1:{port}/callback"
        self.found = found


@contextlib.asynccontextmanager
async def callback_server() -> AsyncIterator[CallbackServer]:
    """Listens on a free port of the loopback address, for as long as the block runs."""
    found: asyncio.Future[Callback] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_READS_WITHIN):
                head = await reader.readuntil(b"\r\n\r\n")
                callback = callback_in(head)
                _answer(writer, 200 if callback else 400, _DONE if callback else _WRONG)
                await writer.drain()
                if callback and not found.done():
                    found.set_result(callback)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=_MAX_HEAD)
    try:
        yield CallbackServer(server, found)
    finally:
        server.close()


def callback_in(head: bytes) -> Callback | None:
    """The code and the state of `GET /callback?code=…&state=…`; None for any other request."""
    from urllib.parse import parse_qs, urlsplit

    method, _, rest = head.partition(b"\r\n")[0].partition(b" ")
    try:
        target = urlsplit(rest.partition(b" ")[0].decode("ascii"))
    except (UnicodeDecodeError, ValueError):
        return None
    given = parse_qs(target.query)
    if method != b"GET" or target.path != "/callback" or not given.get("code") or not given.get("state"):
        return None
    return Callback(given["code"][0], given["state"][0])


def _answer(writer: asyncio.StreamWriter, status: int, text: bytes) -> None:
    reason = "OK" if status == 200 else "Bad Request"
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text)
