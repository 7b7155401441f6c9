"""Lines from a pipe, however long they are, as they come."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator

MAX_LINE_BYTES = 256 << 20
_READ_SIZE = 1 << 18


class LineTooLong(Exception):
    """Nobody means to send a line of this size."""


async def read_lines(descriptor: int, limit: int = MAX_LINE_BYTES, *, cut: bool = False) -> AsyncGenerator[bytes]:
    """Each line without its end, until the pipe is closed; the last one may be unfinished.

    A line beyond `limit` bytes is passed on in pieces with `cut`, and is a `LineTooLong` without.
    Whoever writes is never read ahead of whoever takes the lines. The descriptor stays open.
    """
    os.set_blocking(descriptor, False)
    pending: list[bytes] = []
    size = 0
    while chunk := await _read(descriptor):
        *complete, rest = chunk.split(b"\n")
        for line in complete:
            yield b"".join((*pending, line)) if pending else line
            pending, size = [], 0
        if rest:
            pending.append(rest)
            size += len(rest)
        if size > limit:
            if not cut:
                raise LineTooLong
            yield b"".join(pending)
            pending, size = [], 0
        await asyncio.sleep(0)  # a flood must not keep others from their turn
    if pending:
        yield b"".join(pending)


async def _read(descriptor: int) -> bytes:
    """What is there, at least a byte; `b""` when the pipe is closed."""
    while True:
        try:
            return os.read(descriptor, _READ_SIZE)
        except BlockingIOError:
            await _readable(descriptor)
        except OSError:
            return b""


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def note() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(descriptor, note)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)
