"""A reviewer that decides in the user's place."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.values import Variant


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
