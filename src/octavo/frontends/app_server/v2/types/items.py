"""Items of a thread as clients see them: one object for each thing that happens in a turn."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.values import InputPart, Variant
from octavo.protocol.items import OutputPart

CallStatus = Literal["inProgress", "completed", "failed", "declined"]


class UserMessageItem(Variant, frozen=True, kw_only=True, tag="userMessage"):
    """What the user said."""

    id: str
    content: tuple[InputPart, ...]
    client_id: str | None = None


class AgentMessageItem(Variant, frozen=True, kw_only=True, tag="agentMessage"):
    """What the agent said; empty at its beginning."""

    id: str
    text: str
    phase: Literal["commentary", "partial_answer", "final_answer"] | None = None
    memory_citation: None = None
    delivery: None = None
    questions: None = None


class ReasoningItem(Variant, frozen=True, kw_only=True, tag="reasoning"):
    """What the agent thought: a summary, and the raw words where there are any."""

    id: str
    summary: tuple[str, ...] = ()
    content: tuple[str, ...] = ()


class ReadAction(Variant, frozen=True, kw_only=True, tag="read"):
    """The command reads a file."""

    command: str
    name: str
    path: str


class ListFilesAction(Variant, frozen=True, kw_only=True, tag="listFiles"):
    """The command lists files."""

    command: str
    path: str | None = None


class SearchAction(Variant, frozen=True, kw_only=True, tag="search"):
    """The command searches in files."""

    command: str
    query: str | None = None
    path: str | None = None


class UnknownAction(Variant, frozen=True, kw_only=True, tag="unknown"):
    """The command does something else."""

    command: str


CommandAction = ReadAction | ListFilesAction | SearchAction | UnknownAction


class CommandExecutionItem(Variant, frozen=True, kw_only=True, tag="commandExecution"):
    """A command. What is only known at its end is null before."""

    id: str
    command: str
    cwd: str
    status: CallStatus
    command_actions: tuple[CommandAction, ...] = ()
    source: Literal["agent", "userShell", "unifiedExecStartup", "unifiedExecInteraction"] = "agent"
    process_id: str | None = None
    aggregated_output: str | None = None
    exit_code: int | None = None
    duration_ms: int | None = None


class AddKind(Variant, frozen=True, kw_only=True, tag="add"):
    """A new file."""


class DeleteKind(Variant, frozen=True, kw_only=True, tag="delete"):
    """A file that goes."""


class UpdateKind(Variant, frozen=True, kw_only=True, tag="update"):
    """A file that changes, and perhaps moves; this name is in snake case."""

    move_path: str | None = msgspec.field(name="move_path", default=None)


class FileUpdate(Camel, frozen=True):
    """What happens to one file; `diff` is its whole text where it comes or goes."""

    path: str
    kind: AddKind | DeleteKind | UpdateKind
    diff: str


class FileChangeItem(Variant, frozen=True, kw_only=True, tag="fileChange"):
    """A patch."""

    id: str
    changes: tuple[FileUpdate, ...]
    status: CallStatus


class McpResult(Camel, frozen=True):
    """What an MCP tool answered."""

    content: tuple[Any, ...]
    structured_content: Any = None
    meta: Any = msgspec.field(name="_meta", default=None)


class McpError(Camel, frozen=True):
    """Why an MCP tool did not answer."""

    message: str


class McpToolCallItem(Variant, frozen=True, kw_only=True, tag="mcpToolCall"):
    """A call of an MCP server's tool."""

    id: str
    server: str
    tool: str
    status: Literal["inProgress", "completed", "failed"]
    arguments: Any = None
    result: McpResult | None = None
    error: McpError | None = None
    duration_ms: int | None = None


class SearchQuery(Variant, frozen=True, kw_only=True, tag="search"):
    """What a web search looked for."""

    query: str | None = None
    queries: tuple[str, ...] | None = None


class OpenPage(Variant, frozen=True, kw_only=True, tag="openPage"):
    """A page that was read."""

    url: str | None = None


class FindInPage(Variant, frozen=True, kw_only=True, tag="findInPage"):
    """Something that was looked for in a page."""

    url: str | None = None
    pattern: str | None = None


class OtherSearch(Variant, frozen=True, kw_only=True, tag="other"):
    """Something else, or not known yet."""


WebAction = SearchQuery | OpenPage | FindInPage | OtherSearch


class WebSearchItem(Variant, frozen=True, kw_only=True, tag="webSearch"):
    """A search that the provider ran."""

    id: str
    query: str
    action: WebAction | None = None


class ImageViewItem(Variant, frozen=True, kw_only=True, tag="imageView"):
    """The agent looked at a picture on the disk."""

    id: str
    path: str


class EnteredReviewItem(Variant, frozen=True, kw_only=True, tag="enteredReviewMode"):
    """A review begins; `review` says of what."""

    id: str
    review: str


class ExitedReviewItem(Variant, frozen=True, kw_only=True, tag="exitedReviewMode"):
    """A review is over; `review` is what it found."""

    id: str
    review: str


class CompactionItem(Variant, frozen=True, kw_only=True, tag="contextCompaction"):
    """The history is being replaced by a summary."""

    id: str


class ToolOutputItem(Variant, frozen=True, kw_only=True, tag="functionCallOutput"):
    """Words from outside that have a tool's authority."""

    id: str
    name: str
    output: str | tuple[OutputPart, ...]
    namespace: str | None = None


ThreadItem = (
    UserMessageItem
    | AgentMessageItem
    | ReasoningItem
    | CommandExecutionItem
    | FileChangeItem
    | McpToolCallItem
    | WebSearchItem
    | ImageViewItem
    | EnteredReviewItem
    | ExitedReviewItem
    | CompactionItem
    | ToolOutputItem
)
