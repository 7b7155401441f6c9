"""`newConversation`."""

from __future__ import annotations

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
    server.conversations.add(conversation)
    return NewConversationResponse(
        conversation.id,
        conversation.configured.model,
        config.model_reasoning_effort,
        conversation.configured.rollout_path,
    )
