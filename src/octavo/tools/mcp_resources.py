"""The three tools that read what MCP servers hold (`docs/tools.md`).

They are offered whether or not a server is configured. Without servers every
listing is empty and every named server is unknown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from octavo.protocol.events import (
    McpInvocation,
    McpOutcome,
    McpToolCallBegin,
    McpToolCallEnd,
    McpToolResult,
    duration,
)
from octavo.tools.context import FunctionArguments, Invocation, Tool, ToolResult
from octavo.tools.errors import FatalToolError, RespondToModel
from octavo.tools.schema import function_tool, string

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
    return _answer(invocation, lambda given: _listing(given, "resources", "resources/list"))


async def list_resource_templates(invocation: Invocation) -> ToolResult:
    """One server's templates, or everyone's."""
    return _answer(invocation, lambda given: _listing(given, "resourceTemplates", "resources/templates/list"))


async def read_resource(invocation: Invocation) -> ToolResult:
    """The contents of one resource."""
    return _answer(invocation, _read)


def _answer(invocation: Invocation, work: Callable[[dict[str, Any]], Any]) -> ToolResult:
    given = _arguments(invocation)
    server = _text(given, "server") or "codex"
    told = McpInvocation(server, invocation.name, given or None)
    invocation.emit(McpToolCallBegin(invocation.call_id, told))
    start = time.monotonic()
    try:
        text = msgspec.json.encode(work(given)).decode()
    except RespondToModel as error:
        invocation.emit(_end(invocation, told, start, McpOutcome(err=str(error))))
        raise
    result = McpToolResult(({"type": "text", "text": text},), is_error=False)
    invocation.emit(_end(invocation, told, start, McpOutcome(ok=result)))
    return ToolResult(text)


def _end(invocation: Invocation, told: McpInvocation, start: float, outcome: McpOutcome) -> McpToolCallEnd:
    return McpToolCallEnd(invocation.call_id, told, duration(time.monotonic() - start), outcome)


def _listing(given: dict[str, Any], key: str, method: str) -> Any:
    server, cursor = _text(given, "server"), _text(given, "cursor")
    if server:
        raise RespondToModel(f"{method} failed: unknown MCP server '{server}'")
    if cursor:
        raise RespondToModel("cursor can only be used when a server is specified")
    return {key: []}


def _read(given: dict[str, Any]) -> Any:
    server, uri = _text(given, "server"), _text(given, "uri")
    if not server:
        raise RespondToModel("server must be provided")
    if not uri:
        raise RespondToModel("uri must be provided")
    raise RespondToModel(f"resources/read failed: unknown MCP server '{server}'")


def _arguments(invocation: Invocation) -> dict[str, Any]:
    if not isinstance(invocation.payload, FunctionArguments):
        raise FatalToolError(f"tool {invocation.name} invoked with incompatible payload")
    text = invocation.payload.text.strip()
    required = ("server", "uri") if invocation.name == READ_RESOURCE.name else ()
    try:
        given = msgspec.json.decode(text, type=dict[str, Any] | None) if text else None
    except msgspec.DecodeError as error:
        raise RespondToModel(f"failed to parse function arguments: {error}") from None
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
