"""How a server ends by a signal: its children first, within a second, then by the signal itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any, NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CLEANUP_SECONDS = 1.0


def run_until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end. A signal cancels it, and kills the process when that is done or a second has passed."""
    signum = asyncio.run(_watched(work))
    if signum is not None:
        die_of(signum)


def die_of(signum: int) -> NoReturn:
    """End the process by this signal, so that whoever waits for it sees how it died."""
    signal.signal(signum, signal.SIG_DFL)
    os.kill(os.getpid(), signum)
    os._exit(128 + signum)  # not reached, unless the signal is blocked


async def _watched(work: Coroutine[Any, Any, None]) -> int | None:
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    received: list[int] = []

    def on_signal(signum: int) -> None:
        if received:
            die_of(signum)
        received.append(signum)
        loop.call_later(_CLEANUP_SECONDS, die_of, signum)
        task.cancel()

    for signum in _SIGNALS:
        loop.add_signal_handler(signum, on_signal, signum)
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
    return received[0] if received else None
