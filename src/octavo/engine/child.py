"""A conversation that another one starts, as its parent sees it.

The parent is handed a way to open one (`Session.open_child`), so that what a turn may do
does not have to know how conversations are put together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from octavo.config.config import Config
from octavo.engine.broadcast import Subscription
from octavo.engine.services import Services
from octavo.protocol.ids import ConversationId
from octavo.protocol.ops import Op


class Child(Protocol):
    """What a parent may do with it; see `engine.conversation.Conversation`."""

    id: ConversationId

    async def submit(self, op: Op, submission_id: str | None = None) -> str:
        """Hand in an operation; the id that its events will carry."""

    def subscribe(self, *, wait: bool = True) -> Subscription:
        """Listen."""

    async def close(self) -> None:
        """End it, with everything that it runs."""


OpenChild = Callable[[Config, Services], Awaitable[Child]]
"""Starts a conversation with nothing in it. Raises `OctavoError`."""
