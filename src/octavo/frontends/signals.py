"""Signals while something runs: what has to be put away is put away first.

The first SIGINT, SIGTERM or SIGHUP cancels the work, whose cleanup ends the commands
of the model and saves the session. A second one means that this takes too long, and
acts at once (`docs/exec.md`, "Signals").
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

Die = Callable[[int], NoReturn]
"""Ends the process by a signal, so that whoever waits for it sees how it died."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal ended the work, which has cleaned up; `signum` says which."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def die_now(signum: int) -> NoReturn:
    """Die of a signal with nothing put away."""
    signal.signal(signum, signal.SIG_DFL)
    os.kill(os.getpid(), signum)
    os._exit(128 + signum)  # not reached, unless the signal is blocked


async def run_until_signal(work: Coroutine[Any, Any, T], die: Die = die_now, cleanup_seconds: float | None = None) -> T:
    """The result of the work. Raises `Interrupted` if a signal ended it, after its cleanup.

    `die` is called at a second signal, and when the cleanup takes longer than it may.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    received: list[int] = []

    def on_signal(signum: int) -> None:
        if received:
            die(signum)
        received.append(signum)
        if cleanup_seconds is not None:
            loop.call_later(cleanup_seconds, die, signum)
        task.cancel()

    # What our parent told us to ignore stays ignored: `nohup` is meant.
    heard = [signum for signum in _SIGNALS if signal.getsignal(signum) is not signal.SIG_IGN]
    for signum in heard:
        loop.add_signal_handler(signum, on_signal, signum)
    try:
        await asyncio.wait({task})
        if not received:
            return task.result()
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
        raise Interrupted(received[0])
    finally:
        for signum in heard:
            loop.remove_signal_handler(signum)
