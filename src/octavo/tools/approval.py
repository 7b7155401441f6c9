"""The one place that asks the user, about commands and patches alike (`docs/tools.md`, "Who is asked first").

Whoever asks goes through `ask`, and whoever need not ask says so through `go_ahead`; so every decision
is told to an observer, and an answer for the session is kept and found in one table.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from octavo.protocol.events import ApplyPatchApprovalRequest, ExecApprovalRequest
from octavo.protocol.policy import ReviewDecision
from octavo.tools.context import ApprovalKey, Invocation
from octavo.tools.errors import RespondToModel

if TYPE_CHECKING:
    from octavo.tools.hooks import RarerHooks
    from octavo.tools.telemetry import DecisionSource

REJECTED = "exec command rejected by user"
REVIEWERS_NO = (
    "rejected by the automatic reviewer{why} "
    "Do not look for another way to the same end; go on without it, or tell the user what it is needed for."
)

Question = ExecApprovalRequest | ApplyPatchApprovalRequest


class Rejected(RespondToModel):
    """The user said no."""

    def __init__(self, text: str = REJECTED) -> None:
        super().__init__(text)


class RuledOut(Rejected):
    """A rule of the user's says no."""


def refuse(invocation: Invocation, text: str) -> RuledOut:
    """What to raise where a rule says no, which is told like any decision."""
    _tell(invocation, "denied", "config")
    return RuledOut(text)


async def ask(
    invocation: Invocation, key: ApprovalKey, question: Callable[[], Question], refusal: str = REJECTED
) -> None:
    """Return when the user allows what `key` stands for, now or before for the whole session.

    Raises `Rejected` with the text of `refusal` when the user says no, or nobody can be asked.
    """
    allowed = invocation.host.approved_for_session
    if key in allowed:
        _tell(invocation, "approved_for_session", "user")
        return
    if invocation.host.rarer_hooks is not None and await _hook_allows(
        invocation, invocation.host.rarer_hooks, question
    ):
        return
    if invocation.turn.settings.approvals_reviewer != "user":
        await _ask_reviewer(invocation, question())
        return
    asked_at = time.monotonic()
    decision = await invocation.host.ask(invocation.turn.turn_id, question())
    _tell(invocation, decision, "user", time.monotonic() - asked_at)
    if decision == "approved_for_session":
        allowed.add(key)
    elif decision != "approved":
        raise Rejected(refusal)


async def _hook_allows(invocation: Invocation, hooks: RarerHooks, question: Callable[[], Question]) -> bool:
    """Whether a hook says yes in the user's place; False where it says nothing. Raises `Rejected` for its no."""
    answer = await hooks.permission_request(invocation.turn.turn_id, question())
    if answer is None:
        return False
    _tell(invocation, "approved" if answer.allows else "denied", "config")
    if not answer.allows:
        raise Rejected(f"rejected by a hook: {answer.reason}")
    return True


async def _ask_reviewer(invocation: Invocation, question: Question) -> None:
    """A model decides in the user's place, about this once."""
    asked_at = time.monotonic()
    verdict = await invocation.host.auto_review(invocation.turn.turn_id, question)
    allows = verdict is not None and verdict.outcome == "allow"
    _tell(invocation, "approved" if allows else "denied", "config", time.monotonic() - asked_at)
    if not allows:
        why = f": {verdict.rationale.strip()}" if verdict is not None and verdict.rationale else "."
        raise Rejected(REVIEWERS_NO.format(why=why))


def go_ahead(invocation: Invocation) -> None:
    """The configuration lets this run without a question."""
    _tell(invocation, "approved", "config")


def _tell(invocation: Invocation, decision: ReviewDecision, source: DecisionSource, seconds: float = 0.0) -> None:
    telemetry = invocation.host.telemetry
    if telemetry is None:
        return
    from octavo.tools.telemetry import Decision  # only who is observed pays for it

    telemetry.decided(invocation.turn, Decision(invocation.name, invocation.call_id, decision, source, seconds))
