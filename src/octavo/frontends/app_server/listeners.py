"""Passing events of conversations on to the client (`docs/app-server.md`, "Listeners").

The client hears an event once for every listener that it has added to the
conversation; what follows from an event (a question, an answer to an interruption)
happens once. A conversation is heard no faster than the client reads, and one without
a listener keeps its events, as many as `engine.backlog` allows.
"""

from __future__ import annotations

import asyncio

from octavo.engine.broadcast import Subscription
from octavo.frontends.app_server.errors import refused
from octavo.frontends.app_server.loaded import Loaded
from octavo.frontends.app_server.protocol.params import (
    AddConversationListenerParams,
    RemoveConversationListenerParams,
)
from octavo.frontends.app_server.protocol.results import (
    AddConversationSubscriptionResponse,
    InterruptConversationResponse,
)
from octavo.frontends.app_server.protocol.values import Empty, usual_uuid
from octavo.frontends.app_server.questions import Question
from octavo.frontends.app_server.random_ids import random_uuid
from octavo.frontends.app_server.server import Server, log_failure
from octavo.frontends.app_server.v1_events import Notice, messages_of
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol import events


async def add_listener(
    server: Server, _: RequestId, params: AddConversationListenerParams
) -> AddConversationSubscriptionResponse:
    """`addConversationListener`: from now on the client hears the conversation, what waited included."""
    loaded = server.conversations.get(params.conversation_id)
    return AddConversationSubscriptionResponse(server.listeners.add(loaded, params.experimental_raw_events))


async def remove_listener(server: Server, _: RequestId, params: RemoveConversationListenerParams) -> Empty:
    """`removeConversationListener`: the conversation goes on unheard."""
    server.listeners.remove(usual_uuid(params.subscription_id))
    return Empty()


class _Audience:
    """The listeners of one conversation by subscription id, and whether each wants raw items."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.wants_raw: dict[str, bool] = {}
        self.heard: Subscription = loaded.conversation.subscribe()
        self.task: asyncio.Task[None] | None = None


class Listeners:
    """Who hears which conversation; one task for each that is heard."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._audiences: dict[Loaded, _Audience] = {}

    def add(self, loaded: Loaded, wants_raw: bool) -> str:
        """A new listener; its subscription id."""
        audience = self._audiences.get(loaded)
        if audience is None:
            audience = self._audiences[loaded] = _Audience(loaded)
            audience.task = asyncio.create_task(_pass_on(self._server, audience))
            audience.task.add_done_callback(log_failure)
        subscription_id = random_uuid()
        audience.wants_raw[subscription_id] = wants_raw
        return subscription_id

    def remove(self, subscription_id: str) -> None:
        """Stop one; `RequestError` for an id that is unknown or was removed."""
        found = next((one for one in self._audiences.values() if subscription_id in one.wants_raw), None)
        if found is None:
            raise refused(f"subscription not found: {subscription_id}")
        del found.wants_raw[subscription_id]
        if not found.wants_raw:
            del self._audiences[found.loaded]
            found.heard.close()

    def close(self) -> None:
        """Stop them all."""
        for audience in self._audiences.values():
            audience.heard.close()


async def _pass_on(server: Server, audience: _Audience) -> None:
    async for event in audience.heard:
        _tell(server, audience, event)
        await server.client.channel.room_for_events()


def _tell(server: Server, audience: _Audience, event: events.Event) -> None:
    loaded, client = audience.loaded, server.client
    for message in messages_of(loaded.id, event):
        if isinstance(message, Notice):
            for wants_raw in audience.wants_raw.values():
                if wants_raw or not isinstance(event.msg, events.RawResponseItem):
                    client.notify(message.method, message.params)
        else:
            number = client.ask(message.method, message.params)
            server.questions.add(number, Question(loaded, event.id, message.about_patch))
    if isinstance(event.msg, events.TaskComplete | events.TurnAborted):
        server.questions.drop(loaded, event.id)
    if isinstance(event.msg, events.TurnAborted):
        for request_id in loaded.interrupts:
            client.reply(request_id, InterruptConversationResponse(event.msg.reason))
        loaded.interrupts.clear()
