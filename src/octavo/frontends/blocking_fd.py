"""Writing to a file descriptor without ever being stuck in the write.

A reader that pauses must not keep the program from hearing a signal, so whoever
writes asks first, waits in the event loop, and gives at most what is sure to fit.
"""

from __future__ import annotations

import asyncio
import os
import select


async def write_some(fd: int, view: memoryview) -> int:
    """Write the beginning of `view` as soon as the reader takes it; how much. Raises `OSError` if it is gone."""
    if not is_writable(fd):
        await _becomes_writable(fd)
    return write_now(fd, view)


def write_now(fd: int, view: memoryview) -> int:
    """Write the beginning of `view`, if the descriptor is ready; how much. Raises `OSError`."""
    try:
        return os.write(fd, view[: select.PIPE_BUF])  # a pipe that is ready takes this much; more could block
    except BlockingIOError:
        return 0


def is_writable(fd: int, wait: bool = False) -> bool:
    """Whether a write would not block; with `wait`, not before it would not."""
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    # A pipe without a reader counts as writable: the write itself then tells so.
    return bool(poll.poll(None if wait else 0))


async def _becomes_writable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def note() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_writer(fd, note)
    try:
        await ready
    finally:
        loop.remove_writer(fd)
