"""Items as every front end shows them: one value for each thing that happens in a turn (`docs/items.md`).

An item has an id, a status and two ends. `item_view` makes items from the events of a
running conversation, `saved_view` from the lines of a saved one.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from octavo.protocol.changes import FileChanges
from octavo.protocol.commands import ParsedCommand
from octavo.protocol.events import Duration, McpInvocation, McpOutcome, PlanStep
from octavo.protocol.items import WebSearchAction

Status = Literal["in_progress", "completed", "failed", "aborted"]
"""`aborted` means that the turn ended and nothing was heard of the item's own end."""

Stage = Literal["started", "updated", "completed"]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens in a turn. For a call `id` is its call id; a message may have an empty one."""

    id: str
    status: Status = "in_progress"


class UserMessage(Item, frozen=True, kw_only=True):
    """What the user said: its texts joined, and its pictures by URL."""

    text: str
    images: tuple[str, ...] = ()


class AgentMessage(Item, frozen=True, kw_only=True):
    """What the agent said, in the parts in which it came. `phase` is what it is in its turn, if that is known."""

    texts: tuple[str, ...]
    phase: str | None = None


class Reasoning(Item, frozen=True, kw_only=True):
    """What the agent thought: the sections of a summary, and the raw parts where there are any."""

    sections: tuple[str, ...]
    raw: tuple[str, ...] = ()


class CommandExecution(Item, frozen=True, kw_only=True):
    """A command: the words of a program, or a line for a shell.

    `output` is both streams as they came, `told` what the model got of it in a running session. They,
    `exit_code` and `duration` are not known before the end. `tool` is the tool's name where that is known.
    """

    command: tuple[str, ...] | str
    cwd: str = ""
    parsed: tuple[ParsedCommand, ...] = ()
    is_user_shell_command: bool = False
    tool: str = ""
    output: str = ""
    told: str = ""
    exit_code: int | None = None
    duration: Duration | None = None


class FileChange(Item, frozen=True, kw_only=True):
    """A patch, and what its program said. `duration` is None for one whose beginning was not seen."""

    changes: FileChanges
    auto_approved: bool = False
    stdout: str = ""
    stderr: str = ""
    duration: Duration | None = None


class McpToolCall(Item, frozen=True, kw_only=True):
    """A call of an MCP server's tool; `outcome` stands at the end. A tool that says so itself has failed, too."""

    invocation: McpInvocation
    outcome: McpOutcome | None = None
    duration: Duration | None = None


class Plan(Item, frozen=True, kw_only=True):
    """The agent's plan, whole. There is one for a turn; it ends with the turn."""

    steps: tuple[PlanStep, ...]
    explanation: str | None = None


class WebSearch(Item, frozen=True, kw_only=True):
    """A search that the provider ran, or another thing that it did for one, if that is known."""

    query: str
    action: WebSearchAction | None = None


class ImageView(Item, frozen=True, kw_only=True):
    """The agent looked at a picture on the disk."""

    path: str


class ToolCall(Item, frozen=True, kw_only=True):
    """A call that has no kind of its own: what the model wrote, and what it got."""

    tool: str
    arguments: str
    output: str = ""
    exit_code: int | None = None


class ItemChange(msgspec.Struct, frozen=True):
    """An item at a point of its life. What comes whole is completed only."""

    stage: Stage
    item: Any
    """One of the kinds above, as it is now."""
