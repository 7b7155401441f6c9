"""The settings of a conversation that a client can change between turns (`docs/protocol.md`)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from octavo.config.config import Config
from octavo.protocol.ops import OverrideTurnContext, UserTurn
from octavo.protocol.policy import ApprovalPolicy, ReasoningEffort, ReasoningSummary, SandboxPolicy


class SessionSettings(msgspec.Struct, frozen=True):
    """What the next turn will use."""

    cwd: str
    approval_policy: ApprovalPolicy
    sandbox_policy: SandboxPolicy
    model: str
    effort: ReasoningEffort | None
    summary: ReasoningSummary


def configured_settings(config: Config) -> SessionSettings:
    """The settings that a conversation starts with."""
    return SessionSettings(
        config.cwd,
        config.approval_policy,
        config.sandbox_policy,
        config.model,
        config.model_reasoning_effort,
        config.model_reasoning_summary,
    )


def changed_by(settings: SessionSettings, op: UserTurn | OverrideTurnContext) -> SessionSettings:
    """The settings after the operation; what it leaves unset stays."""
    if isinstance(op, UserTurn):
        return SessionSettings(op.cwd, op.approval_policy, op.sandbox_policy, op.model, op.effort, op.summary)
    given = {name: getattr(op, name) for name in SessionSettings.__struct_fields__}
    return msgspec.structs.replace(settings, **{name: value for name, value in given.items() if value is not UNSET})
