"""Work beside the loop in a thread that nobody waits for at the end: a file may never answer."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(do: Callable[[], T], seconds: float | None = None) -> T:
    """What `do` returns or raises. After so many seconds its thread is left behind, and `TimeoutError` is raised."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            value = do()
        except Exception as error:  # it belongs to whoever waits
            told = _failed(answer, error)
        else:
            told = _came(answer, value)
        with contextlib.suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(told)

    threading.Thread(target=work, daemon=True).start()
    async with asyncio.timeout(seconds):
        return await answer


def _came(answer: asyncio.Future[T], value: T) -> Callable[[], None]:
    return lambda: None if answer.done() else answer.set_result(value)


def _failed(answer: asyncio.Future[T], error: Exception) -> Callable[[], None]:
    return lambda: None if answer.done() else answer.set_exception(error)
