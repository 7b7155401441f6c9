"""Who hears a conversation."""

from __future__ import annotations

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v1.conversations import conversation_of
from octavo.frontends.app_server.v1.types.params import (
    AddConversationListenerParams,
    RemoveConversationListenerParams,
)
from octavo.frontends.app_server.v1.types.results import AddConversationSubscriptionResponse
from octavo.frontends.ids import usual_uuid
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId


async def add_listener(
    server: Server, _: RequestId, params: AddConversationListenerParams
) -> AddConversationSubscriptionResponse:
    """`addConversationListener`: from now on the client hears the conversation, what waited included."""
    loaded = conversation_of(server, params.conversation_id)
    return AddConversationSubscriptionResponse(server.listeners.add(loaded, params.experimental_raw_events))


async def remove_listener(server: Server, _: RequestId, params: RemoveConversationListenerParams) -> Empty:
    """`removeConversationListener`: the conversation goes on unheard."""
    subscription_id = usual_uuid(params.subscription_id)
    if not server.listeners.remove(subscription_id):
        raise refused(f"subscription not found: {subscription_id}")
    return Empty()
