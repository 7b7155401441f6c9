"""`newConversation`."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.app_server.loaded import Loaded
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.derived_config import derived_config
from octavo.frontends.app_server.v1.methods import V1
from octavo.frontends.app_server.v1.types.params import NewConversationParams
from octavo.frontends.app_server.v1.types.results import NewConversationResponse
from octavo.frontends.ids import usual_uuid
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId


async def new_conversation(server: Server, _: RequestId, params: NewConversationParams) -> NewConversationResponse:
    """Start one; its file exists when this is answered."""
    config = derived_config(server, params)
    try:
        conversation = await server.runtime.open(config)
    except OctavoError as error:
        raise failed(f"error creating conversation: {error}") from None
    server.conversations.add(conversation, V1)
    return NewConversationResponse(
        conversation.id,
        conversation.configured.model,
        config.model_reasoning_effort,
        conversation.configured.rollout_path,
    )


def conversation_of(server: Server, conversation_id: str) -> Loaded:
    """The conversation that a request means. Raises `RequestError`."""
    loaded = server.conversations.find(conversation_id)
    if loaded is None:
        raise refused(f"conversation not found: {usual_uuid(conversation_id)}")
    return loaded
