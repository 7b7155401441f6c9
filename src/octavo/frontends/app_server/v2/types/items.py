"""Items of a thread as clients see them: one object for each thing that happens in a turn.

Here are messages, which every turn has. The other items stand with their subjects, and
`every_item` names them all.
"""

from __future__ import annotations

from typing import Literal, Self

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.values import InputPart, Variant

CallStatus = Literal["inProgress", "completed", "failed", "declined"]


class Item(Variant, frozen=True, kw_only=True):
    """Any item."""

    id: str

    def begun(self) -> Self:
        """Its beginning, where it came whole."""
        return self

    def ended(self, *, declined: bool) -> Self:
        """Its end, where nothing more was heard of it; `declined` if somebody refused it."""
        return self


class UserMessageItem(Item, frozen=True, kw_only=True, tag="userMessage"):
    """What the user said."""

    content: tuple[InputPart, ...]
    client_id: str | None = None


class AgentMessageItem(Item, frozen=True, kw_only=True, tag="agentMessage"):
    """What the agent said; empty at its beginning."""

    text: str
    phase: Literal["commentary", "partial_answer", "final_answer"] | None = None
    memory_citation: None = None
    delivery: None = None
    questions: None = None

    def begun(self) -> Self:
        """No words yet."""
        return msgspec.structs.replace(self, text="")


class ItemStarted(Camel, frozen=True):
    """An item begins."""

    thread_id: str
    turn_id: str
    item: Item
    started_at_ms: int


class ItemCompleted(Camel, frozen=True):
    """An item is whole."""

    thread_id: str
    turn_id: str
    item: Item
    completed_at_ms: int


class ItemDelta(Camel, frozen=True):
    """The next piece of a text or an output."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str
