"""Sessions: new ones, saved ones that are gone on with, lists of them (`docs/acp.md`, "Sessions")."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from octavo.engine.conversation import Conversation
from octavo.errors import OctavoError
from octavo.frontends.acp.client_editor import client_editor
from octavo.frontends.acp.commands import available_commands
from octavo.frontends.acp.replay import tell_history
from octavo.frontends.acp.server import Server, login_needed, no_such_session
from octavo.frontends.acp.session import LiveSession
from octavo.frontends.acp.settings import session_state
from octavo.frontends.acp.types.base import Empty
from octavo.frontends.acp.types.params import (
    ListSessionsParams,
    LoadSessionParams,
    NewSessionParams,
    ResumeSessionParams,
    SessionParams,
)
from octavo.frontends.acp.types.results import NewSessionResult, SessionInfo, SessionList
from octavo.frontends.acp.wishes import Wishes, wishes_of
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.pages import DEFAULT_SIZE, page
from octavo.protocol.source import SubAgentSource
from octavo.rollout.errors import RolloutReadError
from octavo.rollout.find import find_archived, find_session
from octavo.rollout.listing import SessionSummary, scan_sessions
from octavo.rollout.read import load_rollout
from octavo.rollout.thread_names import thread_names

_TITLE = 80


async def new_session(server: Server, request_id: RequestId, params: NewSessionParams) -> None:
    """A session in a folder. Its commands are told behind the answer."""
    wishes = wishes_of(params.cwd, params.mcp_servers, params.additional_directories or ())
    session = await _open(server, wishes, None)
    state = session_state(session)
    result = NewSessionResult(session_id=session.id, **msgspec.structs.asdict(state))
    server.peer.reply(request_id, result)
    _begin(server, session)


async def load_session(server: Server, request_id: RequestId, params: LoadSessionParams) -> None:
    """Tell what was said in a saved session, then answer; it goes on from there."""
    wishes = wishes_of(params.cwd, params.mcp_servers, params.additional_directories or ())
    session = await _go_on(server, params.session_id, wishes)
    try:
        history = await asyncio.to_thread(load_rollout(session.conversation.configured.rollout_path).history)
    except RolloutReadError as error:
        await _forget(server, session)
        raise failed(f"the session cannot be read: {error}") from None
    await tell_history(session, history, server.peer.channel)
    server.peer.reply(request_id, session_state(session))
    _begin(server, session)


async def resume_session(server: Server, request_id: RequestId, params: ResumeSessionParams) -> None:
    """Go on with a saved session without telling what was said."""
    wishes = wishes_of(params.cwd, params.mcp_servers or (), params.additional_directories or ())
    session = await _go_on(server, params.session_id, wishes)
    server.peer.reply(request_id, session_state(session))
    _begin(server, session)


async def close_session(server: Server, _: RequestId, params: SessionParams) -> Empty:
    """End a session in memory; it stays saved."""
    await _forget(server, server.session(params.session_id))
    return Empty()


async def list_sessions(server: Server, _: RequestId, params: ListSessionsParams) -> SessionList:
    """A page of saved sessions, the newest first, whoever began them."""
    try:
        sessions, after = await asyncio.to_thread(_page, server.runtime.config.codex_home, params)
    except RolloutReadError as error:
        raise failed(f"failed to list sessions: {error}") from None
    return SessionList(sessions=sessions, next_cursor=after)


async def _open(server: Server, wishes: Wishes, path: str | None) -> LiveSession:
    """A conversation as a session: a new one, or that of a file."""
    try:
        config = server.config_for(wishes)
    except OctavoError as error:
        raise refused(f"error deriving config: {error}") from None
    if config.model_provider.requires_openai_auth:
        auth = server.runtime.remote.auth
        if auth.auth is None:
            auth.reload()  # a login in a terminal counts at once
        if auth.auth is None:
            raise login_needed("Authentication required")
    runtime = server.runtime
    editor = client_editor(server, wishes, config)
    try:
        if path is None:
            conversation = await runtime.open(config, editor=editor)
        else:
            conversation = await runtime.resume(path, config, editor=editor)
    except OctavoError as error:
        raise failed(f"the session did not start: {error}") from None
    if editor is not None:
        editor.begin(conversation.id)
    return _add(server, conversation, wishes)


def _add(server: Server, conversation: Conversation, wishes: Wishes) -> LiveSession:
    session = LiveSession(server, conversation, wishes)
    server.sessions[session.id] = session
    return session


async def _go_on(server: Server, session_id: str, wishes: Wishes) -> LiveSession:
    """The session of this id under new wishes. One that is in memory is put away first."""
    live = server.sessions.get(session_id)
    if live is not None and live.pending is not None:
        raise refused("a prompt is running in this session")
    if live is not None:
        await _forget(server, live)
    home = server.runtime.config.codex_home
    path = await asyncio.to_thread(lambda: find_session(home, session_id) or find_archived(home, session_id))
    if path is None:
        raise no_such_session(session_id)
    session = await _open(server, wishes, path)
    session.has_title = True
    return session


async def _forget(server: Server, session: LiveSession) -> None:
    del server.sessions[session.id]
    await session.close()


def _begin(server: Server, session: LiveSession) -> None:
    session.tell(available_commands(server.runtime.config.codex_home))
    session.begin()


def _page(codex_home: str, params: ListSessionsParams) -> tuple[tuple[SessionInfo, ...], str | None]:
    names = thread_names(codex_home)
    found: list[SessionInfo] = []
    is_behind = params.cursor is None
    more = DEFAULT_SIZE + 1
    for session in _fitting(codex_home, params.cwd):
        found.append(_shown(session, names.get(session.conversation_id)))
        more -= is_behind
        is_behind = is_behind or session.conversation_id == params.cursor
        if more == 0:
            break
    shown, after = page(found, params.cursor, None, lambda session: session.session_id)
    return tuple(shown), after


def _fitting(codex_home: str, cwd: str | None) -> Iterator[SessionSummary]:
    for session in scan_sessions(codex_home, (), ()):
        if session is None or session.preview is None or isinstance(session.meta.source, SubAgentSource):
            continue
        if cwd is None or session.meta.cwd == cwd:
            yield session


def _shown(session: SessionSummary, name: str | None) -> SessionInfo:
    return SessionInfo(
        session_id=session.conversation_id,
        cwd=session.meta.cwd,
        title=name or title_of(session.preview or ""),
        updated_at=session.updated_at or session.meta.timestamp or None,
    )


def title_of(words: str) -> str | None:
    """The first line of what the user said first, not too long."""
    line = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return (line if len(line) <= _TITLE else f"{line[: _TITLE - 1]}…") or None
