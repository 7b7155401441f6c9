"""The settings of a conversation that a client can change between turns (`docs/protocol.md`)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from octavo.protocol.ops import OverrideTurnContext, UserTurn
from octavo.protocol.policy import (
    ApprovalPolicy,
    ApprovalsReviewer,
    Granular,
    ReasoningEffort,
    ReasoningSummary,
    SandboxPolicy,
)


class SessionSettings(msgspec.Struct, frozen=True):
    """Where a turn works, what it may do there, and which model does it: a session has them, a turn keeps them."""

    cwd: str
    approval_policy: ApprovalPolicy
    sandbox_policy: SandboxPolicy
    model: str
    effort: ReasoningEffort | None
    summary: ReasoningSummary
    approvals_reviewer: ApprovalsReviewer = "user"
    service_tier: str | None = None
    granular: Granular | None = None
    """Which kinds of questions are asked; None: those of `approval_policy`."""


def changed_by(settings: SessionSettings, op: UserTurn | OverrideTurnContext) -> SessionSettings:
    """The settings after the operation; what it leaves unset stays, but for choices below another approval policy."""
    given = {name: getattr(op, name) for name in SessionSettings.__struct_fields__}
    changed = msgspec.structs.replace(settings, **{name: value for name, value in given.items() if value is not UNSET})
    if op.granular is UNSET and changed.approval_policy != settings.approval_policy:
        return msgspec.structs.replace(changed, granular=None)
    return changed
