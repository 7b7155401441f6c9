"""The lines of `exec --json` as values (`docs/exec.md`, "The event stream").

Fields stand in the order on the wire: `type` first, inside items `id` and then
`type`. What is unknown yet is written as null, never left out, because the parsers
of SDKs ask for the key.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

Status = Literal["in_progress", "completed", "failed"]

# --- items -------------------------------------------------------------------------------


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in a turn; `id` is unique within the process."""

    id: str


class AgentMessageItem(Item, frozen=True, kw_only=True):
    """What the agent said."""

    type: Literal["agent_message"] = "agent_message"
    text: str


class ReasoningItem(Item, frozen=True, kw_only=True):
    """One section of a reasoning summary."""

    type: Literal["reasoning"] = "reasoning"
    text: str


class CommandExecutionItem(Item, frozen=True, kw_only=True):
    """A command: `command` is quoted for a POSIX shell, output is stdout and stderr as they came."""

    type: Literal["command_execution"] = "command_execution"
    command: str
    aggregated_output: str = ""
    exit_code: int | None = None
    status: Status = "in_progress"


class ChangedFile(msgspec.Struct, frozen=True):
    """One file of a patch; a moved file is an update of its old, absolute path."""

    path: str
    kind: Literal["add", "delete", "update"]


class FileChangeItem(Item, frozen=True, kw_only=True):
    """A patch that is applied, was applied, or failed half-way."""

    type: Literal["file_change"] = "file_change"
    changes: tuple[ChangedFile, ...]
    status: Status


class McpResult(msgspec.Struct, frozen=True):
    """What an MCP tool answered."""

    content: tuple[Any, ...]
    structured_content: Any


class Message(msgspec.Struct, frozen=True):
    """A text that explains a failure."""

    message: str


class McpToolCallItem(Item, frozen=True, kw_only=True):
    """A call of an MCP tool."""

    type: Literal["mcp_tool_call"] = "mcp_tool_call"
    server: str
    tool: str
    arguments: Any
    result: McpResult | None = None
    error: Message | None = None
    status: Status = "in_progress"


class SearchAction(msgspec.Struct, frozen=True, tag_field="type", tag="search"):
    """What was done on the web."""

    query: str


class WebSearchItem(Item, frozen=True, kw_only=True):
    """A web search that the provider ran; `action` is for clients of today."""

    type: Literal["web_search"] = "web_search"
    query: str
    action: SearchAction | UnsetType = UNSET


class TodoStep(msgspec.Struct, frozen=True):
    """One step of the agent's plan."""

    text: str
    completed: bool


class TodoListItem(Item, frozen=True, kw_only=True):
    """The agent's plan, whole."""

    type: Literal["todo_list"] = "todo_list"
    items: tuple[TodoStep, ...]


class ErrorItem(Item, frozen=True, kw_only=True):
    """Something that the user should know and that failed nothing."""

    type: Literal["error"] = "error"
    message: str


# --- events --------------------------------------------------------------------------------


class ThreadEvent(msgspec.Struct, frozen=True, tag_field="type"):
    """One line."""


class ThreadStarted(ThreadEvent, frozen=True, tag="thread.started"):
    """The first line, also of a resumed thread."""

    thread_id: str


class TurnStarted(ThreadEvent, frozen=True, tag="turn.started"):
    """The agent begins."""


class Usage(msgspec.Struct, frozen=True):
    """Tokens of all model calls of this process.

    The two that clients of the first generation do not know are left out for them.
    """

    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_input_tokens: int | UnsetType = UNSET
    output_tokens: int = 0
    reasoning_output_tokens: int | UnsetType = UNSET


class TurnCompleted(ThreadEvent, frozen=True, tag="turn.completed"):
    """The turn ended well."""

    usage: Usage


class TurnFailed(ThreadEvent, frozen=True, tag="turn.failed"):
    """The turn ended in an error."""

    error: Message


class ItemStarted(ThreadEvent, frozen=True, tag="item.started"):
    """An item that takes its time begins."""

    item: Item


class ItemUpdated(ThreadEvent, frozen=True, tag="item.updated"):
    """A running item looks different now."""

    item: Item


class ItemCompleted(ThreadEvent, frozen=True, tag="item.completed"):
    """An item is over."""

    item: Item


class ErrorEvent(ThreadEvent, frozen=True, tag="error"):
    """An error, or a failed try that is being repeated."""

    message: str
