"""From events of a conversation to what clients of the first generation hear (`docs/app-server.md`, "Events").

A pure mapping, and the only place that knows this dialect's shape of events.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from octavo.frontends.app_server.protocol.from_server import (
    ApplyPatchApprovalParams,
    EventParams,
    ExecCommandApprovalParams,
)
from octavo.protocol import events
from octavo.protocol.ids import ConversationId
from octavo.protocol.legacy import flat_event


class Notice(msgspec.Struct, frozen=True):
    """Something to tell the client."""

    method: str
    params: object


class Inquiry(msgspec.Struct, frozen=True):
    """Something to ask the client."""

    method: str
    params: object
    about_patch: bool


def messages_of(conversation_id: ConversationId, event: events.Event) -> Iterator[Notice | Inquiry]:
    """The event itself, then what follows it at once: a question, or the limits of the account.

    Nothing for the announcement of a conversation: an answer told the client already.
    """
    event = flat_event(event)
    msg = event.msg
    if isinstance(msg, events.SessionConfigured):
        return
    kind = type(msg).__struct_config__.tag
    yield Notice(f"codex/event/{kind}", EventParams(event.id, msg, conversation_id))
    match msg:
        case events.ExecApprovalRequest():
            yield Inquiry("execCommandApproval", _about_command(conversation_id, msg), about_patch=False)
        case events.ApplyPatchApprovalRequest():
            yield Inquiry("applyPatchApproval", _about_patch(conversation_id, msg), about_patch=True)
        case events.TokenCount() if msg.rate_limits is not None:
            yield Notice("account/rateLimits/updated", msg.rate_limits)


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
