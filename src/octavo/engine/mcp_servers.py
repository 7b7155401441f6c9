"""The MCP servers of a conversation: when they start, who waits for them, what clients hear of it (`docs/mcp.md`).

They start behind the announcement of the conversation. A turn waits for them before it
begins, so that its first request offers their tools; nothing else waits.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.engine.user_message import show_user_message
from octavo.errors import OctavoError
from octavo.protocol import events
from octavo.protocol.items import Message
from octavo.tools.registry import with_more_tools

if TYPE_CHECKING:
    from octavo.mcp.servers import McpServers


class RequiredServerMissing(OctavoError):
    """Servers that are `required` did not start; why was told before."""

    def __init__(self, names: list[str]) -> None:
        named = ", ".join(f"`{name}`" for name in names)
        super().__init__(f"the turn cannot do without MCP servers that did not start: {named}")


def start_mcp_servers(session: Session) -> None:
    """Begin to start the enabled servers, if there are any. Each one that fails is told."""
    config = session.config
    if not any(server.enabled for server in config.mcp_servers.values()):
        return
    from octavo.mcp.oauth.credentials import TokenStore  # a conversation without servers pays nothing
    from octavo.mcp.servers import McpServers

    store = TokenStore(config.codex_home, config.mcp_oauth_credentials_store)

    def tell(line: str) -> None:
        session.emit("", events.BackgroundEvent(line))

    session.mcp = McpServers(config.mcp_servers, config.environ, store, tell)
    session.mcp_started = session.spawn(_watch_start(session, session.mcp))


async def _watch_start(session: Session, servers: McpServers) -> None:
    from octavo.tools.mcp_call import mcp_tools

    async with asyncio.TaskGroup() as group:
        for name in servers.names:
            group.create_task(_tell_start(session, servers, name))
    for failure in servers.failures:
        # In a conversation inside of another it is no failure of the turn that waits for its end.
        session.emit("", events.Error(failure) if session.services.depth == 0 else events.Warning(failure))
    session.mcp_tools, session.mcp_revision = mcp_tools(servers), servers.revision


async def _tell_start(session: Session, servers: McpServers, name: str) -> None:
    """Tell both ends of a server's start."""
    from octavo.protocol.asides import McpServerStatus

    session.emit("", McpServerStatus(name, "starting"))
    try:
        failure = await servers.outcome(name)
    except asyncio.CancelledError:
        session.emit("", McpServerStatus(name, "cancelled"))
        raise
    session.emit("", McpServerStatus(name, "ready" if failure is None else "failed", failure))


async def offer_mcp_tools(session: Session, turn: ActiveTurn, message: Message | None) -> None:
    """Wait until it is known which servers run, and add their tools to what the turn offers.

    A turn that is aborted meanwhile still leaves the user's message behind, and so does one that
    cannot do without a server that did not start. Raises `RequiredServerMissing`.
    """
    if session.mcp_started is None:
        return
    if not session.mcp_started.done():
        try:
            await asyncio.wait({session.mcp_started})
        except asyncio.CancelledError:
            if message is not None:
                show_user_message(session, turn, message)
            raise
    if missing := await _missing_servers(session):
        session.emit(turn.id, events.TaskStarted(turn.context.model.context_window))
        if message is not None:
            show_user_message(session, turn, message)
        raise RequiredServerMissing(missing)
    await renew_mcp_tools(session)
    _offer(session, turn)


async def _missing_servers(session: Session) -> list[str]:
    """The servers that did not start and without which nothing is to be done."""
    servers = session.mcp
    required = [name for name, server in session.config.mcp_servers.items() if server.enabled and server.required]
    if servers is None or not required:
        return []
    return [name for name in required if await servers.outcome(name) is not None]


async def follow_mcp_tools(session: Session, turn: ActiveTurn) -> None:
    """Offer what the servers have by now, if they said since the last request that it changed."""
    if session.mcp is not None and await renew_mcp_tools(session):
        _offer(session, turn)


async def renew_mcp_tools(session: Session) -> bool:
    """Whether the tools of servers are others than before. A list that is just being asked for is waited for."""
    servers = session.mcp
    if servers is None:
        return False
    await servers.settled()
    if session.mcp_revision == servers.revision:
        return False
    from octavo.tools.mcp_call import mcp_tools

    session.mcp_tools, session.mcp_revision = mcp_tools(servers), servers.revision
    return True


def _offer(session: Session, turn: ActiveTurn) -> None:
    toolbox = with_more_tools(turn.own_toolbox, session.mcp_tools)
    turn.context = msgspec.structs.replace(turn.context, toolbox=toolbox)


async def list_mcp_tools(session: Session, submission_id: str) -> None:
    """Answer what the servers offer, and how we are known to each."""
    config, servers = session.config, session.mcp
    if not config.mcp_servers:
        session.emit(submission_id, events.McpListToolsResponse({}, {}, {}, {}))
        return
    from octavo.http.client import HttpClient
    from octavo.mcp.listing import list_everything
    from octavo.mcp.oauth.credentials import TokenStore
    from octavo.mcp.oauth.discovery import auth_statuses

    store = TokenStore(config.codex_home, config.mcp_oauth_credentials_store)
    http = HttpClient(None, config.environ)
    try:
        statuses = await auth_statuses(config.mcp_servers, store, http, config.environ)
    finally:
        await http.aclose()
    reply = events.McpListToolsResponse({}, {}, {}, statuses)
    if servers is not None:
        await servers.started()
        reply = msgspec.structs.replace(
            reply,
            tools={tool.qualified_name: tool.described for tool in servers.tools},
            resources=await list_everything(servers, "resources"),
            resource_templates=await list_everything(servers, "resourceTemplates"),
        )
    session.emit(submission_id, reply)
