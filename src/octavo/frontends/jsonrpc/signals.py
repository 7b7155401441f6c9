"""How a server ends by a signal: its children first, within a second, then by the signal itself."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CLEANUP_SECONDS = 1.0

Die = Callable[[int], NoReturn]
"""Ends the process by a signal, so that whoever waits for it sees how it died."""


def run_until_signal(work: Coroutine[Any, Any, None], die: Die) -> None:
    """Run it to its end.

    A signal cancels it; when that is done, or after a second, or at another signal, `die` is called.
    """
    signum = asyncio.run(_watched(work, die))
    if signum is not None:
        die(signum)


async def _watched(work: Coroutine[Any, Any, None], die: Die) -> int | None:
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    received: list[int] = []

    def on_signal(signum: int) -> None:
        if received:
            die(signum)
        received.append(signum)
        loop.call_later(_CLEANUP_SECONDS, die, signum)
        task.cancel()

    for signum in _SIGNALS:
        # What our parent told us to ignore stays ignored: `nohup` is meant.
        if signal.getsignal(signum) is not signal.SIG_IGN:
            loop.add_signal_handler(signum, on_signal, signum)
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
    return received[0] if received else None
