"""A conversation as front ends see it: operations go in, events come out (`docs/protocol.md`)."""

from __future__ import annotations

import asyncio
import contextlib

from octavo.config.config import Config
from octavo.engine.broadcast import Subscription
from octavo.engine.operations import handle
from octavo.engine.session import Session
from octavo.protocol import events
from octavo.protocol.ids import ConversationId
from octavo.protocol.ops import Op, Shutdown, Submission
from octavo.protocol.settings import SessionSettings
from octavo.rollout.errors import RolloutWriteError

QUEUE_SIZE = 64


class Conversation:
    """The door to one conversation. Operations are taken one at a time, in order; a turn runs beside them."""

    def __init__(self, session: Session, configured: events.SessionConfigured) -> None:
        self.id: ConversationId = session.id
        self.configured = configured
        self._session = session
        self._submissions: asyncio.Queue[Submission] = asyncio.Queue(QUEUE_SIZE)
        self._count = 0
        self._own: Subscription | None = None
        self._loop = asyncio.create_task(self._take_operations())

    async def submit(self, op: Op, submission_id: str | None = None) -> str:
        """Hand in an operation; its id, which the events that it causes will carry."""
        if submission_id is None:
            submission_id = str(self._count)
            self._count += 1
        await self._submissions.put(Submission(submission_id, op))
        return submission_id

    async def taken(self) -> None:
        """Wait until everything handed in so far was taken up; the turns that it began go on."""
        await self._submissions.join()

    @property
    def running(self) -> str | None:
        """The id of the task that runs, if one does."""
        active = self._session.active
        return active.id if active is not None and active.task is not None else None

    @property
    def config(self) -> Config:
        """What the conversation was started with."""
        return self._session.config

    @property
    def settings(self) -> SessionSettings:
        """What the next turn will run under, as far as operations were taken."""
        return self._session.settings

    @property
    def usage(self) -> events.TokenCount:
        """Usage and limits as they are now."""
        return self._session.tokens.event()

    @property
    def unsaved_because(self) -> str | None:
        """Why the last that happened is not saved; None where it is."""
        return self._session.recorder.failure

    def subscribe(self, *, wait: bool = True) -> Subscription:
        """Listen, from now on; the first listener also gets what was told before.

        With `wait` the model's answer is read no faster than this listener takes its events,
        so it has to take them or be closed. Without, it may lose some (`engine.broadcast`).
        """
        return self._session.broadcast.subscribe(wait=wait)

    async def next_event(self) -> events.Event:
        """The next event, for a client that is the only listener. Raises `ConversationEnded` after the last.

        `SessionConfigured` is the first, `ShutdownComplete` or the end of the conversation the last.
        """
        if self._own is None:
            self._own = self.subscribe()
        return await self._own.next()

    async def ended(self) -> None:
        """Wait for the end that `Shutdown` brings. What was told and not yet taken can still be taken."""
        await asyncio.wait({self._loop})

    async def close(self) -> None:
        """End at once: whatever runs is stopped and every process is gone when this returns."""
        self._loop.cancel()
        await asyncio.wait({self._loop})
        await self._session.settle()
        self._session.broadcast.end()
        with contextlib.suppress(RolloutWriteError):  # it was logged when the write failed
            self._session.recorder.close()

    async def _take_operations(self) -> None:
        while True:
            submission = await self._submissions.get()
            try:
                await handle(self._session, submission)
            finally:
                self._submissions.task_done()
            if isinstance(submission.op, Shutdown):
                self._session.broadcast.end()
                return
