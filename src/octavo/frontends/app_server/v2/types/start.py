"""What a client sends to begin a thread."""

# No `from __future__ import annotations` here, for the reason given in `config.schema`.

from typing import Any

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.values import ApprovalsReviewer, AskedPolicy, SandboxMode


class ThreadSettings(Camel, frozen=True, kw_only=True):
    """Settings of a thread that differ from the configuration; `config` is as for `-c`, by dotted keys."""

    model: str | None = None
    model_provider: str | None = None
    cwd: str | None = None
    approval_policy: AskedPolicy | None = None
    approvals_reviewer: ApprovalsReviewer | None = None
    sandbox: SandboxMode | None = None
    config: dict[str, Any] | None = None
    base_instructions: str | None = None
    developer_instructions: str | None = None
    service_tier: str | None = None
    thread_source: str | None = None
    personality: Any = None
    """Means nothing here, like whatever else is called so."""


class ThreadStartParams(ThreadSettings, frozen=True, kw_only=True):
    """A new thread. `serviceName` and `sessionStartSource` mean nothing here."""

    ephemeral: bool | None = None
    service_name: Any = None
    session_start_source: Any = None
