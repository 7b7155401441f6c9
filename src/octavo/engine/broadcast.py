"""One conversation, any number of listeners (`docs/protocol.md`, "Listening").

Every subscription hears every event from its beginning on, in order; none takes
anything from another. What is told while nobody listens waits for the first who does,
and what the last listener leaves behind waits for the next.

Two rules for a listener that does not keep up. One that *waits for* the conversation
is waited for: the model's answer is read no faster than it takes its events. One that
does not is never waited for, and loses what is oldest (`engine.backlog`); it can see
how much it missed. Telling itself never waits, so what is told between two looks at
the answer comes on top.
"""

from __future__ import annotations

import asyncio
from collections import deque

from octavo.engine.backlog import MOST_BYTES, Backlog
from octavo.errors import OctavoError
from octavo.protocol.events import Event

MOST_WAITING = 256
"""Events that may wait for a listener before the conversation waits for it."""
ENOUGH_ROOM = MOST_WAITING // 2
"""How few wait when it goes on."""


class ConversationEnded(OctavoError):
    """There are no more events."""


class Subscription:
    """One listener's events, to be taken by one task at a time: `async for`, or `next`."""

    def __init__(self, broadcast: Broadcast, waiting: deque[Event], backlog: Backlog | None) -> None:
        self._broadcast, self._waiting, self._backlog = broadcast, waiting, backlog
        self._wake: asyncio.Future[None] | None = None
        self._is_over = False

    @property
    def missed(self) -> int:
        """How many events this listener was too slow for. Ends of turns and questions are never among them."""
        return self._backlog.missed if self._backlog is not None else 0

    async def next(self) -> Event:
        """The next event; waits for it. Raises `ConversationEnded` after the last."""
        if not self._waiting and not await self._something():
            raise ConversationEnded("the conversation has ended")
        return self._take()

    def close(self) -> None:
        """Stop listening; harmless a second time."""
        self._broadcast.remove(self)
        self._end()

    def _add(self, event: Event) -> None:
        if self._backlog is not None:
            self._backlog.add(event)
        else:
            self._waiting.append(event)
            if len(self._waiting) > MOST_WAITING:
                self._broadcast.fell_behind(self)
        if self._wake is not None:
            self._rouse()

    def _end(self) -> None:
        self._is_over = True
        self._rouse()

    def _rouse(self) -> None:
        wake, self._wake = self._wake, None
        if wake is not None and not wake.done():
            wake.set_result(None)

    def _take(self) -> Event:
        waiting = self._waiting
        event = waiting.popleft()
        if len(waiting) == ENOUGH_ROOM:
            self._broadcast.caught_up(self)
        return event

    async def _something(self) -> bool:
        """Wait until there is an event; False if there will be none."""
        while not self._waiting:
            if self._is_over:
                return False
            if self._wake is not None:
                raise RuntimeError("two tasks wait for the events of one subscription")
            self._wake = asyncio.get_running_loop().create_future()
            try:
                await self._wake
            finally:
                self._wake = None
        return True

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Event:
        if not self._waiting and not await self._something():
            raise StopAsyncIteration
        return self._take()

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Broadcast:
    """Where a conversation tells its events; belongs to one event loop."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._subscriptions: list[Subscription] = []
        self._unheard = Backlog(most_bytes)
        self._slow: set[Subscription] = set()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_over = False

    def tell(self, event: Event) -> None:
        """Let every listener hear it, or keep it for the first."""
        if not self._subscriptions:
            self._unheard.add(event)
        for subscription in self._subscriptions:
            subscription._add(event)

    def subscribe(self, *, wait: bool = True) -> Subscription:
        """A new listener, for whom the conversation is to wait or not. The first one gets what nobody heard."""
        backlog = None if wait else Backlog(self._most_bytes)
        subscription = Subscription(self, backlog.events if backlog is not None else deque(), backlog)
        if not self._subscriptions:
            unheard, self._unheard = self._unheard, Backlog(self._most_bytes)
            for event in unheard.events:
                subscription._add(event)
        if self._is_over:
            subscription._end()
        self._subscriptions.append(subscription)
        return subscription

    def remove(self, subscription: Subscription) -> None:
        """Forget a listener. What the last one did not take is kept for the next."""
        if subscription not in self._subscriptions:
            return
        self._subscriptions.remove(subscription)
        self.caught_up(subscription)
        rest = list(subscription._waiting)
        subscription._waiting.clear()
        if not self._subscriptions:
            for event in rest:
                self._unheard.add(event)

    def end(self) -> None:
        """Nothing more will be told."""
        self._is_over = True
        for subscription in self._subscriptions:
            subscription._end()

    # --- waiting for slow listeners ------------------------------------------------------

    @property
    def is_ahead(self) -> bool:
        """Whether a listener is to be waited for."""
        return bool(self._slow)

    async def room(self) -> None:
        """Wait for the listeners that are to be waited for."""
        await self._has_room.wait()

    def fell_behind(self, subscription: Subscription) -> None:
        """For subscriptions alone: more waits for it than should."""
        self._slow.add(subscription)
        self._has_room.clear()

    def caught_up(self, subscription: Subscription) -> None:
        """For subscriptions alone: it has taken enough, or is gone."""
        self._slow.discard(subscription)
        if not self._slow:
            self._has_room.set()
