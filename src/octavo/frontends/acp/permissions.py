"""Questions about commands and patches, and what their answers mean (`docs/acp.md`, "Permissions").

What makes no sense is no consent: it ends the turn, as no answer does.
"""

from __future__ import annotations

import logging

import msgspec

from octavo.engine.conversation import Conversation
from octavo.frontends.acp.narrator import Permission
from octavo.frontends.acp.types.updates import PermissionOption, PermissionParams, PermissionResult
from octavo.frontends.jsonrpc.messages import NOT_JSON
from octavo.frontends.jsonrpc.questions import Question
from octavo.protocol.events import ApplyPatchApprovalRequest
from octavo.protocol.policy import ReviewDecision

_DECISIONS: dict[str, ReviewDecision] = {
    "approved": "approved",
    "approved-for-session": "approved_for_session",
    "denied": "denied",
}
_log = logging.getLogger(__name__)


def permission_question(
    session_id: str, conversation: Conversation, turn_id: str, permission: Permission
) -> tuple[PermissionParams, Question]:
    """What the client is asked, and what becomes of its answer."""
    decisions: list[ReviewDecision] = []

    def decide(answer: msgspec.Raw) -> ReviewDecision:
        decisions.append(decision_in(answer))
        return decisions[-1]

    def close(_: int) -> None:
        permission.answered(bool(decisions) and decisions[-1] in ("approved", "approved_for_session"))

    is_patch = isinstance(permission.request, ApplyPatchApprovalRequest)
    params = PermissionParams(session_id=session_id, tool_call=permission.tool_call, options=_options(is_patch))
    return params, Question(conversation, turn_id, permission.request, decide, close)


def decision_in(answer: msgspec.Raw) -> ReviewDecision:
    """The decision that an answer holds."""
    try:
        outcome = msgspec.json.decode(answer, type=PermissionResult).outcome
    except NOT_JSON as error:
        _log.error("an answer that makes no sense ends the turn: %s", error)
        return "abort"
    if outcome.outcome != "selected":
        return "abort"
    return _DECISIONS.get(outcome.option_id or "", "abort")


def _options(is_patch: bool) -> tuple[PermissionOption, ...]:
    what = "these changes" if is_patch else "this command"
    return (
        PermissionOption(option_id="approved", name="Yes", kind="allow_once"),
        PermissionOption(
            option_id="approved-for-session", name=f"Yes, and do not ask again for {what}", kind="allow_always"
        ),
        PermissionOption(option_id="denied", name="No, go on without it", kind="reject_once"),
    )
