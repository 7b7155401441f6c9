"""What a running turn tells, one value at a time (`docs/library.md`, "Events")."""

from __future__ import annotations

from typing import Any, Generic, Literal

import msgspec

from octavo.api.result import RunResult, T
from octavo.protocol.usage import TokenUsage


class TurnStarted(msgspec.Struct, frozen=True):
    """The first event. `thread_id` names the saved session."""

    thread_id: str
    turn_id: str


class ItemStarted(msgspec.Struct, frozen=True):
    """Something begins: a message, a command, a patch, a call (`octavo.items`)."""

    item: Any


class ItemUpdated(msgspec.Struct, frozen=True):
    """The plan changed."""

    item: Any


class ItemCompleted(msgspec.Struct, frozen=True):
    """Something is whole. What comes whole has no beginning of its own."""

    item: Any


class MessageDelta(msgspec.Struct, frozen=True):
    """The next piece of a message of the agent."""

    item_id: str
    delta: str


class ReasoningDelta(msgspec.Struct, frozen=True):
    """The next piece of a summary of what the agent thinks."""

    item_id: str
    delta: str


class OutputDelta(msgspec.Struct, frozen=True):
    """The next bytes that a command printed; they may split a character."""

    item_id: str
    stream: Literal["stdout", "stderr"]
    chunk: bytes


class DiffUpdated(msgspec.Struct, frozen=True):
    """The diff of everything that patches changed in this turn so far; each replaces the one before."""

    diff: str


class UsageUpdated(msgspec.Struct, frozen=True):
    """The tokens of this turn so far, and those of the agents that it asked."""

    usage: TokenUsage
    agents_usage: TokenUsage


class Notice(msgspec.Struct, frozen=True):
    """Something to know: a warning, an error that does not end the turn, a remark, a call that is tried again."""

    kind: Literal["warning", "error", "info", "retry"]
    message: str


class TurnCompleted(msgspec.Struct, Generic[T], frozen=True):
    """The last event."""

    result: RunResult[T]


StreamEvent = (
    TurnStarted
    | ItemStarted
    | ItemUpdated
    | ItemCompleted
    | MessageDelta
    | ReasoningDelta
    | OutputDelta
    | DiffUpdated
    | UsageUpdated
    | Notice
    | TurnCompleted[T]
)
"""Any of them."""
