"""Work beside the loop: nothing of it outlives the program, and no defect in it goes unseen.

An error that nobody expected ends the program, so that it can be told on a restored terminal. What must come to its
end is waited for when the program leaves; all else is given up then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

_SECONDS_TO_END = 2


class Background:
    """All that was started. `end` ends the loop, `changed` tells it that there may be something new to be seen."""

    def __init__(self, end: Callable[[], None], changed: Callable[[], None]) -> None:
        self._end, self._changed = end, changed
        self.crash: BaseException | None = None
        """The first defect that was met."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._finishing: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do this; it is given up when the program leaves."""
        return self._begin(work, self._tasks)

    def finish(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this to its end, for which the program waits when it leaves."""
        self._begin(work, self._finishing)

    def _begin(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        among.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._finishing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.crashed(error)
        self._changed()

    def failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Something failed where nobody waits for it: what draws and takes keys must not; all else is logged."""
        error = context.get("exception")
        if "handle" in context and error is not None:
            self.crashed(error)
        else:
            loop.default_exception_handler(context)

    def crashed(self, error: BaseException) -> None:
        """A defect: leave, so that it can be told on a restored terminal."""
        if self.crash is None:
            self.crash = error
        self._end()

    def give_up(self) -> None:
        """Break off what need not come to its end."""
        for task in self._tasks:
            task.cancel()

    async def ended(self) -> None:
        """Wait until nothing runs any more, for two seconds at most."""
        if waiting := self._tasks | self._finishing:
            await asyncio.wait(waiting, timeout=_SECONDS_TO_END)
