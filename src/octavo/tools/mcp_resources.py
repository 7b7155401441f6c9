"""The three tools that read what MCP servers hold (`docs/mcp.md`).

They are offered whether or not a server is configured. Without servers every
listing is empty and every named server is unknown. A call waits for nothing: servers
are started before the turn begins.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from octavo.mcp.errors import McpError
from octavo.protocol.events import (
    McpInvocation,
    McpOutcome,
    McpToolCallBegin,
    McpToolCallEnd,
    McpToolResult,
    duration,
)
from octavo.protocol.json_text import encode_json
from octavo.tools.arguments import argument_text, decode_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.errors import RespondToModel
from octavo.tools.schema import function_tool, string

if TYPE_CHECKING:
    from octavo.mcp.listing import Kind

Given = dict[str, Any]

METHODS: dict[Kind, str] = {"resources": "resources/list", "resourceTemplates": "resources/templates/list"}

LIST_RESOURCES = function_tool(
    "list_mcp_resources",
    "Lists what MCP servers offer for reading: files, records and other resources, of one server or of all.",
    {
        "server": string("A server's name; leave it out for all servers."),
        "cursor": string("Where to go on, as an earlier answer for the same server said."),
    },
)
LIST_TEMPLATES = function_tool(
    "list_mcp_resource_templates",
    "Lists the patterns from which MCP servers make resource addresses, of one server or of all.",
    {
        "server": string("A server's name; leave it out for all servers."),
        "cursor": string("Where to go on, as an earlier answer for the same server said."),
    },
)
READ_RESOURCE = function_tool(
    "read_mcp_resource",
    "Reads one resource of an MCP server.",
    {
        "server": string("The server's name, as in a listing."),
        "uri": string("The resource's address, as in a listing."),
    },
    ["server", "uri"],
)


async def list_resources(invocation: Invocation) -> ToolResult:
    """One server's resources, or everyone's."""
    return await _answer(invocation, functools.partial(_listing, "resources"))


async def list_resource_templates(invocation: Invocation) -> ToolResult:
    """One server's templates, or everyone's."""
    return await _answer(invocation, functools.partial(_listing, "resourceTemplates"))


async def read_resource(invocation: Invocation) -> ToolResult:
    """The contents of one resource."""
    return await _answer(invocation, _read)


async def _answer(invocation: Invocation, work: Callable[[Invocation, Given], Awaitable[Given]]) -> ToolResult:
    given = _arguments(invocation)
    server = _text(given, "server") or "codex"
    told = McpInvocation(server, invocation.name, given or None)
    invocation.emit(McpToolCallBegin(invocation.call_id, told))
    start = time.monotonic()
    try:
        text = encode_json(await work(invocation, given)).decode()
    except (RespondToModel, McpError) as error:
        return ToolResult(str(error), False, (_end(invocation, told, start, McpOutcome(err=str(error))),))
    result = McpToolResult(({"type": "text", "text": text},), is_error=False)
    return ToolResult(text, True, (_end(invocation, told, start, McpOutcome(ok=result)),))


def _end(invocation: Invocation, told: McpInvocation, start: float, outcome: McpOutcome) -> McpToolCallEnd:
    return McpToolCallEnd(invocation.call_id, told, duration(time.monotonic() - start), outcome)


async def _listing(kind: Kind, invocation: Invocation, given: Given) -> Given:
    server, cursor = _text(given, "server"), _text(given, "cursor")
    servers = invocation.host.mcp
    if server:
        if servers is None:
            raise RespondToModel(f"{METHODS[kind]} failed: unknown MCP server '{server}'")
        from octavo.mcp.listing import list_page  # a conversation without servers pays nothing

        page = await list_page(servers, server, kind, cursor or None)
        following = {"nextCursor": page.next_cursor} if page.next_cursor else {}
        return {"server": server, kind: _owned(server, page.entries), **following}
    if cursor:
        raise RespondToModel("cursor can only be used when a server is specified")
    if servers is None:
        return {kind: []}
    from octavo.mcp.listing import list_everything  # as above

    found = await list_everything(servers, kind)
    return {kind: [entry for name, entries in found.items() for entry in _owned(name, entries)]}


def _owned(server: str, entries: Sequence[Given]) -> list[Given]:
    """Entries with the server's name in front, without what is meant for programs."""
    return [
        {"server": server, **{key: entry[key] for key in sorted(entry) if key not in ("server", "_meta")}}
        for entry in entries
    ]


async def _read(invocation: Invocation, given: Given) -> Given:
    server, uri = _text(given, "server"), _text(given, "uri")
    if not server:
        raise RespondToModel("server must be provided")
    if not uri:
        raise RespondToModel("uri must be provided")
    if invocation.host.mcp is None:
        raise RespondToModel(f"resources/read failed: unknown MCP server '{server}'")
    answer = await invocation.host.mcp.request(server, "resources/read", {"uri": uri})
    contents = answer.get("contents")
    return {"server": server, "uri": uri, "contents": contents if isinstance(contents, list) else []}


def _arguments(invocation: Invocation) -> dict[str, Any]:
    text = argument_text(invocation).strip()
    required = ("server", "uri") if invocation.name == READ_RESOURCE.name else ()
    given = None if text in ("", "null") else decode_arguments(text, dict[str, Any])
    if required and given is None:
        raise RespondToModel("failed to parse function arguments: expected value")
    for name in required:
        if name not in (given or {}):
            raise RespondToModel(f"failed to parse function arguments: missing field `{name}`")
    return given or {}


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise RespondToModel(f"failed to parse function arguments: {name} must be a string")
    return (value or "").strip()


TOOLS = (
    Tool("list_mcp_resources", list_resources, LIST_RESOURCES, parallel=True),
    Tool("list_mcp_resource_templates", list_resource_templates, LIST_TEMPLATES, parallel=True),
    Tool("read_mcp_resource", read_resource, READ_RESOURCE, parallel=True),
)
