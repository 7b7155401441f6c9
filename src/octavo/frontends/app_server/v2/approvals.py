"""Questions about commands and patches, and what their answers mean (`docs/app-server-v2.md`, "Approvals").

What makes no sense is a refusal: only a word of consent is one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import msgspec
from msgspec import UNSET, structs

from octavo.commands.quoting import quote_command
from octavo.frontends.app_server.dialect import Inquiry
from octavo.frontends.app_server.v2.shown_work import shown_actions
from octavo.frontends.app_server.v2.types.approvals import (
    ApprovalResponse,
    CommandApprovalParams,
    FileChangeApprovalParams,
)
from octavo.frontends.jsonrpc.messages import NOT_JSON
from octavo.frontends.jsonrpc.questions import Request
from octavo.protocol import events
from octavo.protocol.ops import Remember
from octavo.protocol.policy import ReviewDecision

Answered = Callable[[str, int, bool], None]
"""Told the call, the question's id and whether it was allowed, when a question is closed."""

_DECISIONS: dict[str, ReviewDecision] = {
    "accept": "approved",
    "acceptForSession": "approved_for_session",
    "acceptWithExecpolicyAmendment": "approved_for_session",
    "decline": "denied",
    "cancel": "abort",
}
_log = logging.getLogger(__name__)


class _Amendment(msgspec.Struct, frozen=True):
    prefix: tuple[str, ...] = msgspec.field(name="execpolicy_amendment")


class _Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amended: _Amendment = msgspec.field(name="acceptWithExecpolicyAmendment")


class _Amended(msgspec.Struct, frozen=True):
    decision: _Decision


def about_command(
    thread_id: str, turn_id: str, now_ms: int, asked: events.ExecApprovalRequest, answered: Answered
) -> Inquiry:
    """May this command run?"""
    params = CommandApprovalParams(
        thread_id=thread_id,
        turn_id=turn_id,
        item_id=asked.call_id,
        started_at_ms=now_ms,
        command=quote_command(asked.command),
        cwd=asked.cwd,
        command_actions=shown_actions(asked.parsed_cmd),
        reason=None if asked.reason is UNSET else asked.reason,
    )
    if (whole := _amendment(asked)) is not None:
        amended = {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": whole}}
        decisions = ("accept", "acceptForSession", amended, "decline", "cancel")
        params = structs.replace(params, proposed_execpolicy_amendment=whole, available_decisions=decisions)
    inquiry = _inquiry("item/commandExecution/requestApproval", params, asked, answered)
    return structs.replace(inquiry, remember_in=partial(_remember_in, asked))


def _amendment(asked: events.ExecApprovalRequest) -> tuple[str, ...] | None:
    """The rule that would allow this command for good; None where none may."""
    from octavo.commands.rules import prefixes_to_remember  # a thread that asks nothing need not wait for it

    prefixes = prefixes_to_remember(asked.command)
    return prefixes[-1] if prefixes else None


def _remember_in(asked: events.ExecApprovalRequest, answer: msgspec.Raw) -> Remember | None:
    """The rule that an answer makes: for the beginning of this command, and where one may be made at all."""
    from octavo.commands.rules import may_be_remembered

    try:
        given = msgspec.json.decode(answer, type=_Amended).decision.amended.prefix
    except NOT_JSON:
        return None
    return Remember(given, everywhere=True) if may_be_remembered(given, asked.command) else None


def about_patch(
    thread_id: str, turn_id: str, now_ms: int, asked: events.ApplyPatchApprovalRequest, answered: Answered
) -> Inquiry:
    """May this patch be applied?"""
    params = FileChangeApprovalParams(
        thread_id=thread_id,
        turn_id=turn_id,
        item_id=asked.call_id,
        started_at_ms=now_ms,
        reason=None if asked.reason is UNSET else asked.reason,
        grant_root=None if asked.grant_root is UNSET else asked.grant_root,
    )
    return _inquiry("item/fileChange/requestApproval", params, asked, answered)


def decision_in(answer: msgspec.Raw) -> ReviewDecision:
    """The decision that an answer holds."""
    try:
        given = msgspec.json.decode(answer, type=ApprovalResponse).decision
    except NOT_JSON as error:
        _log.error("an answer that makes no sense counts as a refusal: %s", error)
        return "denied"
    word = next(iter(given)) if isinstance(given, dict) and len(given) == 1 else given
    if not isinstance(word, str) or word not in _DECISIONS:
        _log.error("an answer that makes no sense counts as a refusal")
        return "denied"
    return _DECISIONS[word]


def _inquiry(method: str, params: object, asked: Request, answered: Answered) -> Inquiry:
    decisions: list[ReviewDecision] = []

    def decide(answer: msgspec.Raw) -> ReviewDecision:
        decisions.append(decision_in(answer))
        return decisions[-1]

    def close(number: int) -> None:
        answered(asked.call_id, number, bool(decisions) and decisions[-1] in ("approved", "approved_for_session"))

    return Inquiry(method, params, asked, decide, close, error_refuses=True)
