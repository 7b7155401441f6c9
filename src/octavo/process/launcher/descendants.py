"""The processes below this one: becoming their parent, finding them, ending them.

On Linux a process can adopt what its children leave behind, so it can find all
that they started, however far that has gone. Elsewhere only what the callers
know by another name (a process group) can be found.

Imported by the launcher, so it imports next to nothing.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 1.0
"""Seconds between SIGTERM and SIGKILL."""
LAST_WAIT = 2.0
"""Seconds for SIGKILL to take effect."""


def adopt_orphans() -> None:
    """Become the parent of processes below this one whose own parent ends (Linux)."""
    if sys.platform == "linux":
        from octavo.sandbox.linux.syscalls import PR_SET_CHILD_SUBREAPER, prctl

        prctl(PR_SET_CHILD_SUBREAPER, 1)


def children_of(process: int) -> list[int]:
    """The children of a process, as far as the kernel tells."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children", "rb") as file:
                found += [int(child) for child in file.read().split()]
    except OSError:
        return found
    return found


def descendants(process: int) -> list[int]:
    """All processes below one, as far as the kernel tells."""
    found = children_of(process)
    for child in found:  # it grows meanwhile; how deep they stand is up to the command
        found += children_of(child)
    return found


def send(how: Callable[[int, int], None], target: int, number: int) -> bool:
    """Send a signal with `os.kill` or `os.killpg`; whether there was anybody to get it."""
    try:
        how(target, number)
    except OSError:
        return False
    return True


def reap() -> tuple[dict[int, int], bool]:
    """Collect ended children: their wait statuses by process id, and whether any child is left."""
    ended: dict[int, int] = {}
    try:
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return ended, True
            ended[process] = status
    except ChildProcessError:
        return ended, False


def end_descendants() -> None:
    """End all processes below this one, politely for a second, and wait until they are gone."""
    _, left = reap()
    if left:
        _signal_all(_signal.SIGTERM)
    now = time.monotonic()
    patience_ends, give_up = now + PATIENCE, now + PATIENCE + LAST_WAIT
    while left and now < give_up:
        time.sleep(0.001)
        _, left = reap()
        now = time.monotonic()
        if left and now >= patience_ends:
            _signal_all(_signal.SIGKILL)


def _signal_all(number: int) -> None:
    for process in descendants(os.getpid()):
        send(os.kill, process, number)
