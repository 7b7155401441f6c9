"""Passing events of conversations on to the client (`docs/app-server.md`, "Listeners").

The client hears an event once for every listener that it has added to the
conversation, where its dialect says so; what follows from an event (a question, an
answer to an interruption) happens once. A conversation is heard no faster than the client reads, and one without
a listener keeps its events, as many as `engine.backlog` allows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from octavo.engine.broadcast import Subscription
from octavo.frontends.app_server.dialect import Inquiry, Notice
from octavo.frontends.app_server.loaded import Loaded
from octavo.frontends.ids import random_uuid
from octavo.frontends.jsonrpc.answers import log_failure
from octavo.frontends.jsonrpc.peer import Peer
from octavo.protocol import events

if TYPE_CHECKING:
    from octavo.frontends.jsonrpc.questions import Question, Questions


class _Audience:
    """The listeners of one conversation by subscription id, and whether each wants raw items."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.heard: Subscription = loaded.conversation.subscribe()
        self.wants_raw: dict[str, bool] = {}


class Listeners:
    """Who hears which conversation; one task passes on what each of them tells."""

    def __init__(self, peer: Peer, questions: Callable[[], Questions]) -> None:
        """`questions` gives the place of what is asked, which most conversations do without."""
        self._peer, self._make_questions = peer, questions
        self._questions: Questions | None = None
        self._audiences: dict[Loaded, _Audience] = {}
        self._heard_out: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, loaded: Loaded, wants_raw: bool) -> str:
        """A new listener, to raw items or not; its subscription id."""
        audience = self._audiences.get(loaded)
        if audience is None:
            audience = self._audiences[loaded] = _Audience(loaded)
            task = asyncio.create_task(self._pass_on(audience))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(log_failure)
        subscription_id = random_uuid()
        audience.wants_raw[subscription_id] = wants_raw
        return subscription_id

    def remove(self, subscription_id: str) -> bool:
        """Stop one; whether there was one of this id."""
        if subscription_id in self._heard_out:
            self._heard_out.remove(subscription_id)
            return True
        found = next((one for one in self._audiences.values() if subscription_id in one.wants_raw), None)
        if found is None:
            return False
        del found.wants_raw[subscription_id]
        if not found.wants_raw:
            del self._audiences[found.loaded]
            found.heard.close()
        return True

    def close(self) -> None:
        """Stop them all."""
        for task in self._tasks:
            task.cancel()

    async def _pass_on(self, audience: _Audience) -> None:
        async for event in audience.heard:
            self._tell(audience, event)
            await self._peer.channel.room_for_events()
        # The conversation has ended, or nobody listens any more. Nothing is to hold on to it, but ids stay known.
        if self._audiences.get(audience.loaded) is audience:
            del self._audiences[audience.loaded]
            self._heard_out.update(audience.wants_raw)

    def _tell(self, audience: _Audience, event: events.Event) -> None:
        loaded = audience.loaded
        times = self._times(audience, event)
        if times == 0:
            return
        if self._questions is not None and isinstance(event.msg, events.TaskComplete | events.TurnAborted):
            self._questions.drop(loaded.conversation, event.id)
        for message in loaded.voice(event):
            if isinstance(message, Notice):
                for _ in range(times):
                    self._peer.notify(message.method, message.params)
            else:
                if self._questions is None:
                    self._questions = self._make_questions()
                number = self._peer.ask(message.method, message.params)
                self._questions.add(number, _question(loaded, event, message))
        if isinstance(event.msg, events.TurnAborted):
            for request_id in loaded.interrupts:
                self._peer.reply(request_id, loaded.dialect.interrupted(event.msg))
            loaded.interrupts.clear()

    def _times(self, audience: _Audience, event: events.Event) -> int:
        wants_raw = audience.wants_raw.values()
        if audience.loaded.dialect.hears_once:
            return min(len(wants_raw), 1)
        return sum(wants_raw) if isinstance(event.msg, events.RawResponseItem) else len(wants_raw)


def _question(loaded: Loaded, event: events.Event, inquiry: Inquiry) -> Question:
    from octavo.frontends.jsonrpc.questions import Question

    return Question(
        loaded.conversation,
        event.id,
        inquiry.request,
        inquiry.decision_in,
        inquiry.on_close,
        inquiry.error_refuses,
        inquiry.remember_in,
    )
