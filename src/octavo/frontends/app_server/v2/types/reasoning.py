"""What the agent thinks."""

from __future__ import annotations

from typing import Self

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.items import Item


class ReasoningItem(Item, frozen=True, kw_only=True, tag="reasoning"):
    """What the agent thought: a summary, and the raw words where there are any."""

    summary: tuple[str, ...] = ()
    content: tuple[str, ...] = ()

    def begun(self) -> Self:
        """No words yet."""
        return msgspec.structs.replace(self, summary=(), content=())


class SummaryDelta(Camel, frozen=True):
    """The next piece of a section of a reasoning summary."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str
    summary_index: int


class SummaryPart(Camel, frozen=True):
    """A section of a reasoning summary begins."""

    thread_id: str
    turn_id: str
    item_id: str
    summary_index: int


class ReasoningDelta(Camel, frozen=True):
    """The next piece of raw reasoning."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str
    content_index: int
