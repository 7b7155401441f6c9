"""Reading files beside the loop, where a file may never answer: on a dead mount, or a pipe with nobody behind it.

The steps of a piece of work are done one after the other in a thread. A thread whose step does not come back soon is
left behind, and another one goes on with the next step; what the late one brings counts when it comes. So nothing
waits for a file that does not answer, neither a key nor the end of the program (`docs/sessions.md`).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

PATIENCE_S = 0.1
_LOOK_S = 0.05
_TELL_S = 0.05
_MOST_LEFT = 32
"""Threads that wait for an answer; with so many the rest stays unread."""


class Step(NamedTuple):
    """Something to do in a thread, and the path that it looks at."""

    path: str
    do: Callable[[], None]


class PatientReader:
    """Does the steps that `next_step` gives until there are none, and again after `wake`.

    `next_step` and the steps run in threads, one at a time but for those left behind; `left` is told the step that does
    not answer, `came_back` that it did, both with a lock held. `told` is called in the loop when there is something
    new, and after the last step.
    """

    def __init__(
        self,
        next_step: Callable[[], Step | None],
        told: Callable[[], None],
        left: Callable[[Step], None] = lambda _: None,
        came_back: Callable[[Step], None] = lambda _: None,
    ) -> None:
        self._next_step, self._told, self._left, self._came_back = next_step, told, left, came_back
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._turn = 0
        self._left_behind = 0
        self._current: tuple[Step, float] | None = None
        self._is_working = self._is_asked = self._is_closed = False
        self._told_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def wake(self) -> None:
        """There is something to do."""
        self._is_asked = self._is_working
        if self._is_working or self._is_closed:
            return
        self._is_working = True
        self._begin()
        self._timer = self._loop.call_later(_LOOK_S, self._look)

    def close(self) -> None:
        """Nothing is done any more; a step that is under way ends by itself, or never."""
        with self._lock:
            self._is_closed = True
            self._turn += 1
        if self._timer is not None:
            self._timer.cancel()

    def _begin(self) -> None:
        turn = self._turn
        threading.Thread(target=self._work, args=(turn,), daemon=True).start()

    def _look(self) -> None:
        """Leave a thread behind whose step takes too long."""
        self._timer = None
        if self._is_closed:
            return
        with self._lock:
            current = self._current
            is_late = current is not None and time.monotonic() - current[1] > PATIENCE_S
            if current is not None and is_late:
                self._turn += 1
                self._left_behind += 1
                self._current = None
                self._left(current[0])
        if is_late:
            self._told()
            if self._left_behind < _MOST_LEFT:
                self._begin()
            else:
                self._is_working = False
        if self._is_working:
            self._timer = self._loop.call_later(_LOOK_S, self._look)

    def _work(self, turn: int) -> None:
        while True:
            with self._lock:
                if turn != self._turn:
                    return
                step = self._next_step()
                self._current = None if step is None else (step, time.monotonic())
            if step is None:
                self._tell(self._rest)
                return
            step.do()
            with self._lock:
                is_late = turn != self._turn
                if is_late:
                    self._left_behind -= 1
                    self._came_back(step)
            if is_late:
                self._tell(self._late)
                return
            if time.monotonic() - self._told_at > _TELL_S:
                self._told_at = time.monotonic()
                self._tell(self._told_now)

    def _tell(self, what: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is over
            self._loop.call_soon_threadsafe(what)

    def _told_now(self) -> None:
        if not self._is_closed:
            self._told()

    def _rest(self) -> None:
        self._is_working = False
        self._told_now()
        if self._is_asked:  # while the last step was looked for
            self.wake()

    def _late(self) -> None:
        """What it brings may be a reason to go on."""
        self._told_now()
        self.wake()
