"""The turn that is running: what else the user said meanwhile, and what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from octavo.protocol.items import Message
from octavo.protocol.policy import ReviewDecision
from octavo.tools.context import TurnContext

if TYPE_CHECKING:
    from octavo.patch.turn_diff import TurnDiffTracker


class ActiveTurn:
    """The state of one turn. It ends with its task; nothing of it is kept.

    `gate` is closed while a snapshot is made and tools have to wait. `ending` means
    that the turn is about to be aborted and must not ask the model again. `on_abort`
    is called when it is, before the client is told. `said` is what the user said in it;
    `background` is work beside the turn that is stopped with it.
    """

    def __init__(self, context: TurnContext) -> None:
        self.context = context
        self.id = context.turn_id
        self.task: asyncio.Task[None] | None = None
        self._diff: TurnDiffTracker | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.ending = False
        self.on_abort: Callable[[], None] | None = None
        self.background: list[asyncio.Task[None]] = []
        self.said: list[Message] = []
        self._pending: list[Message] = []
        self._question: asyncio.Future[ReviewDecision] | None = None
        self._asker: asyncio.Task[object] | None = None

    @property
    def diff(self) -> TurnDiffTracker:
        """What patches of this turn changed so far."""
        if self._diff is None:
            from octavo.git.blob_id import blob_ids  # a turn without patches pays nothing
            from octavo.patch.turn_diff import TurnDiffTracker

            self._diff = TurnDiffTracker(blob_ids())
        return self._diff

    def unified_diff(self) -> str | None:
        """The diff of everything that patches changed; None when that is nothing."""
        return self._diff.unified_diff() if self._diff else None

    def add_input(self, message: Message) -> None:
        """Keep a message for the next request."""
        self._pending.append(message)

    def take_input(self) -> list[Message]:
        """What came since the last request."""
        pending, self._pending = self._pending, []
        return pending

    @property
    def has_input(self) -> bool:
        """Whether something waits for the next request."""
        return bool(self._pending)

    def open_question(self) -> asyncio.Future[ReviewDecision]:
        """A place for the user's answer; a question that was open before is lost, which counts as no."""
        self.drop_question()
        self._question = asyncio.get_running_loop().create_future()
        self._asker = asyncio.current_task()
        return self._question

    def answer(self, decision: ReviewDecision) -> bool:
        """Pass the user's answer on; False when nothing was asked."""
        question, self._question = self._question, None
        if question is None or question.done():
            return False
        question.set_result(decision)
        return True

    def drop_question(self) -> None:
        """Nobody will answer any more."""
        self.answer("denied")

    async def settle_asker(self, seconds: float) -> None:
        """Let the call that asked take in the answer and end, for a moment."""
        if self._asker is not None and self._asker is not asyncio.current_task():
            await asyncio.wait({self._asker}, timeout=seconds)
