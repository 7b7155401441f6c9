"""What later releases save of messages and reasoning, as the events that others know (`docs/rollouts.md`, "Reading").

They save whole items, tagged by their type, where others save flat events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from octavo.protocol import events
from octavo.rollout.lines import BAD_JSON


class _Item(msgspec.Struct):
    type: str
    content: list[dict[str, Any]] = []
    summary_text: list[str] = []


class _ItemCompleted(msgspec.Struct):
    type: str
    item: _Item


_decode = msgspec.json.Decoder(_ItemCompleted).decode


def flat_events(payload: bytes) -> tuple[events.Msg, ...]:
    """The events that say the same as an `item_completed`; none for other kinds of items and of lines."""
    if b'"item_completed"' not in payload:
        return ()
    try:
        item = _decode(payload).item
    except BAD_JSON:
        return ()
    texts = [part["text"] for part in item.content if isinstance(part.get("text"), str)]
    match item.type:
        case "UserMessage":
            images = tuple(part["image_url"] for part in item.content if isinstance(part.get("image_url"), str))
            return (events.UserMessage("".join(texts), images),)
        case "AgentMessage":
            return tuple(events.AgentMessage(text) for text in texts)
        case "Reasoning":
            return tuple(events.AgentReasoning(text) for text in item.summary_text)
        case _:
            return ()


def each_once(told: Iterable[tuple[events.Msg, bool]]) -> Iterator[events.Msg]:
    """The events, without those that are told a second time in the other form, which the flag marks."""
    before: tuple[events.Msg | None, bool] = (None, False)
    for event, is_later_form in told:
        if event != before[0] or is_later_form == before[1]:
            yield event
        before = (event, is_later_form)
