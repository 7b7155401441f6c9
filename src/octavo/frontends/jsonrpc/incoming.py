"""Lines from a file descriptor, of any length, read no faster than they are taken.

Only `\\n` ends a line. The descriptor keeps its blocking mode, which it may share
with other processes; it is read only when something is there.
"""

from __future__ import annotations

import asyncio
import os
import select
from collections import deque

_READ_SIZE = 1 << 18


class LineReader:
    """Reads lines; what was not asked for stays with the writer, as far as a pipe holds it."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lines: deque[bytes] = deque()
        self._begun: list[bytes] = []
        self._ended = False

    async def next_line(self) -> bytes | None:
        """The next line without its end; None when there are no more. A last line needs no `\\n`."""
        while not self._lines:
            if self._ended:
                return None
            self._take(await self._read())
        return self._lines.popleft()

    def _take(self, chunk: bytes) -> None:
        if not chunk:
            self._ended = True
            if any(self._begun):
                self._lines.append(b"".join(self._begun))
            return
        first, *others = chunk.split(b"\n")
        self._begun.append(first)
        for piece in others:
            self._lines.append(b"".join(self._begun))
            self._begun = [piece]

    async def _read(self) -> bytes:
        # One turn for everything else in the program, even if the writer never pauses.
        await asyncio.sleep(0)
        if not _has_input(self._fd):
            await _input(self._fd)
        try:
            return os.read(self._fd, _READ_SIZE)
        except OSError:
            return b""  # a terminal that was closed: nothing comes from there any more


def _has_input(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(0))


async def _input(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(fd, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(fd)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
