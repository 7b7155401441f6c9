"""Which events and items a saved session keeps (`docs/rollouts.md`).

Kept is what a later reader needs to show the conversation and to go on with it;
progress, questions and deltas are not.
"""

from __future__ import annotations

from octavo.protocol import events
from octavo.protocol.items import ResponseItem, wire_form
from octavo.protocol.json_text import encode_json

_SAVED_EVENTS = (
    events.UserMessage,
    events.AgentMessage,
    events.AgentReasoning,
    events.AgentReasoningRawContent,
    events.TokenCount,
    events.EnteredReviewMode,
    events.ExitedReviewMode,
    events.UndoCompleted,
    events.TurnAborted,
)

SAVED_EVENT_TYPES = frozenset(str(event.__struct_config__.tag) for event in _SAVED_EVENTS)
"""The `type` of every event that is saved."""


def is_saved(msg: events.EventMsg) -> bool:
    """Whether the event becomes a line."""
    return isinstance(msg, _SAVED_EVENTS)


def encode_item(item: ResponseItem) -> bytes:
    """The item as it is saved: every known kind is, without its server id."""
    return encode_json(wire_form(item))
