"""Everything that a conversation tells its client (`docs/protocol.md`).

An event's type on the wire is its class name in snake case. Item events are the
source of truth; the older flat events beside them come from `protocol.legacy`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from octavo.protocol.changes import FileChanges
from octavo.protocol.commands import ParsedCommand
from octavo.protocol.items import ResponseItem
from octavo.protocol.policy import ReasoningEffort
from octavo.protocol.review import ReviewOutput
from octavo.protocol.turn_items import TurnItem
from octavo.protocol.usage import RateLimitSnapshot, TokenUsageInfo


def _snake_case(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name).removeprefix("_")


class Msg(msgspec.Struct, frozen=True, tag_field="type", tag=_snake_case):
    """The payload of an event: its class names its type."""


class Aside(Msg, frozen=True):
    """What the flat language of events does not have (`protocol.asides`): doors that speak it leave these out."""


class AsideDelta(Aside, frozen=True):
    """An aside that is a piece of something that comes again when it is whole."""


class Duration(msgspec.Struct, frozen=True):
    """A span of time as whole seconds and the nanoseconds beyond them."""

    secs: int
    nanos: int


def duration(seconds: float) -> Duration:
    """The span as it stands in events."""
    total = max(round(seconds * 1_000_000_000), 0)
    return Duration(*divmod(total, 1_000_000_000))


# --- the session and its turns --------------------------------------------------------


class SessionConfigured(Msg, frozen=True):
    """The first event of every conversation, with the id `""`."""

    session_id: str
    model: str
    reasoning_effort: ReasoningEffort | UnsetType = UNSET
    history_log_id: int = 0
    history_entry_count: int = 0
    initial_messages: tuple[msgspec.Raw, ...] | UnsetType = UNSET
    rollout_path: str = ""


class TaskStarted(Msg, frozen=True):
    """A turn begins; the window is the part of it that a conversation may use."""

    model_context_window: int | None = None


class TaskComplete(Msg, frozen=True):
    """A turn ended by itself."""

    last_agent_message: str | None = None


class TurnAborted(Msg, frozen=True):
    """A turn was ended from outside."""

    reason: Literal["interrupted", "replaced", "review_ended"] = "interrupted"


class ShutdownComplete(Msg, frozen=True):
    """The conversation is over and its file is closed."""


class TokenCount(Msg, frozen=True):
    """Usage and limits, as far as they are known."""

    info: TokenUsageInfo | None = None
    rate_limits: RateLimitSnapshot | None = None


class TurnDiff(Msg, frozen=True):
    """The diff of everything that patches changed in this turn; each replaces the one before."""

    unified_diff: str


# --- trouble and notices -----------------------------------------------------------------


class Error(Msg, frozen=True):
    """Something failed for good. `codex_error_info` stands where a limit of the user's ended the turn."""

    message: str
    codex_error_info: Literal["session_budget_exceeded"] | UnsetType = UNSET


class Warning(Msg, frozen=True):
    """Something that the user should know."""

    message: str


class StreamError(Msg, frozen=True):
    """A model call failed and is tried again."""

    message: str


class BackgroundEvent(Msg, frozen=True):
    """A remark that needs no answer."""

    message: str


class DeprecationNotice(Msg, frozen=True):
    """The configuration uses an old name."""

    summary: str
    details: str | UnsetType = UNSET


# --- items ----------------------------------------------------------------------------------


class ItemStarted(Msg, frozen=True):
    """An item appears."""

    thread_id: str
    turn_id: str
    item: TurnItem


class ItemCompleted(Msg, frozen=True):
    """An item is whole."""

    thread_id: str
    turn_id: str
    item: TurnItem


class AgentMessageContentDelta(Msg, frozen=True):
    """The next piece of an agent message."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str


class ReasoningContentDelta(Msg, frozen=True):
    """The next piece of a reasoning summary."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str


class ReasoningRawContentDelta(Msg, frozen=True):
    """The next piece of raw reasoning."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str


class RawResponseItem(Msg, frozen=True):
    """An item as it enters the history."""

    item: ResponseItem


# --- the older, flat form of items -------------------------------------------------------------


class UserMessage(Msg, frozen=True):
    """What the user said."""

    message: str
    images: tuple[str, ...] | None = ()


class AgentMessage(Msg, frozen=True):
    """What the agent said."""

    message: str


class AgentMessageDelta(Msg, frozen=True):
    """The next piece of an agent message."""

    delta: str


class AgentReasoning(Msg, frozen=True):
    """One section of a reasoning summary."""

    text: str


class AgentReasoningDelta(Msg, frozen=True):
    """The next piece of a reasoning summary."""

    delta: str


class AgentReasoningRawContent(Msg, frozen=True):
    """One part of raw reasoning."""

    text: str


class AgentReasoningRawContentDelta(Msg, frozen=True):
    """The next piece of raw reasoning."""

    delta: str


class AgentReasoningSectionBreak(Msg, frozen=True):
    """A new section of the summary begins."""


class WebSearchBegin(Msg, frozen=True):
    """Part of the language; no longer sent."""

    call_id: str


class WebSearchEnd(Msg, frozen=True):
    """A web search is done."""

    call_id: str
    query: str


# --- commands ----------------------------------------------------------------------------------------


class ExecCommandBegin(Msg, frozen=True):
    """A command is about to run, or to be asked for."""

    call_id: str
    command: tuple[str, ...]
    cwd: str
    parsed_cmd: tuple[ParsedCommand, ...]
    is_user_shell_command: bool = False


class ExecCommandOutputDelta(Msg, frozen=True):
    """Output as it came; `chunk` is base64 on the wire and may split a character."""

    call_id: str
    stream: Literal["stdout", "stderr"]
    chunk: bytes


class ExecCommandEnd(Msg, frozen=True):
    """A command is over."""

    call_id: str
    stdout: str
    stderr: str
    aggregated_output: str
    exit_code: int
    duration: Duration
    formatted_output: str


RiskLevel = Literal["low", "medium", "high"]
RiskCategory = Literal[
    "data_deletion",
    "data_exfiltration",
    "privilege_escalation",
    "system_modification",
    "network_access",
    "resource_exhaustion",
    "compliance",
]


class CommandRisk(msgspec.Struct, frozen=True):
    """What a model thinks of a command that the sandbox stopped."""

    description: str
    risk_level: RiskLevel
    risk_categories: tuple[RiskCategory, ...] | UnsetType = UNSET


class ExecApprovalRequest(Msg, frozen=True):
    """May this command run? Answer with the id of this event, and its call id."""

    call_id: str
    command: tuple[str, ...]
    cwd: str
    reason: str | UnsetType = UNSET
    risk: CommandRisk | UnsetType = UNSET
    parsed_cmd: tuple[ParsedCommand, ...] = ()


# --- patches --------------------------------------------------------------------------------------------


class ApplyPatchApprovalRequest(Msg, frozen=True):
    """May this patch be applied? Answer with the id of this event, and its call id."""

    call_id: str
    changes: FileChanges
    reason: str | UnsetType = UNSET
    grant_root: str | UnsetType = UNSET


class PatchApplyBegin(Msg, frozen=True):
    """A patch is about to be applied."""

    call_id: str
    auto_approved: bool
    changes: FileChanges


class PatchApplyEnd(Msg, frozen=True):
    """A patch was applied, or failed."""

    call_id: str
    stdout: str
    stderr: str
    success: bool


# --- other tools --------------------------------------------------------------------------------------------


class McpInvocation(msgspec.Struct, frozen=True):
    """Which tool of which server is called with what."""

    server: str
    tool: str
    arguments: Any = None


class McpToolResult(msgspec.Struct, frozen=True, rename="camel"):
    """What an MCP tool answered."""

    content: tuple[Any, ...]
    structured_content: Any | UnsetType = UNSET
    is_error: bool | UnsetType = UNSET


class McpOutcome(msgspec.Struct, frozen=True, omit_defaults=True, rename={"ok": "Ok", "err": "Err"}):
    """Exactly one of the two is set."""

    ok: McpToolResult | None = None
    err: str | None = None


class McpToolCallBegin(Msg, frozen=True):
    """An MCP tool is called."""

    call_id: str
    invocation: McpInvocation


class McpToolCallEnd(Msg, frozen=True):
    """An MCP tool answered."""

    call_id: str
    invocation: McpInvocation
    duration: Duration
    result: McpOutcome


class ViewImageToolCall(Msg, frozen=True):
    """The model looks at a picture; `path` is absolute."""

    call_id: str
    path: str


PlanStatus = Literal["pending", "in_progress", "completed"]


class PlanStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of the model's plan."""

    step: str
    status: PlanStatus


class PlanUpdate(Msg, frozen=True):
    """The model's plan, whole."""

    explanation: str | None
    plan: tuple[PlanStep, ...]


class UndoStarted(Msg, frozen=True):
    """A snapshot is about to be restored."""

    message: str | UnsetType = UNSET


class UndoCompleted(Msg, frozen=True):
    """A snapshot was restored, or could not be."""

    success: bool
    message: str | UnsetType = UNSET


class EnteredReviewMode(Msg, frozen=True):
    """A review begins."""

    prompt: str
    user_facing_hint: str


class ExitedReviewMode(Msg, frozen=True):
    """A review is over; null when it gave nothing."""

    review_output: ReviewOutput | None = None


# --- replies ----------------------------------------------------------------------------------------------------


class HistoryEntry(msgspec.Struct, frozen=True):
    """One line of the message history that all conversations share; `ts` in Unix seconds."""

    conversation_id: str
    ts: int
    text: str


class GetHistoryEntryResponse(Msg, frozen=True):
    """One entry of the message history."""

    offset: int
    log_id: int
    entry: HistoryEntry | UnsetType = UNSET


McpAuthStatus = Literal["unsupported", "not_logged_in", "bearer_token", "o_auth"]


class McpListToolsResponse(Msg, frozen=True):
    """What the MCP servers offer."""

    tools: dict[str, Any]
    resources: dict[str, tuple[Any, ...]]
    resource_templates: dict[str, tuple[Any, ...]]
    auth_statuses: dict[str, McpAuthStatus]


class CustomPrompt(msgspec.Struct, frozen=True):
    """A prompt that the user keeps as a file."""

    name: str
    path: str
    content: str
    description: str | None = None
    argument_hint: str | None = None


class ListCustomPromptsResponse(Msg, frozen=True):
    """The user's own prompts."""

    custom_prompts: tuple[CustomPrompt, ...]


EventMsg = Msg
"""Any payload above."""


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """A payload and the id of the submission (the turn) that caused it.

    `origin` is the sub-conversation that asks, for a question that is passed on; its call id is the
    one that the call has there. Clients of the flat protocol never see either (`protocol.legacy`).
    """

    id: str
    msg: EventMsg
    origin: str | None = None
