"""Passing events of conversations on to the client (`docs/app-server.md`, "Listeners").

Every listener is a task that takes the next event of its conversation when the
client can take it. A conversation without one keeps its events.
"""

from __future__ import annotations

import asyncio

import msgspec

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


class _Listener(msgspec.Struct, frozen=True):
    loaded: Loaded
    wants_raw: bool


class Listeners:
    """The tasks that pass events on, by subscription id."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def add(self, loaded: Loaded, wants_raw: bool) -> str:
        """Start one; its subscription id."""
        subscription_id = random_uuid()
        task = asyncio.create_task(_pass_on(self._server, _Listener(loaded, wants_raw)))
        task.add_done_callback(log_failure)
        self._tasks[subscription_id] = task
        return subscription_id

    def remove(self, subscription_id: str) -> None:
        """Stop one; `RequestError` for an id that is unknown or was removed."""
        task = self._tasks.pop(subscription_id, None)
        if task is None:
            raise refused(f"subscription not found: {subscription_id}")
        task.cancel()

    def close(self) -> None:
        """Stop them all."""
        for task in self._tasks.values():
            task.cancel()


async def _pass_on(server: Server, listener: _Listener) -> None:
    conversation = listener.loaded.conversation
    while True:
        await server.client.channel.room_for_events()
        event = await conversation.next_event()
        _tell(server, listener, event)
        if isinstance(event.msg, events.ShutdownComplete):
            return


def _tell(server: Server, listener: _Listener, event: events.Event) -> None:
    loaded, client = listener.loaded, server.client
    if isinstance(event.msg, events.RawResponseItem) and not listener.wants_raw:
        return
    for message in messages_of(loaded.id, event):
        if isinstance(message, Notice):
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
