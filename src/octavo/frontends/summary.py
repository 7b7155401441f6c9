"""The settings of a conversation in a few lines, as `exec` and `/status` show them (`docs/exec.md`)."""

from __future__ import annotations

from octavo.config.config import Config
from octavo.protocol.policy import SandboxPolicy, WorkspaceWrite, configured_roots, sandbox_mode


def sandbox_summary(policy: SandboxPolicy) -> str:
    """The mode, what may be written beside the working folder, and whether the network is open."""
    if not isinstance(policy, WorkspaceWrite):
        return sandbox_mode(policy)
    writable = ["workdir"]
    if not policy.exclude_slash_tmp:
        writable.append("/tmp")  # noqa: S108 - a name to show
    if not policy.exclude_tmpdir_env_var:
        writable.append("$TMPDIR")
    writable += configured_roots(policy)
    network = " (network access enabled)" if policy.network_access else ""
    return f"workspace-write [{', '.join(writable)}]{network}"


def config_summary(config: Config, *, summarises_reasoning: bool) -> tuple[tuple[str, str], ...]:
    """Keys and values in the order in which they are shown.

    `summarises_reasoning` says whether the model's family can; the lines on reasoning
    also need a provider that speaks Responses.
    """
    lines = [
        ("workdir", config.cwd),
        ("model", config.model),
        ("provider", config.model_provider_id),
        ("approval", config.approval_policy),
        ("sandbox", sandbox_summary(config.sandbox_policy)),
    ]
    if summarises_reasoning and config.model_provider.wire_api == "responses":
        lines.append(("reasoning effort", config.model_reasoning_effort or "none"))
        lines.append(("reasoning summaries", config.model_reasoning_summary))
    return tuple(lines)
