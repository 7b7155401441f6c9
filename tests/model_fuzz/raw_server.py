"""A server that answers every request with bytes as they are given, good HTTP or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


class Answer(msgspec.Struct, frozen=True):
    """What goes out, in these writes; then the line is closed, or held until the client leaves."""

    writes: Sequence[bytes]
    hold: bool = False


class RawServer:
    """Where it listens, and how many requests have come. `answer` may be changed between requests."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0
            )
            self.requests.append(head + await reader.readexactly(length))
            for part in self.answer.writes:
                writer.write(part)
                await writer.drain()
            if self.answer.hold:
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def raw_server(answer: Answer, **options: Any) -> Any:
    server = RawServer(answer)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, **options)
    async with listener:
        scheme = "https" if options.get("ssl") else "http"
        server.url = f"{scheme}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        yield server


def chunked(body: bytes, sizes: Callable[[], int]) -> list[bytes]:
    """The body in chunks of these sizes, and its end."""
    parts = []
    while body:
        size = max(1, sizes())
        parts.append(b"%x\r\n%s\r\n" % (len(body[:size]), body[:size]))
        body = body[size:]
    return [*parts, b"0\r\n\r\n"]
