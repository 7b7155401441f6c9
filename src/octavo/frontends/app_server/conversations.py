"""`newConversation`, and what every conversation of this server stands on."""

from __future__ import annotations

from octavo.config.config import Config
from octavo.engine import start
from octavo.engine.conversation import Conversation
from octavo.engine.services import Services
from octavo.errors import OctavoError
from octavo.frontends.app_server.derived_config import derived_config
from octavo.frontends.app_server.errors import failed
from octavo.frontends.app_server.protocol.params import NewConversationParams
from octavo.frontends.app_server.protocol.results import NewConversationResponse
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.model.backend import ModelBackend
from octavo.model.choose import backend_for


async def new_conversation(server: Server, _: RequestId, params: NewConversationParams) -> NewConversationResponse:
    """Start one; its file exists when this is answered."""
    config = derived_config(server, params)
    try:
        conversation = await start.new_conversation(config, services(server, config))
    except OctavoError as error:
        raise failed(f"error creating conversation: {error}") from None
    await take_in(server, conversation)
    return NewConversationResponse(
        conversation.id,
        conversation.configured.model,
        config.model_reasoning_effort,
        conversation.configured.rollout_path,
    )


def services(server: Server, config: Config) -> Services:
    """The model and the rest; a conversation holds still while the client is far behind with reading."""
    return Services(
        _backend(server, config),
        source="vscode",
        originator=server.remote.identity.originator,
        room_for_events=server.client.channel.room_for_events,
    )


def _backend(server: Server, config: Config) -> ModelBackend:
    """Where answers come from. A model inside this process is loaded once for all conversations."""
    if config.model_provider_id != "embedded":
        return backend_for(config, server.remote.auth, server.remote.http)
    if config.local_model not in server.local_models:
        server.local_models[config.local_model] = backend_for(config, server.remote.auth, server.remote.http)
    return server.local_models[config.local_model]


async def take_in(server: Server, conversation: Conversation) -> None:
    """Keep a conversation that has started; its first event is for us, not for listeners."""
    await conversation.next_event()
    server.conversations.add(conversation)
