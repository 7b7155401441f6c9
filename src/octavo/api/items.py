"""The items of a turn as a program sees them (`docs/items.md`): those of every front end, and calls of its own tools.

Re-exported as `octavo.items`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from octavo.protocol.events import McpInvocation
from octavo.protocol.json_text import encode_json
from octavo.protocol.view_items import (
    AgentMessage,
    CommandExecution,
    FileChange,
    ImageView,
    Item,
    McpToolCall,
    Plan,
    Reasoning,
    ToolCall,
    UserMessage,
    WebSearch,
)

__all__ = [
    "AgentMessage",
    "CommandExecution",
    "FileChange",
    "ImageView",
    "Item",
    "McpToolCall",
    "Plan",
    "Reasoning",
    "ToolCall",
    "UserMessage",
    "WebSearch",
]

_PROGRAM, _AGENTS = "program", "agents"


def as_shown(item: Any) -> Any:
    """The item; a call of a function of the program, or of another agent, is a `ToolCall`."""
    if not isinstance(item, McpToolCall) or item.invocation.server not in (_PROGRAM, _AGENTS):
        return item
    name = item.invocation.tool
    return ToolCall(
        id=item.id,
        status=item.status,
        tool=name if item.invocation.server == _PROGRAM else f"agent_{name}",
        arguments=encode_json(item.invocation.arguments).decode(),
        output=_output(item),
    )


def own_call(call_id: str, open_items: Sequence[Any]) -> McpInvocation | None:
    """The call of a function of the program that has this id, among those that run."""
    for item in open_items:
        if isinstance(item, McpToolCall) and item.id == call_id and item.invocation.server == _PROGRAM:
            return item.invocation
    return None


def agent_of(call_id: str, open_items: Sequence[Any]) -> str | None:
    """The agent whose call it is, the innermost first; None for a call of the turn itself."""
    calls = {item.id: item.invocation for item in open_items if isinstance(item, McpToolCall)}
    outer, found, _ = call_id.rpartition("/")
    while found:
        invocation = calls.get(outer)
        if invocation is not None and invocation.server == _AGENTS:
            return invocation.tool
        outer, found, _ = outer.rpartition("/")
    return None


def _output(item: McpToolCall) -> str:
    outcome = item.outcome
    if outcome is None:
        return ""
    if outcome.ok is None:
        return outcome.err or ""
    return "\n".join(block["text"] for block in outcome.ok.content if isinstance(block, dict) and "text" in block)
