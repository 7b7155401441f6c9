"""The stored events of a session that is resumed (`docs/terminal-cells.md`, "How the conversation is shown")."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from octavo.protocol import events

Stored = (
    events.UserMessage
    | events.AgentMessage
    | events.AgentReasoning
    | events.AgentReasoningRawContent
    | events.TokenCount
    | events.EnteredReviewMode
    | events.ExitedReviewMode
    | events.UndoCompleted
    | events.TurnAborted
)
"""What is shown again; commands, changes and plans are not stored."""


def stored_events(messages: Sequence[msgspec.Raw] | UnsetType) -> list[Stored]:
    """The events to show again, in order.

    What cannot be read is left out, and so is what a review was asked: the user did not type it.
    """
    if messages is UNSET:
        return []
    found: list[Stored] = []
    for raw in messages:
        try:
            found.append(_decoder().decode(raw))
        except msgspec.DecodeError:
            continue
    asked = {msg.prompt for msg in found if isinstance(msg, events.EnteredReviewMode)}
    kept: list[Stored] = []
    in_review = False
    for msg in found:
        match msg:
            case events.EnteredReviewMode():
                in_review = True
            case events.ExitedReviewMode() | events.TurnAborted():
                in_review = False
            case events.UserMessage() if in_review or msg.message in asked:
                continue
            case _:
                pass
        kept.append(msg)
    return kept


@functools.cache
def _decoder() -> msgspec.json.Decoder[Stored]:
    return msgspec.json.Decoder(Stored)
