"""What a user sets for the turns that come: the model, what may be done without asking, rules, hooks and skills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from octavo.commands.rules import Rule
    from octavo.protocol.policy import ApprovalPolicy, ReasoningEffort, SandboxMode


class ChooseModel(msgspec.Struct, frozen=True):
    """Use this model and effort from the next turn on, and save the choice."""

    model: str
    effort: ReasoningEffort | None


class ChooseApprovals(msgspec.Struct, frozen=True):
    """Use these policies from the next turn on; with `hide_warning`, do not ask about full access again."""

    approval_policy: ApprovalPolicy
    sandbox_mode: SandboxMode
    hide_warning: bool = False


class ListPermissions(msgspec.Struct, frozen=True):
    """Open the list of ways to work, with the rules that are remembered."""


class ForgetRule(msgspec.Struct, frozen=True):
    """Take a rule on commands out of its file."""

    path: str
    rule: Rule


class ListHooks(msgspec.Struct, frozen=True):
    """Open the list of hooks."""


class TrustHook(msgspec.Struct, frozen=True):
    """Trust this very hook of the project from now on, or trust it no more."""

    id: str
    command: str
    trusted: bool


class ListSkills(msgspec.Struct, frozen=True):
    """Open the list of skills."""


class SwitchSkill(msgspec.Struct, frozen=True):
    """Let the model be told of the skill in this file, or not."""

    name: str
    path: str
    enabled: bool
