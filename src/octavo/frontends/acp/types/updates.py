"""What clients are told of a session, and what they are asked."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from octavo.frontends.acp.types.base import Wire
from octavo.frontends.acp.types.content import ToolContent
from octavo.frontends.acp.types.results import ConfigOption

ToolKind = Literal["read", "edit", "delete", "move", "search", "execute", "think", "fetch", "switch_mode", "other"]
ToolStatus = Literal["pending", "in_progress", "completed", "failed"]


class Update(Wire, frozen=True, kw_only=True, tag_field="sessionUpdate"):
    """One piece of news; the tag says of which kind."""


class UserMessageChunk(Update, frozen=True, kw_only=True, tag="user_message_chunk"):
    """What the user said before."""

    content: Any


class AgentMessageChunk(Update, frozen=True, kw_only=True, tag="agent_message_chunk"):
    """The next piece of what the agent says."""

    content: Any
    message_id: str | None = None


class AgentThoughtChunk(Update, frozen=True, kw_only=True, tag="agent_thought_chunk"):
    """The next piece of what the agent thinks."""

    content: Any
    message_id: str | None = None


class Location(Wire, frozen=True, kw_only=True):
    """A file that a tool is about."""

    path: str
    line: int | None = None


class ToolCallFields(Wire, frozen=True, kw_only=True):
    """A call of a tool; in an update, what is new about it. Lists replace those of before."""

    tool_call_id: str
    title: str | None = None
    kind: ToolKind | None = None
    status: ToolStatus | None = None
    content: tuple[ToolContent, ...] | None = None
    locations: tuple[Location, ...] | None = None
    raw_input: Any = None
    raw_output: Any = None
    meta: dict[str, Any] | None = msgspec.field(name="_meta", default=None)


class ToolCallStart(ToolCallFields, frozen=True, kw_only=True, tag_field="sessionUpdate", tag="tool_call"):
    """A call begins."""


class ToolCallProgress(ToolCallFields, frozen=True, kw_only=True, tag_field="sessionUpdate", tag="tool_call_update"):
    """Something is new about a call."""


class PlanEntry(Wire, frozen=True, kw_only=True):
    """A step of the plan."""

    content: str
    priority: Literal["high", "medium", "low"]
    status: Literal["pending", "in_progress", "completed"]


class PlanUpdate(Update, frozen=True, kw_only=True, tag="plan"):
    """The plan, whole."""

    entries: tuple[PlanEntry, ...]


class UsageUpdate(Update, frozen=True, kw_only=True, tag="usage_update"):
    """How many tokens the conversation takes, of how many."""

    used: int
    size: int


class CommandInput(Wire, frozen=True, kw_only=True):
    """What may follow a command's name."""

    hint: str


class Command(Wire, frozen=True, kw_only=True):
    """A slash command."""

    name: str
    description: str
    input: CommandInput | None = None


class AvailableCommands(Update, frozen=True, kw_only=True, tag="available_commands_update"):
    """The slash commands."""

    available_commands: tuple[Command, ...]


class CurrentMode(Update, frozen=True, kw_only=True, tag="current_mode_update"):
    """The way to work has changed."""

    current_mode_id: str


class ConfigOptionUpdate(Update, frozen=True, kw_only=True, tag="config_option_update"):
    """Settings have changed; all are told."""

    config_options: tuple[ConfigOption, ...]


class SessionInfoUpdate(Update, frozen=True, kw_only=True, tag="session_info_update"):
    """What lists show of the session has changed."""

    title: str | None = None
    updated_at: str | None = None


class SessionUpdate(Wire, frozen=True, kw_only=True):
    """News of a session."""

    session_id: str
    update: Any


class PermissionOption(Wire, frozen=True, kw_only=True):
    """An answer to choose."""

    option_id: str
    name: str
    kind: Literal["allow_once", "allow_always", "reject_once", "reject_always"]


class PermissionParams(Wire, frozen=True, kw_only=True):
    """May this be done?"""

    session_id: str
    tool_call: ToolCallFields
    options: tuple[PermissionOption, ...]


class PermissionOutcome(Wire, frozen=True, kw_only=True):
    """What the user chose: an option where `outcome` is `selected`, or nothing."""

    outcome: str
    option_id: str | None = None


class PermissionResult(Wire, frozen=True, kw_only=True):
    """The answer to a question."""

    outcome: PermissionOutcome


class ReadFileParams(Wire, frozen=True, kw_only=True):
    """Read a file as the client has it, with what is not saved."""

    session_id: str
    path: str


class ReadFileResult(Wire, frozen=True, kw_only=True):
    """Its text."""

    content: str


class WriteFileParams(Wire, frozen=True, kw_only=True):
    """Write a file through the client."""

    session_id: str
    path: str
    content: str
