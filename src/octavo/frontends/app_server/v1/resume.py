"""`resumeConversation`: a saved conversation goes on, or one whose items the client kept."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from octavo.config.config import Config
from octavo.engine.conversation import Conversation
from octavo.errors import OctavoError
from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.derived_config import derived_config
from octavo.frontends.app_server.v1.methods import V1
from octavo.frontends.app_server.v1.types.from_server import SessionConfiguredNotification
from octavo.frontends.app_server.v1.types.params import ResumeConversationParams
from octavo.frontends.app_server.v1.types.results import ResumeConversationResponse
from octavo.frontends.ids import usual_uuid
from octavo.frontends.jsonrpc.complaints import complaint
from octavo.frontends.jsonrpc.errors import RequestError, failed, refused
from octavo.frontends.jsonrpc.messages import NOT_JSON, RequestId
from octavo.protocol.items import ResponseItem, decode_item
from octavo.rollout.errors import RolloutError
from octavo.rollout.find import find_session


async def resume_conversation(
    server: Server, _: RequestId, params: ResumeConversationParams
) -> ResumeConversationResponse:
    """Go on where it ended, with settings of now; `sessionConfigured` goes out right before the answer."""
    history = read_history(params.history or ())
    config = server.config if params.overrides is None else derived_config(server, params.overrides)
    conversation = await _open(server, config, params, history)
    server.conversations.add(conversation, V1)
    configured = conversation.configured
    messages = () if configured.initial_messages is UNSET else configured.initial_messages
    notification = SessionConfiguredNotification(
        conversation.id,
        configured.model,
        config.model_reasoning_effort,
        configured.history_log_id,
        configured.history_entry_count,
        messages,
        configured.rollout_path,
    )
    server.peer.notify("sessionConfigured", notification)
    return ResumeConversationResponse(conversation.id, configured.model, messages, configured.rollout_path)


async def _open(
    server: Server, config: Config, params: ResumeConversationParams, history: Sequence[ResponseItem]
) -> Conversation:
    try:
        if params.path is not None:
            path = absolute(server.config.cwd, params.path)
            return await _open_file(server, config, path, f"failed to load rollout `{params.path}`")
        if params.conversation_id is not None:
            wanted = usual_uuid(params.conversation_id)
            found = find_session(server.config.codex_home, wanted)
            if found is None:
                raise refused(f"no rollout found for conversation id {wanted}")
            what = f"failed to load rollout `{found}` for conversation {wanted}"
            return await _open_file(server, config, found, what)
        if params.history:
            return await server.runtime.open_with(history, config)
    except RequestError:
        raise
    except OctavoError as error:
        raise failed(f"error resuming conversation: {error}") from None
    raise refused("either path, conversation id or non empty history must be provided")


async def _open_file(server: Server, config: Config, path: str, complaint_start: str) -> Conversation:
    try:
        return await server.runtime.resume(path, config)
    except RolloutError as error:
        reason = str(error).removeprefix("failed to initialize rollout recorder: ")
        raise refused(f"{complaint_start}: {reason}") from None


class _Kind(msgspec.Struct, frozen=True):
    type: str


def read_history(items: Sequence[msgspec.Raw]) -> list[ResponseItem]:
    """The items that the client kept; those of kinds that we do not know are left out. Raises `RequestError`."""
    known = frozenset(kind.__struct_config__.tag for kind in ResponseItem.__args__)
    history: list[ResponseItem] = []
    for item in items:
        try:
            if msgspec.json.decode(item, type=_Kind).type in known:
                history.append(decode_item(item))
        except NOT_JSON as error:
            raise refused(f"Invalid request: resumeConversation: history: {complaint(error)}") from None
    return history
