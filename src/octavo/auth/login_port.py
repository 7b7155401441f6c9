"""Taking the port of the login server, from an earlier login if one holds it (`docs/login.md`)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable

from octavo.auth.login_exchange import LoginFailed
from octavo.auth.login_reply import MOST_HEAD_BYTES

_HOST = "127.0.0.1"
_ATTEMPTS = 10
_PAUSE_SECONDS = 0.2
_CANCEL_SECONDS = 2.0

Visit = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def listen(port: int, visit: Visit) -> asyncio.Server:
    """Serve on a port of the loopback interface; 0 takes a free one. Raises `LoginFailed`.

    Who holds the port is asked once to give it up: only one login makes sense at a time.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return await asyncio.start_server(visit, _HOST, port, limit=MOST_HEAD_BYTES)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise LoginFailed(f"cannot listen on {_HOST}:{port}: {error.strerror}") from None
        if attempt == 0:
            await _ask_to_leave(port)
        if attempt < _ATTEMPTS - 1:
            await asyncio.sleep(_PAUSE_SECONDS)
    raise LoginFailed(f"Port {_HOST}:{port} is already in use")


async def _ask_to_leave(port: int) -> None:
    # Whatever goes wrong here shows when the port stays taken.
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_CANCEL_SECONDS):
            reader, writer = await asyncio.open_connection(_HOST, port)
            with contextlib.closing(writer):
                writer.write(f"GET /cancel HTTP/1.1\r\nHost: {_HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
                await reader.read(64)
