"""From events of a conversation to what clients of the first generation hear (`docs/app-server.md`, "Events").

A pure mapping, and the only place that knows this dialect's shape of events.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from octavo.frontends.app_server.dialect import Inquiry, Notice
from octavo.frontends.app_server.v1.types.from_server import (
    ApplyPatchApprovalParams,
    EventParams,
    ExecCommandApprovalParams,
    ExecCommandApprovalResponse,
)
from octavo.frontends.app_server.v1.types.results import InterruptConversationResponse
from octavo.frontends.jsonrpc.messages import NOT_JSON
from octavo.frontends.jsonrpc.questions import Request
from octavo.protocol import events
from octavo.protocol.ids import ConversationId
from octavo.protocol.legacy import flat_event
from octavo.protocol.policy import ReviewDecision

_log = logging.getLogger(__name__)


def messages_of(conversation_id: ConversationId, event: events.Event) -> Iterator[Notice | Inquiry]:
    """The event itself, then what follows it at once: a question, or the limits of the account.

    Nothing for the announcement of a conversation: an answer told the client already. Asides are for others.
    """
    asked = event.msg
    if isinstance(asked, events.SessionConfigured | events.Aside):
        return
    shown = flat_event(event)
    msg = shown.msg
    yield Notice(f"codex/event/{type(msg).__struct_config__.tag}", EventParams(shown.id, msg, conversation_id))
    match asked:
        case events.ExecApprovalRequest() | events.ApplyPatchApprovalRequest():
            yield _inquiry(conversation_id, asked, msg)
        case events.TokenCount() if asked.rate_limits is not None:
            yield Notice("account/rateLimits/updated", asked.rate_limits)


def _inquiry(conversation_id: ConversationId, asked: Request, shown: events.EventMsg) -> Inquiry:
    match shown:
        case events.ExecApprovalRequest():
            return Inquiry("execCommandApproval", _about_command(conversation_id, shown), asked, decision_in)
        case events.ApplyPatchApprovalRequest():
            return Inquiry("applyPatchApproval", _about_patch(conversation_id, shown), asked, decision_in)
        case _:
            raise TypeError(f"no question: {type(shown).__name__}")


def _about_command(conversation_id: ConversationId, msg: events.ExecApprovalRequest) -> ExecCommandApprovalParams:
    return ExecCommandApprovalParams(
        conversation_id,
        msg.call_id,
        msg.command,
        msg.cwd,
        None if msg.reason is UNSET else msg.reason,
        None if msg.risk is UNSET else msg.risk,
        msg.parsed_cmd,
    )


def _about_patch(conversation_id: ConversationId, msg: events.ApplyPatchApprovalRequest) -> ApplyPatchApprovalParams:
    return ApplyPatchApprovalParams(
        conversation_id,
        msg.call_id,
        msg.changes,
        None if msg.reason is UNSET else msg.reason,
        None if msg.grant_root is UNSET else msg.grant_root,
    )


def decision_in(answer: msgspec.Raw) -> ReviewDecision:
    """The decision in the answer to a question; what makes no sense counts as no."""
    try:
        return msgspec.json.decode(answer, type=ExecCommandApprovalResponse).decision
    except NOT_JSON as error:
        _log.error("an answer that makes no sense counts as a refusal: %s", error)
        return "denied"


def interrupted(end: events.TurnAborted) -> InterruptConversationResponse:
    """The answer to `interruptConversation`."""
    return InterruptConversationResponse(end.reason)
