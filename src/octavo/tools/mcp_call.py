"""Tools of MCP servers as models call them, and their results as models get them (`docs/mcp.md`)."""

from __future__ import annotations

import contextlib
import functools
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.mcp.errors import RequestFailed, caused
from octavo.mcp.servers import McpServers, McpTool
from octavo.model.prompt import FunctionTool
from octavo.protocol.events import (
    McpInvocation,
    McpOutcome,
    McpToolCallBegin,
    McpToolCallEnd,
    McpToolResult,
    duration,
)
from octavo.protocol.items import InputImage, InputText, OutputPart
from octavo.protocol.json_text import encode_json
from octavo.tools.arguments import argument_text
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.file_undo import undoable
from octavo.tools.mcp_schema import UnusableSchema, tool_parameters

log = logging.getLogger(__name__)

_PROGRESS_SECONDS = 0.05
_PROGRESS_LETTERS = 2_000


def mcp_tools(servers: McpServers) -> tuple[Tool, ...]:
    """A tool for each one of the running servers, sorted by name. One whose parameters do not fit is not offered."""
    return tuple(
        Tool(tool.qualified_name, functools.partial(_call, servers, tool), _spec(tool)) for tool in servers.tools
    )


def _spec(tool: McpTool) -> FunctionTool | None:
    description = tool.described.get("description")
    try:
        parameters = tool_parameters(tool.described["inputSchema"])
    except (UnusableSchema, RecursionError, TypeError) as error:
        log.error("the tool %s cannot be offered: %s", tool.qualified_name, error)
        return None
    words = description if isinstance(description, str) else ""
    return FunctionTool(tool.qualified_name, words, strict=False, parameters=parameters)


async def _call(servers: McpServers, tool: McpTool, invocation: Invocation) -> ToolResult:
    text = argument_text(invocation)
    try:
        arguments: Any = msgspec.json.decode(text) if text.strip() else None
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        return ToolResult(f"err: {error}", success=False)
    told = McpInvocation(tool.server, tool.name, arguments)
    invocation.emit(McpToolCallBegin(invocation.call_id, told))
    start = time.monotonic()
    try:
        if arguments is not None and not isinstance(arguments, dict):
            raise RequestFailed(f"MCP tool arguments must be a JSON object, got {text.strip()}")
        context, told_so_far = _trace_context(invocation), _progress_teller(invocation)
        async with contextlib.nullcontext() if _only_reads(tool) else undoable(invocation):
            result = await servers.call(tool.server, tool.name, arguments, context, told_so_far)
    except RequestFailed as error:
        failed = caused(f"tool call error: tool call failed for `{tool.server}/{tool.name}`", error.causes)
        return ToolResult(failed, False, (_end(invocation, told, start, McpOutcome(err=failed)),))
    if result.get("_meta"):
        from octavo.protocol.asides import McpResultMeta  # few servers tell any

        invocation.emit(McpResultMeta(invocation.call_id, result["_meta"]))
    answer = result_of(result)
    end = _end(invocation, told, start, McpOutcome(ok=answer))
    return ToolResult(content_of(answer), answer.is_error is not True, (end,))


def _only_reads(tool: McpTool) -> bool:
    hints = tool.described.get("annotations")
    return isinstance(hints, dict) and hints.get("readOnlyHint") is True


def _trace_context(invocation: Invocation) -> Mapping[str, str] | None:
    telemetry = invocation.host.telemetry
    return None if telemetry is None else telemetry.trace_context(invocation.turn)


def _progress_teller(invocation: Invocation) -> Callable[[str], None]:
    """Passes on what the server says of how far it is; as much of it as people read."""
    last = 0.0

    def tell(words: str) -> None:
        nonlocal last
        if (now := time.monotonic()) - last < _PROGRESS_SECONDS:
            return
        last = now
        from octavo.protocol.asides import McpToolCallProgress  # few servers tell any

        invocation.emit(McpToolCallProgress(invocation.call_id, words[:_PROGRESS_LETTERS]))

    return tell


def _end(invocation: Invocation, told: McpInvocation, start: float, outcome: McpOutcome) -> McpToolCallEnd:
    return McpToolCallEnd(invocation.call_id, told, duration(time.monotonic() - start), outcome)


def result_of(answer: dict[str, Any]) -> McpToolResult:
    """What a tool answered, as clients are told it: blocks with their keys in order, without what is not content."""
    blocks, is_error = answer.get("content"), answer.get("isError")
    content = tuple(_in_order(block) for block in blocks) if isinstance(blocks, list) else ()
    return McpToolResult(
        content,
        answer.get("structuredContent", UNSET),
        is_error if isinstance(is_error, bool) else UNSET,
    )


def content_of(result: McpToolResult) -> str | tuple[OutputPart, ...]:
    """What the model gets: the structured answer, else pictures and texts as such, else the blocks as JSON."""
    structured = result.structured_content
    if structured is not UNSET and structured is not None:
        return encode_json(structured).decode()
    parts = [_part(block) for block in result.content]
    if any(isinstance(part, InputImage) for part in parts) and None not in parts:
        return tuple(part for part in parts if part is not None)
    return encode_json(result.content).decode()


def _part(block: Any) -> OutputPart | None:
    """A text or a picture; None for any other block."""
    match block:
        case {"type": "text", "text": str() as text}:
            return InputText(text)
        case {"type": "image", "data": str() as data}:
            mime = block.get("mimeType") or "application/octet-stream"
            return InputImage(data if data.startswith("data:") else f"data:{mime};base64,{data}")
        case _:
            return None


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value) if key != "_meta"}
    if isinstance(value, list):
        return [_in_order(inner) for inner in value]
    return value
