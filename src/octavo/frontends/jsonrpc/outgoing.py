"""Lines to a file descriptor: one queue, in order, each whole; nobody ever waits in a write.

Whoever makes many lines asks for `room` before each, so that a reader who pauses
holds them up instead of filling the memory. A reader that is gone is no error here:
what is sent from then on is dropped, and the end of stdin ends the program.
"""

from __future__ import annotations

import asyncio
from collections import deque

from octavo.frontends.blocking_fd import write_some

_AT_ONCE = 1 << 16


class LineWriter:
    """Queues lines and writes them as the reader takes them. Belongs to one event loop."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lines: deque[bytes] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._written = asyncio.Event()
        self.backlog = 0
        """Bytes that wait."""
        self.is_broken = False
        """Whether the reader is gone."""

    def send(self, line: bytes) -> None:
        """Queue a line, which has no `\\n` in it."""
        if self.is_broken:
            return
        self._lines.append(line)
        self.backlog += len(line) + 1
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())

    async def room(self, most: int) -> None:
        """Wait until at most this many bytes wait to be written."""
        while self.backlog > most:
            self._written.clear()
            await self._written.wait()

    async def drained(self) -> None:
        """Wait until everything is with the reader, or the reader gone."""
        await self.room(0)

    async def _write_all(self) -> None:
        try:
            while self._lines:
                await self._write(self._next_block())
        except OSError:
            self.is_broken = True
            self._lines.clear()
            self.backlog = 0
            self._written.set()
        finally:
            self._writing = None

    def _next_block(self) -> bytes:
        """Some lines as one piece; many small writes would cost more than the copy."""
        block: list[bytes] = []
        size = 0
        while self._lines and size < _AT_ONCE:
            line = self._lines.popleft()
            block += (line, b"\n")
            size += len(line) + 1
        return b"".join(block)

    async def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            count = await write_some(self._fd, view)
            view = view[count:]
            self.backlog -= count
            self._written.set()
