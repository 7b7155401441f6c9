"""Turns: what they are, how one is begun, and what is told of each."""

# No `from __future__ import annotations` here, for the reason given in `config.schema`.

from typing import Any, Literal

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.items import Item
from octavo.frontends.app_server.v2.types.values import (
    ApprovalsReviewer,
    AskedPolicy,
    InputPart,
    ItemsView,
    ReasoningSummary,
    SandboxPolicy,
    ToolOutput,
)

TurnStatus = Literal["inProgress", "completed", "interrupted", "failed"]


class TurnError(Camel, frozen=True):
    """Why a turn failed."""

    message: str
    codex_error_info: Any = None
    additional_details: str | None = None
    misalignment: None = None


class Turn(Camel, frozen=True, kw_only=True):
    """One turn. Times are Unix seconds, `durationMs` milliseconds."""

    id: str
    status: TurnStatus
    items: tuple[Item, ...] = ()
    items_view: ItemsView = "notLoaded"
    error: TurnError | None = None
    started_at: int | None = None
    completed_at: int | None = None
    duration_ms: int | None = None
    root_turn_id: str | None = None

    def __post_init__(self) -> None:
        if self.root_turn_id is None:
            msgspec.structs.force_setattr(self, "root_turn_id", self.id)  # no turn is a part of another one here

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status != "inProgress"


class TurnStartParams(Camel, frozen=True, kw_only=True):
    """What the user says, and settings that hold from now on; the schema and `toolOutput` hold for this turn."""

    thread_id: str
    input: tuple[InputPart, ...]
    approval_policy: AskedPolicy | None = None
    approvals_reviewer: ApprovalsReviewer | None = None
    cwd: str | None = None
    effort: str | None = None
    model: str | None = None
    output_schema: Any = None
    sandbox_policy: SandboxPolicy | None = None
    summary: ReasoningSummary | None = None
    service_tier: str | None = None
    service_tier_for_turn: str | None = None
    tool_output: ToolOutput | None = None
    turn_trigger: Any = None
    personality: Any = None


class TurnStartResponse(Camel, frozen=True):
    """The turn that runs now."""

    turn: Turn


class TurnNotice(Camel, frozen=True):
    """A turn begins or is over."""

    thread_id: str
    turn: Turn


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
