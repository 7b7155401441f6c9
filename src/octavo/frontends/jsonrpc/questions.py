"""Questions of conversations that wait for a client's answer (`docs/app-server.md`, "Approvals").

A question is dropped when it is answered, when its turn ends, and when the same call
asks again, since the engine then no longer waits for the first: an answer that comes
too late must not decide something else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from octavo.frontends.jsonrpc.messages import Response
from octavo.protocol import events
from octavo.protocol.policy import ReviewDecision

if TYPE_CHECKING:
    from octavo.engine.conversation import Conversation
    from octavo.protocol.ops import Remember

_log = logging.getLogger(__name__)

Request = events.ExecApprovalRequest | events.ApplyPatchApprovalRequest


class Question(msgspec.Struct, frozen=True):
    """What a turn of a conversation asked.

    `decision_in` reads the client's answer; what makes no sense to it counts as no. `on_close`
    is told the id when the question is answered or dropped. An error for an answer counts
    as no if `error_refuses`, else the question stays open.
    """

    conversation: Conversation
    turn_id: str
    request: Request
    decision_in: Callable[[msgspec.Raw], ReviewDecision]
    on_close: Callable[[int], None] | None = None
    error_refuses: bool = False
    remember_in: Callable[[msgspec.Raw], Remember | None] | None = None

    async def decide(self, decision: ReviewDecision, remember: Remember | None = None) -> None:
        """Pass the answer on to the call that asked, with the rule that it makes, if any."""
        from octavo.protocol import ops  # the first answer need not wait for it

        call_id = self.request.call_id
        if isinstance(self.request, events.ApplyPatchApprovalRequest):
            await self.conversation.submit(ops.PatchApproval(self.turn_id, decision, call_id))
        else:
            await self.conversation.submit(ops.ExecApproval(self.turn_id, decision, call_id, remember))

    def is_of(self, conversation: Conversation, turn_id: str) -> bool:
        """Whether this turn asked it."""
        return self.conversation is conversation and self.turn_id == turn_id


class Questions:
    """All open questions, by the id that the client was given."""

    def __init__(self) -> None:
        self._open: dict[int, Question] = {}

    def add(self, number: int, question: Question) -> None:
        """The client was asked."""
        call_id = question.request.call_id
        self._drop(lambda one: one.is_of(question.conversation, question.turn_id) and one.request.call_id == call_id)
        self._open[number] = question

    def drop(self, conversation: Conversation, turn_id: str) -> None:
        """The turn does not wait any more."""
        self._drop(lambda one: one.is_of(conversation, turn_id))

    async def answer(self, response: Response) -> None:
        """The client answered."""
        question = self._take(response.id)
        if question is not None:
            decision = question.decision_in(response.result)
            remember = question.remember_in(response.result) if question.remember_in is not None else None
            self._close(response.id, question)
            await question.decide(decision, remember)

    async def fail(self, number: object) -> None:
        """The client answered with an error; most questions stay open, since it may still answer them."""
        question = self._open.get(number) if isinstance(number, int) else None
        if question is not None and question.error_refuses:
            await self.refuse(number)

    async def refuse(self, number: object) -> None:
        """The client cannot answer this one, which means no."""
        await self.decide(number, "denied")

    async def decide(self, number: object, decision: ReviewDecision) -> None:
        """What the client said means this."""
        question = self._take(number)
        if question is not None:
            self._close(number, question)
            await question.decide(decision)

    async def refuse_all(self) -> None:
        """The client will answer none of them."""
        for number in list(self._open):
            await self.refuse(number)

    def _take(self, number: object) -> Question | None:
        question = self._open.pop(number, None) if isinstance(number, int) else None
        if question is None:
            _log.warning("an answer came that nobody waits for: id %r", number)
        return question

    def _drop(self, is_meant: Callable[[Question], bool]) -> None:
        for number in [number for number, one in self._open.items() if is_meant(one)]:
            self._close(number, self._open.pop(number))

    def _close(self, number: object, question: Question) -> None:
        if question.on_close is not None and isinstance(number, int):
            question.on_close(number)
