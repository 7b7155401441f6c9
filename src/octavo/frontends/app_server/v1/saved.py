"""`listConversations` and `getConversationSummary`: what is saved on the disk."""

from __future__ import annotations

import asyncio

from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import GetConversationSummaryParams, ListConversationsParams
from octavo.frontends.app_server.v1.types.results import GetConversationSummaryResponse, ListConversationsResponse
from octavo.frontends.app_server.v1.types.values import ConversationSummary
from octavo.frontends.ids import usual_uuid
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.rollout.errors import RolloutReadError
from octavo.rollout.find import find_session
from octavo.rollout.listing import (
    DEFAULT_PAGE_SIZE,
    SessionPage,
    SessionSummary,
    list_sessions,
    parse_cursor,
    summarize_session,
)

_SOURCES = ("cli", "vscode")


async def list_conversations(
    server: Server, _: RequestId, params: ListConversationsParams
) -> ListConversationsResponse:
    """A page of the conversations that people had, newest first."""
    config = server.config
    wanted = (config.model_provider_id,) if params.model_providers is None else params.model_providers

    def read() -> SessionPage:
        return list_sessions(
            config.codex_home,
            page_size=DEFAULT_PAGE_SIZE if params.page_size is None else params.page_size,
            after=None if params.cursor is None else parse_cursor(params.cursor),
            sources=_SOURCES,
            providers=wanted,
            default_provider=config.model_provider_id,
        )

    try:
        page = await asyncio.to_thread(read)  # thousands of files take a while; events go on meanwhile
    except RolloutReadError as error:
        raise failed(f"failed to list conversations: {error}") from None
    shown = tuple(_shown(server, session) for session in page.sessions if session.preview is not None)
    return ListConversationsResponse(shown, str(page.next_cursor) if page.next_cursor else None)


async def get_conversation_summary(
    server: Server, _: RequestId, params: GetConversationSummaryParams
) -> GetConversationSummaryResponse:
    """What a list would show of one of them."""
    if params.rollout_path is not None:
        path = absolute(server.config.codex_home, params.rollout_path)
    elif params.conversation_id is not None:
        path = _path_of(server, usual_uuid(params.conversation_id))
    else:
        raise refused("Invalid request: getConversationSummary: neither `rolloutPath` nor `conversationId`")
    try:
        return GetConversationSummaryResponse(_shown(server, summarize_session(path)))
    except RolloutReadError as error:
        raise failed(str(error)) from None


def _path_of(server: Server, conversation_id: str) -> str:
    path = find_session(server.config.codex_home, conversation_id)
    if path is None:
        raise refused(f"no rollout found for conversation id {conversation_id}")
    return path


def _shown(server: Server, session: SessionSummary) -> ConversationSummary:
    provider = session.meta.model_provider
    return ConversationSummary(
        session.conversation_id,
        session.path,
        session.preview or "",
        session.meta.timestamp or None,
        server.config.model_provider_id if provider is None else provider,
    )
