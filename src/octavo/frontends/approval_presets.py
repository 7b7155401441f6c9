"""The usual ways to let an agent work, by name: when it asks, and what commands may touch (`docs/sandbox.md`)."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.protocol.policy import ApprovalPolicy, SandboxMode


class ApprovalPreset(NamedTuple):
    """A way; `id` is for programs, the rest for people."""

    id: str
    name: str
    approval_policy: ApprovalPolicy
    sandbox_mode: SandboxMode
    description: str


PRESETS = (
    ApprovalPreset(
        "read-only",
        "Read Only",
        "on-request",
        "read-only",
        "Reads files and answers; asks before it changes or runs anything",
    ),
    ApprovalPreset(
        "auto",
        "Auto",
        "on-request",
        "workspace-write",
        "Works in the workspace by itself; asks before it goes beyond or online",
    ),
    ApprovalPreset(
        "full-access",
        "Full Access",
        "never",
        "danger-full-access",
        "Does everything without asking, network included; take care",
    ),
)
