"""`newConversation`."""

from __future__ import annotations

from octavo.engine.conversation import Conversation
from octavo.errors import OctavoError
from octavo.frontends.app_server.derived_config import derived_config
from octavo.frontends.app_server.errors import failed
from octavo.frontends.app_server.protocol.params import NewConversationParams
from octavo.frontends.app_server.protocol.results import NewConversationResponse
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.messages import RequestId


async def new_conversation(server: Server, _: RequestId, params: NewConversationParams) -> NewConversationResponse:
    """Start one; its file exists when this is answered."""
    config = derived_config(server, params)
    try:
        conversation = await server.runtime.open(config)
    except OctavoError as error:
        raise failed(f"error creating conversation: {error}") from None
    await take_in(server, conversation)
    return NewConversationResponse(
        conversation.id,
        conversation.configured.model,
        config.model_reasoning_effort,
        conversation.configured.rollout_path,
    )


async def take_in(server: Server, conversation: Conversation) -> None:
    """Keep a conversation that has started; its first event is for us, not for listeners."""
    await conversation.next_event()
    server.conversations.add(conversation)
