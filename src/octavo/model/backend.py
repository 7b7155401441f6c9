"""The one seam between the agent and whatever answers: `ModelBackend` (`docs/models.md`).

A backend resolves a single attempt of a model call. Payloads, retries, waits,
error texts and bookkeeping stand outside it and are the same for every backend.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal, Protocol

import msgspec

from octavo.config.providers import ModelProvider
from octavo.model.events import ModelEvent
from octavo.model.observer import ModelObserver
from octavo.protocol.ids import ConversationId

Wire = Literal["responses", "chat"]


class ReasoningParam(msgspec.Struct, frozen=True):
    """How much to think and what to tell of it; an unset effort is left to the model."""

    effort: str | msgspec.UnsetType = msgspec.UNSET
    summary: str | msgspec.UnsetType = msgspec.UNSET


class ResponsesPayload(msgspec.Struct, frozen=True):
    """The body of a Responses request, keys in the order on the wire. Items and tools stand encoded."""

    model: str
    instructions: str
    input: list[msgspec.Raw]
    tools: list[msgspec.Raw]
    tool_choice: str
    parallel_tool_calls: bool
    reasoning: ReasoningParam | None
    store: bool
    stream: bool
    include: list[str]
    prompt_cache_key: str
    text: Any = msgspec.UNSET
    service_tier: str | msgspec.UnsetType = msgspec.UNSET


class ChatPayload(msgspec.Struct, frozen=True):
    """The body of a Chat Completions request, keys in the order on the wire."""

    model: str
    messages: list[dict[str, Any]]
    stream: bool
    tools: list[dict[str, Any]]


class ModelRequest(msgspec.Struct, frozen=True):
    """One attempt: its number within the call (from 0), the finished payload, and who asks.

    `deltas` is false when nobody reads delta events; a backend may leave them out then.
    `observer` is told how the attempt goes.
    """

    attempt: int
    wire: Wire
    payload: ResponsesPayload | ChatPayload
    provider: ModelProvider
    conversation_id: ConversationId
    subagent: str | None = None
    deltas: bool = True
    observer: ModelObserver | None = None


class ModelBackend(Protocol):
    """Resolves attempts. `attempt` is called once per attempt and cancelled by closing its iterator."""

    def attempt(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The events of the answer, as they come; `Completed` is the last of a whole answer.

        Raises `RetryableHttp`, `RetryableTransport` or `FatalModelError`, and nothing else.
        """
        ...
