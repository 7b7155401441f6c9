"""What a conversation may do: when to ask, and what commands may touch (`docs/sandbox.md`)."""

# No `from __future__ import annotations` here: a start reads one of these, and the compiler is not loaded for it.

from typing import Literal

import msgspec

ApprovalPolicy = Literal["untrusted", "on-failure", "on-request", "never"]
ReviewDecision = Literal["approved", "approved_for_session", "denied", "abort"]
ApprovalsReviewer = Literal["user", "auto_review"]
"""Who is asked: the user, or a model in the user's place."""


class Granular(msgspec.Struct, frozen=True):
    """Which kinds of questions are asked; what is false is refused without asking (`docs/config.md`).

    Skills, requests for permissions and MCP servers ask nothing here, so those have nothing to refuse.
    """

    sandbox_approval: bool
    rules: bool
    mcp_elicitations: bool
    skill_approval: bool = True
    request_permissions: bool = True

    @property
    def policy(self) -> ApprovalPolicy:
        """What holds about the sandbox: questions, or none and no way out of it."""
        return "on-request" if self.sandbox_approval else "never"


SandboxMode = Literal["read-only", "workspace-write", "danger-full-access"]
ReasoningEffort = Literal["minimal", "low", "medium", "high"]
"""How much a model is to think. Newer models know further words, which are passed on (`config.choices.effort_of`)."""
ReasoningSummary = Literal["auto", "concise", "detailed", "none"]
Verbosity = Literal["low", "medium", "high"]


class DangerFullAccess(msgspec.Struct, frozen=True, tag_field="mode", tag="danger-full-access"):
    """No sandbox: commands run with the user's own rights."""


class ReadOnly(msgspec.Struct, frozen=True, tag_field="mode", tag="read-only"):
    """Commands may read everything, write nothing and reach no network."""


class WorkspaceWrite(msgspec.Struct, frozen=True, tag_field="mode", tag="workspace-write"):
    """Commands may write below the working directory, the temporary folders and `writable_roots`."""

    writable_roots: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    network_access: bool = False
    exclude_tmpdir_env_var: bool = False
    exclude_slash_tmp: bool = False


SandboxPolicy = DangerFullAccess | ReadOnly | WorkspaceWrite


def configured_roots(policy: SandboxPolicy) -> tuple[str, ...]:
    """The extra writable roots that the user configured; empty for the other modes."""
    if isinstance(policy, WorkspaceWrite) and policy.writable_roots is not msgspec.UNSET:
        return policy.writable_roots
    return ()


def sandbox_mode(policy: SandboxPolicy) -> SandboxMode:
    """The name of the policy's mode, as in `config.toml`."""
    match policy:
        case DangerFullAccess():
            return "danger-full-access"
        case ReadOnly():
            return "read-only"
        case WorkspaceWrite():
            return "workspace-write"


def has_network(policy: SandboxPolicy) -> bool:
    """Whether commands may use the network."""
    return isinstance(policy, DangerFullAccess) or (isinstance(policy, WorkspaceWrite) and policy.network_access)
