"""What the server tells and asks of its own accord."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from octavo.frontends.app_server.shapes import AuthMode, Camel
from octavo.frontends.app_server.v2.types.items import CommandAction, FileUpdate, ThreadItem
from octavo.frontends.app_server.v2.types.results import RateLimits
from octavo.frontends.app_server.v2.types.threads import Thread, ThreadStatus, Turn, TurnError
from octavo.frontends.app_server.v2.types.values import Variant


class ThreadStarted(Camel, frozen=True):
    """A thread is there."""

    thread: Thread


class ThreadStatusChanged(Camel, frozen=True):
    """A thread does something else now."""

    thread_id: str
    status: ThreadStatus


class ThreadNotice(Camel, frozen=True):
    """Something happened to a whole thread."""

    thread_id: str


class ThreadNameUpdated(Camel, frozen=True):
    """A thread is called so now."""

    thread_id: str
    thread_name: str | None


class TurnNotice(Camel, frozen=True):
    """A turn begins or is over."""

    thread_id: str
    turn: Turn


class ItemStarted(Camel, frozen=True):
    """An item begins."""

    thread_id: str
    turn_id: str
    item: ThreadItem
    started_at_ms: int


class ItemCompleted(Camel, frozen=True):
    """An item is whole."""

    thread_id: str
    turn_id: str
    item: ThreadItem
    completed_at_ms: int


class ItemDelta(Camel, frozen=True):
    """The next piece of a text or an output."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str


class SummaryDelta(Camel, frozen=True):
    """The next piece of a section of a reasoning summary."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str
    summary_index: int


class SummaryPart(Camel, frozen=True):
    """A section of a reasoning summary begins."""

    thread_id: str
    turn_id: str
    item_id: str
    summary_index: int


class ReasoningDelta(Camel, frozen=True):
    """The next piece of raw reasoning."""

    thread_id: str
    turn_id: str
    item_id: str
    delta: str
    content_index: int


class PlanStep(Camel, frozen=True):
    """A step of the agent's plan."""

    step: str
    status: Literal["pending", "inProgress", "completed"]


class PlanUpdated(Camel, frozen=True):
    """The agent's plan, whole."""

    thread_id: str
    turn_id: str
    plan: tuple[PlanStep, ...]
    explanation: str | None


class DiffUpdated(Camel, frozen=True):
    """Everything that the turn's patches changed."""

    thread_id: str
    turn_id: str
    diff: str


class TokenCounts(Camel, frozen=True):
    """Tokens of one answer, or of all."""

    total_tokens: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    cache_write_input_tokens: int = 0


class ThreadTokenUsage(Camel, frozen=True):
    """Tokens of the thread, and of the last answer."""

    total: TokenCounts
    last: TokenCounts
    model_context_window: int | None


class TokenUsageUpdated(Camel, frozen=True):
    """An answer was counted."""

    thread_id: str
    turn_id: str
    token_usage: ThreadTokenUsage


class RateLimitsUpdated(Camel, frozen=True):
    """The newest limits."""

    rate_limits: RateLimits


class ErrorNotice(Camel, frozen=True):
    """Something failed, for good or to be tried again."""

    thread_id: str
    turn_id: str
    error: TurnError
    will_retry: bool


class WarningNotice(Camel, frozen=True):
    """Something that the user should know."""

    message: str
    thread_id: str | None = None


class DeprecationNotice(Camel, frozen=True):
    """The configuration uses an old name."""

    summary: str
    details: str | None = None


class ConfigWarning(Camel, frozen=True):
    """The configuration says something that means nothing here, or that has to be known."""

    summary: str
    details: str | None = None
    path: str | None = None
    range: None = None


class McpServerStatusUpdated(Camel, frozen=True):
    """An MCP server of a thread starts, or it is known how that went."""

    name: str
    status: Literal["starting", "ready", "failed", "cancelled"]
    error: str | None = None
    thread_id: str | None = None


class McpToolCallProgress(Camel, frozen=True):
    """How far a call of an MCP tool is, in its server's words."""

    thread_id: str
    turn_id: str
    item_id: str
    message: str


class PatchUpdated(Camel, frozen=True):
    """What a patch that the model still writes does so far; paths as it wrote them."""

    thread_id: str
    turn_id: str
    item_id: str
    changes: tuple[FileUpdate, ...]


class CommandOutputDelta(Camel, frozen=True):
    """What a command of the client's printed. `cap_reached`: nothing more of this stream is told."""

    process_id: str
    stream: Literal["stdout", "stderr"]
    delta_base64: str
    cap_reached: bool


class TerminalInteraction(Camel, frozen=True):
    """The model types into a command that goes on, or only looks at it."""

    thread_id: str
    turn_id: str
    item_id: str
    process_id: str
    stdin: str


class ModelRerouted(Camel, frozen=True):
    """Another model answers than the one that was asked. Clients know one reason, and services tell none."""

    thread_id: str
    turn_id: str
    from_model: str
    to_model: str
    reason: Literal["highRiskCyberActivity"] = "highRiskCyberActivity"


class RequestResolved(Camel, frozen=True):
    """Nothing waits for the answer to this question any more."""

    thread_id: str
    request_id: int


class AccountUpdated(Camel, frozen=True):
    """Another login is in force."""

    auth_mode: AuthMode | None
    plan_type: str | None = None


class LoginCompleted(Camel, frozen=True):
    """A login is over."""

    success: bool
    login_id: str | None = None
    error: str | None = None


class ReviewedCommand(Variant, frozen=True, kw_only=True, tag="command"):
    """A command that wants more than it may."""

    command: str
    cwd: str
    source: Literal["shell", "unifiedExec"] = "shell"


class ReviewedPatch(Variant, frozen=True, kw_only=True, tag="applyPatch"):
    """A patch that wants more than it may."""

    cwd: str
    files: tuple[str, ...]


class AutoReview(Camel, frozen=True):
    """What a reviewer thinks so far, or in the end."""

    status: Literal["inProgress", "approved", "denied", "timedOut", "aborted"]
    risk_level: Literal["low", "medium", "high", "critical"] | None = None
    user_authorization: Literal["unknown", "low", "medium", "high"] | None = None
    rationale: str | None = None


class AutoReviewStarted(Camel, frozen=True, kw_only=True):
    """A reviewer is asked in the user's place."""

    thread_id: str
    turn_id: str
    started_at_ms: int
    review_id: str
    target_item_id: str | None
    review: AutoReview
    action: ReviewedCommand | ReviewedPatch


class AutoReviewCompleted(Camel, frozen=True, kw_only=True):
    """It has decided, or nobody waits for it any more."""

    thread_id: str
    turn_id: str
    started_at_ms: int
    completed_at_ms: int
    review_id: str
    target_item_id: str | None
    review: AutoReview
    action: ReviewedCommand | ReviewedPatch
    decision_source: Literal["agent"] = "agent"


class ReviewerWarning(Camel, frozen=True):
    """A reviewer's verdict in one line."""

    thread_id: str
    message: str


class CommandApprovalParams(Camel, frozen=True, kw_only=True):
    """May this command run?"""

    thread_id: str
    turn_id: str
    item_id: str
    started_at_ms: int
    command: str
    cwd: str
    command_actions: tuple[CommandAction, ...]
    reason: str | None = None
    proposed_execpolicy_amendment: tuple[str, ...] | UnsetType = UNSET
    available_decisions: tuple[Any, ...] = ("accept", "acceptForSession", "decline", "cancel")


class FileChangeApprovalParams(Camel, frozen=True, kw_only=True):
    """May this patch, an item that has begun, be applied?"""

    thread_id: str
    turn_id: str
    item_id: str
    started_at_ms: int
    reason: str | None = None
    grant_root: str | None = None


class ApprovalResponse(Camel, frozen=True):
    """The client's answer: a word, or an object with one member."""

    decision: Any
