"""The conversations in memory, by id, until they are archived or the program ends."""

from __future__ import annotations

import asyncio
import contextlib

from octavo.engine.conversation import Conversation
from octavo.frontends.app_server.dialect import Dialect, Voice
from octavo.frontends.ids import usual_uuid
from octavo.frontends.jsonrpc.messages import RequestId

_SHUTDOWN_SECONDS = 10.0


class Loaded:
    """A conversation, the dialect that it is told in, and the requests that wait for its turn to be aborted."""

    def __init__(self, conversation: Conversation, dialect: Dialect) -> None:
        self.id = conversation.id
        self.conversation = conversation
        self.interrupts: list[RequestId] = []
        self.speak_as(dialect)

    def speak_as(self, dialect: Dialect, voice: Voice | None = None) -> None:
        """From now on, tell it in this dialect."""
        self.dialect = dialect
        self.voice = voice or dialect.voice(self)


class LoadedConversations:
    """Which conversation requests mean. A second one of the same id takes the place of the first, which lives on."""

    def __init__(self) -> None:
        self._by_id: dict[str, Loaded] = {}
        self._alive: set[Loaded] = set()

    def add(self, conversation: Conversation, dialect: Dialect) -> Loaded:
        """From now on, its id means this one."""
        loaded = Loaded(conversation, dialect)
        self._by_id[loaded.id] = loaded
        self._alive.add(loaded)
        return loaded

    def find(self, conversation_id: str) -> Loaded | None:
        """The conversation of this id, in any spelling."""
        return self._by_id.get(usual_uuid(conversation_id))

    @property
    def ids(self) -> list[str]:
        """Those that requests can mean, the oldest first."""
        return list(self._by_id)

    def forget(self, loaded: Loaded) -> None:
        """No request means it any more."""
        if self._by_id.get(loaded.id) is loaded:
            del self._by_id[loaded.id]

    async def shut_down(self, loaded: Loaded) -> None:
        """Let it end in good order, if it does within ten seconds; `close` is still to come."""
        from octavo.protocol.ops import Shutdown

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SHUTDOWN_SECONDS):
                await loaded.conversation.submit(Shutdown())
                await loaded.conversation.ended()

    async def close(self, loaded: Loaded) -> None:
        """End one for good, with everything that it runs."""
        await loaded.conversation.close()
        self._alive.discard(loaded)

    async def close_all(self) -> None:
        """End them all, the older ones of an id included."""
        await asyncio.gather(*(self.close(loaded) for loaded in list(self._alive)))
