"""Permissions in the words of later releases, put into our own (`docs/config.md`, "Permissions of later releases").

Whatever cannot be understood makes commands less free, never freer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from octavo.config.schema import ApprovalToml
from octavo.protocol.policy import ApprovalPolicy, SandboxMode

_BUILT_IN: Mapping[str, SandboxMode] = {
    ":read-only": "read-only",
    ":workspace": "workspace-write",
    ":danger-full-access": "danger-full-access",
}


def sandbox_mode_of(name: str | None) -> SandboxMode | None:
    """The sandbox mode that `default_permissions` stands for; a profile of the user's own is not understood.

    None where nothing is said.
    """
    return None if name is None else _BUILT_IN.get(name, "read-only")


def is_built_in(name: str) -> bool:
    """Whether a profile of this name is understood."""
    return name in _BUILT_IN


def permission_warning(name: str | None, profiles: Mapping[str, Any] | None) -> str | None:
    """What to tell the user about a permission profile that is not followed."""
    if name is not None and not is_built_in(name):
        return f"The permission profile `{name}` is not supported: commands may read and write nothing (read-only)."
    if name is None and profiles:
        return "[permissions] counts for nothing without `default_permissions`."
    return None


def approval_policy_of(value: ApprovalPolicy | ApprovalToml | None) -> ApprovalPolicy | None:
    """The policy; a table asks (`on-request`), or refuses what it would ask about running commands (`never`)."""
    return value.granular.policy if isinstance(value, ApprovalToml) else value
