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
    from collections.abc import Callable, Iterator

PATIENCE = 1.0
"""Seconds between SIGTERM and SIGKILL."""
LAST_WAIT = 2.0
"""Seconds for SIGKILL to take effect."""
MOST_AT_ONCE = 1000
"""Ended children that are collected before somebody looks at what else happens."""
_LONGEST_LOOK = 0.5
"""Seconds. Thousands of processes are no ordinary command's."""
_ROUNDS = 16
"""So many rounds in which nobody ended lie between two looks through the whole tree."""


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


def descendants(process: int) -> Iterator[int]:
    """All processes below one, as far as the kernel tells in half a second: those near to it before those far below."""
    level = children_of(process)
    give_up = time.monotonic() + _LONGEST_LOOK
    while level:  # how deep they stand is up to the command
        yield from level
        level = [below for child in level for below in (children_of(child) if time.monotonic() < give_up else ())]


def send(how: Callable[[int, int], None], target: int, number: int) -> bool:
    """Send a signal with `os.kill` or `os.killpg`; whether there was anybody to get it."""
    try:
        how(target, number)
    except OSError:
        return False
    return True


def reap() -> tuple[dict[int, int], bool]:
    """Collect ended children: their wait statuses by process id, and whether any child is left.

    At most `MOST_AT_ONCE`: where processes are made and end without pause there would be no end of it.
    """
    ended: dict[int, int] = {}
    try:
        while len(ended) < MOST_AT_ONCE:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                break
            ended[process] = status
    except ChildProcessError:
        return ended, False
    return ended, True


def kill_descendants(until: float, leader: int = 0, *, stormy: bool = False) -> tuple[dict[int, int], bool]:
    """Kill all processes below this one: what `reap` says of them, and whether any is left at the time `until`.

    In each round the children of this process alone are killed, at once, and those that have ended are collected: what
    is below them is ours next. To look through the whole tree first would take longer than a process needs that does
    nothing but fork and end. Of many that do so (known already with `stormy`), most ends are not told, but that of the
    command's `leader` is.
    """
    ended: dict[int, int] = {}
    rounds = 0
    storm = _Storm() if stormy and not leader else None
    try:
        while True:
            for child in children_of(os.getpid()):
                send(os.kill, child, _signal.SIGKILL)
            more, left = reap()
            ended.update(more)
            while storm is not None and left and len(more) == MOST_AT_ONCE:
                more, left = reap()  # from before the storm was noticed
            if not left or time.monotonic() >= until:
                return ended, left
            if len(more) == MOST_AT_ONCE and storm is None and (not leader or leader in ended):
                storm = _Storm()
            if more:
                continue
            if rounds % _ROUNDS == 0:  # a child that cannot be killed just now may have children that can
                _signal_all(_signal.SIGKILL)
            rounds += 1
            time.sleep(0.0005)
    finally:
        if storm is not None:
            storm.is_over()


class _Storm:
    """While many processes fork and end without pause, the kernel clears away what ends, faster than anybody could.

    We take precedence then, where that is allowed; among a hundred that want to run there would be little time for us.
    """

    def __init__(self) -> None:
        self._handler = _signal.signal(_signal.SIGCHLD, _signal.SIG_IGN)
        self._policy = os.sched_getscheduler(0), os.sched_getparam(0)
        self._schedule(os.SCHED_FIFO, os.sched_param(1))

    def is_over(self) -> None:
        """As before."""
        self._schedule(*self._policy)
        _signal.signal(_signal.SIGCHLD, self._handler)

    def _schedule(self, policy: int, parameter: os.sched_param) -> None:
        try:
            os.sched_setscheduler(0, policy, parameter)
        except OSError:
            return  # an ordinary user


def end_descendants() -> None:
    """End all processes below this one, politely for a second, and wait until they are gone."""
    ended, left = reap()
    if left and len(ended) < MOST_AT_ONCE:
        _signal_all(_signal.SIGTERM)
    now = time.monotonic()
    patience_ends, give_up = now + PATIENCE, now + PATIENCE + LAST_WAIT
    while left and len(ended) < MOST_AT_ONCE and now < patience_ends:
        time.sleep(0.001)
        ended, left = reap()
        now = time.monotonic()
    if left:
        kill_descendants(give_up, stormy=len(ended) == MOST_AT_ONCE)


def _signal_all(number: int) -> None:
    for process in list(descendants(os.getpid())):  # what a handler starts to clean up with must not get the signal
        send(os.kill, process, number)
