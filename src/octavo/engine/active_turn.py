"""The turn that is running: what else the user said meanwhile, and what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from octavo.protocol.items import Message, ResponseItem
from octavo.protocol.policy import ReviewDecision
from octavo.protocol.usage import TokenUsage
from octavo.tools.context import TurnContext

if TYPE_CHECKING:
    from octavo.engine.limits import Meter
    from octavo.engine.loop_guard import LoopGuard
    from octavo.patch.turn_diff import TurnDiffTracker


class ActiveTurn:
    """The state of one turn. It ends with its task; nothing of it is kept.

    `gate` is closed while a snapshot is made and tools have to wait. `ending` means
    that the turn is about to be aborted and must not ask the model again. `on_abort`
    is called when it is, before the client is told. `said` is what the user said in it;
    `background` is work beside the turn that is stopped with it. `own_toolbox` has our
    own tools alone, without those of MCP servers. `meter` counts what it takes and `loop_guard`
    watches for calls that repeat, where the user asked for that (`docs/limits.md`).
    """

    def __init__(self, context: TurnContext, meter: Meter | None = None) -> None:
        self.context, self.meter = context, meter
        self.loop_guard: LoopGuard | None = None
        self.id = context.turn_id
        self.own_toolbox = context.toolbox
        self.task: asyncio.Task[None] | None = None
        self._diff: TurnDiffTracker | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.ending = False
        self.on_abort: Callable[[], None] | None = None
        self.background: list[asyncio.Task[None]] = []
        self.said: list[Message] = []
        self.answering = ""
        """The model that answers instead of the one that was asked, if one does."""
        self._pending: list[ResponseItem] = []
        self._questions: dict[str, OpenQuestion] = {}

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

    def count(self, usage: TokenUsage | None) -> None:
        """An answer came; the provider may not have told what it took."""
        if self.meter is not None:
            self.meter.count(self.context.settings.model, usage)

    def add_input(self, *items: ResponseItem) -> None:
        """Keep a message, or words from outside, for the next request."""
        self._pending += items

    def take_input(self) -> list[ResponseItem]:
        """What came since the last request."""
        pending, self._pending = self._pending, []
        return pending

    @property
    def has_input(self) -> bool:
        """Whether something waits for the next request."""
        return bool(self._pending)

    def open_question(self, call_id: str) -> asyncio.Future[ReviewDecision]:
        """A place for the user's answer about a call; its former question, if any, is lost, which counts as no."""
        self.answer("denied", call_id)
        question = OpenQuestion(asyncio.get_running_loop().create_future(), asyncio.current_task())
        self._questions[call_id] = question
        return question.decision

    def answer(self, decision: ReviewDecision, call_id: str | None = None) -> OpenQuestion | None:
        """Pass the user's answer on; the question that it answers, None when nothing was asked.

        Without a call the newest question is answered, and the older ones are lost.
        """
        waiting = {name: one for name, one in self._questions.items() if not one.decision.done()}
        if call_id is None and waiting:
            *older, call_id = waiting
            for name in older:
                waiting.pop(name).decision.set_result("denied")
        question = None if call_id is None else waiting.pop(call_id, None)
        self._questions = waiting
        if question is not None:
            question.decision.set_result(decision)
        return question


class OpenQuestion(msgspec.Struct, frozen=True):
    """What a call waits for."""

    decision: asyncio.Future[ReviewDecision]
    asker: asyncio.Task[object] | None

    async def settle(self, seconds: float) -> None:
        """Let the call take in its answer and end, for a moment."""
        if self.asker is not None and self.asker is not asyncio.current_task():
            await asyncio.wait({self.asker}, timeout=seconds)
