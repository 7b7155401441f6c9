"""The older flat events that stand beside item events, and questions as their clients know them (`docs/protocol.md`).

Pure functions. Whoever emits an item event emits what `legacy_events` gives right after
it, under the same id.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from octavo.protocol import events
from octavo.protocol.turn_items import ImageInput, TextInput, TurnItem


def legacy_events(msg: events.EventMsg, *, show_raw_reasoning: bool) -> Sequence[events.EventMsg]:
    """The flat companions of an event, in order; none for most."""
    match msg:
        case events.AgentMessageContentDelta():
            return (events.AgentMessageDelta(msg.delta),)
        case events.ReasoningContentDelta():
            return (events.AgentReasoningDelta(msg.delta),)
        case events.ReasoningRawContentDelta():
            return (events.AgentReasoningRawContentDelta(msg.delta),)
        case events.ItemCompleted():
            return _of_item(msg.item, show_raw_reasoning)
        case _:
            return ()


def flat_event(event: events.Event) -> events.Event:
    """The event as clients of the flat protocol know it.

    They answer by the turn alone, so a question that a sub-conversation asks bears the turn's id
    for its call as well.
    """
    msg = event.msg
    if event.origin is None or not isinstance(msg, events.ExecApprovalRequest | events.ApplyPatchApprovalRequest):
        return event
    return events.Event(event.id, msgspec.structs.replace(msg, call_id=event.id))


def _of_item(item: TurnItem, show_raw_reasoning: bool) -> Sequence[events.EventMsg]:
    if item.user_message:
        content = item.user_message.content
        text = "".join(part.text for part in content if isinstance(part, TextInput))
        images = tuple(part.image_url for part in content if isinstance(part, ImageInput))
        return (events.UserMessage(text, images),)
    if item.agent_message:
        return [events.AgentMessage(part.text.text) for part in item.agent_message.content]
    if item.reasoning:
        summary: list[events.EventMsg] = [events.AgentReasoning(text) for text in item.reasoning.summary_text]
        raw = item.reasoning.raw_content if show_raw_reasoning else ()
        return summary + [events.AgentReasoningRawContent(text) for text in raw]
    if item.web_search:
        return (events.WebSearchEnd(item.web_search.id, item.web_search.query),)
    return ()
