"""Questions to the user: how a client is asked, and what its answer means (`docs/mcp-server.md`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from octavo.commands.quoting import quote_command
from octavo.frontends.jsonrpc.messages import NOT_JSON, RequestId
from octavo.protocol import events
from octavo.protocol.policy import ReviewDecision

log = logging.getLogger(__name__)

Json = dict[str, Any]

_DECISIONS: Mapping[str, ReviewDecision] = {
    "approved": "approved",
    "approved_for_session": "approved_for_session",
    "denied": "denied",
    "abort": "abort",
}
_NO_FORM = {"type": "object", "properties": {}}


def question_form(request_id: RequestId, event: events.Event) -> Json:
    """What the client is to show for a question."""
    match event.msg:
        case events.ExecApprovalRequest() as request:
            return _about_command(request_id, event.id, request)
        case events.ApplyPatchApprovalRequest() as request:
            return _about_patch(request_id, event.id, request)
        case msg:
            raise TypeError(f"no question: {type(msg).__name__}")


def _about_command(request_id: RequestId, event_id: str, request: events.ExecApprovalRequest) -> Json:
    risk = {"codex_risk": request.risk} if request.risk is not msgspec.UNSET else {}
    return {
        "message": f"Allow Codex to run `{quote_command(request.command)}` in `{request.cwd}`?",
        "requestedSchema": _NO_FORM,
        "codex_elicitation": "exec-approval",
        "codex_mcp_tool_call_id": str(request_id),
        "codex_event_id": event_id,
        "codex_call_id": request.call_id,
        "codex_command": request.command,
        "codex_cwd": request.cwd,
        "codex_parsed_cmd": request.parsed_cmd,
        **risk,
    }


def _about_patch(request_id: RequestId, event_id: str, request: events.ApplyPatchApprovalRequest) -> Json:
    question = "Allow Codex to apply proposed code changes?"
    reason = {"codex_reason": request.reason} if request.reason is not msgspec.UNSET else {}
    root = {"codex_grant_root": request.grant_root} if request.grant_root is not msgspec.UNSET else {}
    return {
        "message": f"{request.reason}\n{question}" if reason else question,
        "requestedSchema": _NO_FORM,
        "codex_elicitation": "patch-approval",
        "codex_mcp_tool_call_id": str(request_id),
        "codex_event_id": event_id,
        "codex_call_id": request.call_id,
        "codex_changes": request.changes,
        **reason,
        **root,
    }


def decision_in(result: msgspec.Raw) -> ReviewDecision:
    """The decision in an answer: our own word for it, else that of the protocol, else no.

    In the protocol's words only a filled-in form says yes, even though ours has no fields: a client that
    sends less has not shown it to anybody.
    """
    try:
        said = msgspec.json.decode(result)
    except NOT_JSON as error:
        log.error("an answer that makes no sense counts as a refusal: %s", error)
        return "denied"
    match said:
        case {"decision": word}:
            return _DECISIONS.get(word, "denied") if isinstance(word, str) else "denied"
        case {"action": "accept", "content": {}}:
            return "approved"
        case {"action": "cancel"}:
            return "abort"
        case _:
            return "denied"
