"""Threads: what they are, what one runs under, and what is told of each."""

from __future__ import annotations

from typing import Any, Literal

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.turns import Turn
from octavo.frontends.app_server.v2.types.values import (
    ApprovalsReviewer,
    SandboxPolicy,
    ShownPolicy,
    Variant,
)


class NotLoaded(Variant, frozen=True, kw_only=True, tag="notLoaded"):
    """The thread is only saved."""


class Idle(Variant, frozen=True, kw_only=True, tag="idle"):
    """Nothing runs."""


class SystemFailure(Variant, frozen=True, kw_only=True, tag="systemError"):
    """The last turn failed."""


class Active(Variant, frozen=True, kw_only=True, tag="active"):
    """A turn runs; the flags say what it waits for."""

    active_flags: tuple[Literal["waitingOnApproval", "waitingOnUserInput"], ...] = ()


ThreadStatus = NotLoaded | Idle | SystemFailure | Active


class GitInfo(Camel, frozen=True):
    """The checkout in which a thread began."""

    sha: str | None = None
    branch: str | None = None
    origin_url: str | None = None


class SubAgentSource(Camel, frozen=True):
    """Another thread began this one."""

    sub_agent: Any


Source = Literal["cli", "vscode", "exec", "appServer", "unknown"] | SubAgentSource


class Thread(Camel, frozen=True, kw_only=True):
    """A thread. Times are Unix seconds; `turns` is filled only where a method says so.

    Threads have neither roles nor projects nor sections here: those members are always null.
    """

    id: str
    session_id: str
    preview: str
    model_provider: str
    created_at: int
    updated_at: int
    status: ThreadStatus
    cwd: str
    cli_version: str
    source: Source
    ephemeral: bool = False
    path: str | None = None
    name: str | None = None
    model: str | None = None
    reasoning_effort: str | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    git_info: GitInfo | None = None
    thread_source: str | None = None
    originator: str | None = None
    history_mode: Literal["legacy", "paginated"] = "legacy"
    agent_nickname: str | None = None
    agent_role: str | None = None
    project_id: str | None = None
    section: str | None = None
    section_entered_at: int | None = None
    recency_at: int | None = None
    turns: tuple[Turn, ...] = ()


class ThreadResponse(Camel, frozen=True, kw_only=True):
    """A thread that goes on, and what it runs under."""

    thread: Thread
    model: str
    model_provider: str
    cwd: str
    approval_policy: ShownPolicy
    approvals_reviewer: ApprovalsReviewer
    sandbox: SandboxPolicy
    reasoning_effort: str | None = None
    service_tier: str | None = None


class ThreadStarted(Camel, frozen=True):
    """A thread is there."""

    thread: Thread


class ThreadStatusChanged(Camel, frozen=True):
    """A thread does something else now."""

    thread_id: str
    status: ThreadStatus
