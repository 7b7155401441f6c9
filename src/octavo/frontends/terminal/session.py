"""The conversation behind the interface: it opens while the user types already, takes operations, and hands on events.

Operations given before it stands wait for it, in order. Events come one by one to `deliver`, and the event loop gets
its turn between them, so that a fast stream never keeps a key waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any

from octavo.engine.conversation import Conversation
from octavo.errors import OctavoError
from octavo.protocol import events, ops

_SLICE_S = 0.004  # events are taken for so long before keys are looked for
_SHUTDOWN_S = 2.0

Opening = Coroutine[Any, Any, Conversation]


class Session:
    """One conversation from its opening to its end.

    `failed` is told when it cannot be opened, `crashed` of a defect.
    """

    def __init__(
        self,
        opening: Opening,
        deliver: Callable[[events.Event], None],
        failed: Callable[[OctavoError], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self.conversation: Conversation | None = None
        self._deliver, self._failed = deliver, failed
        self._ops: asyncio.Queue[ops.Op] = asyncio.Queue()
        self._ended = asyncio.Event()
        self._crashed = crashed
        self._task = asyncio.create_task(self._run(opening))
        self._task.add_done_callback(self._done)

    @property
    def unsaved(self) -> str:
        """Why the last that happened in it is not saved; empty where it is."""
        return (self.conversation.unsaved_because if self.conversation is not None else None) or ""

    def submit(self, op: ops.Op) -> None:
        """Hand in an operation, behind those that wait."""
        self._ops.put_nowait(op)

    async def shut_down(self, seconds: float = _SHUTDOWN_S) -> None:
        """End in good order: the turn is stopped, the session file is whole, no process is left."""
        if self.conversation is not None and not self._task.done():
            self.submit(ops.Shutdown())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ended.wait()
        await self.close()

    def mute(self) -> None:
        """Deliver nothing any more."""
        self._deliver = _nowhere

    async def close(self) -> None:
        """End at once."""
        self.mute()
        self._task.cancel()
        await asyncio.wait({self._task})

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crashed(error)

    async def _run(self, opening: Opening) -> None:
        try:
            self.conversation = conversation = await opening
        except OctavoError as error:
            self._failed(error)
            return
        try:
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(self._send(conversation))
                await self._hand_on(conversation)
                sender.cancel()
        finally:
            self._ended.set()
            await conversation.close()

    async def _send(self, conversation: Conversation) -> None:
        while True:
            await conversation.submit(await self._ops.get())

    async def _hand_on(self, conversation: Conversation) -> None:
        since = time.monotonic()
        while True:
            event = await conversation.next_event()
            self._deliver(event)
            if isinstance(event.msg, events.ShutdownComplete):
                return
            if time.monotonic() - since > _SLICE_S:
                await asyncio.sleep(0)
                since = time.monotonic()


def _nowhere(_: events.Event) -> None:
    """Nobody looks any more."""
