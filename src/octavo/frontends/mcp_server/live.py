"""A conversation that calls go on with, one after the other."""

from __future__ import annotations

import asyncio

from octavo.engine.conversation import Conversation


class LiveConversation:
    """A conversation; `turn` is held by the call whose turn it is, in the order of the calls."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.turn = asyncio.Lock()
