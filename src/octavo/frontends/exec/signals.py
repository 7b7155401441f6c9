"""Signals while a turn runs: what has to be put away is put away first (`docs/exec.md`, "Signals").

The first SIGINT, SIGTERM or SIGHUP cancels the work, whose cleanup ends the commands
of the model and saves the session. A second one means that this takes too long, and
acts at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any, NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal ended the work, which has cleaned up; `signum` says which."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


async def run_until_signal(work: Coroutine[Any, Any, int]) -> int:
    """The result of the work. Raises `Interrupted` if a signal ended it, after its cleanup."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    received: list[int] = []

    def on_signal(signum: int) -> None:
        if received:
            _die_now(signum)
        received.append(signum)
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


def _die_now(signum: int) -> NoReturn:
    signal.signal(signum, signal.SIG_DFL)
    os.kill(os.getpid(), signum)
    os._exit(128 + signum)  # not reached, unless the signal is blocked
