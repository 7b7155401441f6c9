"""The launcher: a small process that starts every command for us.

Starting an interpreter for each command, to confine it and to make it die with
us, would cost more than most commands. So one bare interpreter is started once
and forks per command: it has a single thread, few modules, no environment and
none of our file descriptors. It ends when our end of its socket closes.

A watcher and the process that becomes the command are forked ahead, so nobody
waits for a fork. Each message on the control socket is one byte with four file descriptors:
the command's own socket, and its stdin, stdout and stderr. The rest of the
request arrives on the command's socket (`octavo.process.launcher.watcher`).

This module and what it imports must be cheap to import, hence `_signal`: the
public module brings `enum`, a quarter of the launcher's start.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import gc
import os
import select
import sys
import time

from octavo.process.launcher.descendants import MOST_AT_ONCE, adopt_orphans, children_of, descendants, reap, send
from octavo.process.launcher.watcher import NO_MORE, STARTING, STARTING_OPEN, supervise, wake_up_on_child_exit

_LAST_WAIT = 4.0  # seconds: one for SIGTERM, two for SIGKILL, and some

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from octavo.sandbox.linux.kernel import Kernel


def serve(control_descriptor: int) -> None:
    """Keep a watcher ready for the next command, until the control socket closes."""
    os.setsid()
    os.closerange(control_descriptor + 1, 65536)
    kernel = _kernel()
    gc.disable()
    gc.freeze()  # a collection would copy the pages that the children share
    control = _socket.socket(fileno=control_descriptor)
    adopt_orphans()
    wake_up = wake_up_on_child_exit()
    watchers: set[int] = set()
    word = STARTING
    while word != NO_MORE:
        reader, writer = os.pipe()
        watcher = os.fork()
        if watcher == 0:
            os.close(reader)
            _watch_next(control, writer, kernel, ahead=word != STARTING_OPEN)
        watchers.add(watcher)
        os.close(writer)
        word = _next_word(reader, wake_up, watchers)
        os.close(reader)
    _outlive(watchers)


def _next_word(reader: int, wake_up: int, watchers: set[int]) -> bytes:
    """What the newest watcher announces; empty if it was killed: then the next one is due as well."""
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    poll.register(wake_up, select.POLLIN)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll()]
        if wake_up in ready:
            os.read(wake_up, 4096)
            _end_orphans(watchers)
        if reader in ready:
            return os.read(reader, 1)


def _end_orphans(watchers: set[int]) -> None:
    """Forget the watchers that have ended, and kill what a command left behind that killed its own watcher."""
    is_all = False
    while not is_all:
        ended, _ = reap()
        watchers.difference_update(ended)
        is_all = len(ended) < MOST_AT_ONCE
        if sys.platform == "linux":
            for orphan in set(children_of(os.getpid())) - watchers:
                send(os.kill, orphan, _signal.SIGKILL)  # first: it may be about to hand its life on
                for process in descendants(orphan):
                    send(os.kill, process, _signal.SIGKILL)


def _outlive(watchers: set[int]) -> None:
    """Stay until the last watcher has ended its command, for one may be killed even then."""
    give_up = time.monotonic() + _LAST_WAIT
    while watchers and time.monotonic() < give_up:
        time.sleep(0.01)
        _end_orphans(watchers)


def _watch_next(control: _socket.socket, launcher: int, kernel: Kernel | None, *, ahead: bool) -> NoReturn:
    try:
        supervise(control, kernel, launcher, ahead=ahead)
    finally:
        os._exit(0)


def _kernel() -> Kernel | None:
    if sys.platform != "linux":
        return None
    # Imported here, so that no child has to.
    from octavo.sandbox.linux import broker, confine  # noqa: F401
    from octavo.sandbox.linux.kernel import Kernel

    return Kernel()
