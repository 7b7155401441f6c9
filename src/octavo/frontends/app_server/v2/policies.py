"""Between this dialect's words for what a thread may do and the engine's (`docs/app-server-v2.md`, "Settings")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octavo.frontends.app_server.v2.types import values as wire
from octavo.protocol import policy

if TYPE_CHECKING:
    from octavo.config.config import Config

_MODES: dict[str, policy.SandboxMode] = {
    "readOnly": "read-only",
    "workspaceWrite": "workspace-write",
    "dangerFullAccess": "danger-full-access",
}


def sandbox_mode(asked: wire.SandboxMode | None) -> policy.SandboxMode | None:
    """The mode in the engine's spelling."""
    match asked:
        case None | "read-only" | "workspace-write" | "danger-full-access":
            return asked
        case _:
            return _MODES[asked]


def sandbox_policy(asked: wire.SandboxPolicy) -> policy.SandboxPolicy:
    """The policy for commands. In the client's own sandbox we add none."""
    match asked:
        case wire.ReadOnlyPolicy():
            return policy.ReadOnly()
        case wire.WorkspaceWritePolicy():
            return policy.WorkspaceWrite(
                writable_roots=asked.writable_roots,
                network_access=asked.network_access,
                exclude_tmpdir_env_var=asked.exclude_tmpdir_env_var,
                exclude_slash_tmp=asked.exclude_slash_tmp,
            )
        case wire.FullAccessPolicy() | wire.ExternalPolicy():
            return policy.DangerFullAccess()


def shown_sandbox(own: policy.SandboxPolicy) -> wire.SandboxPolicy:
    """The policy as clients know it."""
    match own:
        case policy.ReadOnly():
            return wire.ReadOnlyPolicy()
        case policy.WorkspaceWrite():
            return wire.WorkspaceWritePolicy(
                writable_roots=policy.configured_roots(own),
                network_access=own.network_access,
                exclude_tmpdir_env_var=own.exclude_tmpdir_env_var,
                exclude_slash_tmp=own.exclude_slash_tmp,
            )
        case policy.DangerFullAccess():
            return wire.FullAccessPolicy()


def shown_policy(asked: wire.AskedPolicy) -> wire.ShownPolicy:
    """What was asked for, in words of this dialect."""
    return "on-request" if asked == "on-failure" else asked


def effective_policy(asked: wire.AskedPolicy) -> tuple[policy.ApprovalPolicy, policy.Granular | None]:
    """What the engine runs under: a policy, and which kinds of questions are asked if that was said one by one."""
    if not isinstance(asked, wire.Granular):
        return asked, None
    rules = asked.granular
    own = policy.Granular(
        rules.sandbox_approval, rules.rules, rules.mcp_elicitations, rules.skill_approval, rules.request_permissions
    )
    return own.policy, own


def configured_policy(config: Config) -> wire.AskedPolicy:
    """What the configuration asks for, in words of this dialect."""
    own = config.granular_approval
    if own is None:
        return config.approval_policy
    rules = wire.GranularRules(
        own.sandbox_approval, own.rules, own.skill_approval, own.request_permissions, own.mcp_elicitations
    )
    return wire.Granular(rules)


def effective_reviewer(asked: wire.ApprovalsReviewer) -> policy.ApprovalsReviewer:
    """Who decides; `guardian_subagent` is an older name of `auto_review`."""
    return "user" if asked == "user" else "auto_review"
