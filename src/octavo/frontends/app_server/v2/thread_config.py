"""The configuration of one thread: files read anew, the server's own flags, then the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from octavo.config.choices import ConfigFlags
from octavo.config.config import Config
from octavo.config.overrides import json_overrides
from octavo.errors import ConfigError
from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.policies import (
    configured_policy,
    effective_policy,
    effective_reviewer,
    sandbox_mode,
)
from octavo.frontends.app_server.v2.types.start import ThreadSettings
from octavo.frontends.app_server.v2.types.values import ApprovalsReviewer, AskedPolicy, Granular
from octavo.frontends.jsonrpc.errors import refused

if TYPE_CHECKING:
    from octavo.frontends.app_server.v2.threads import LiveThread  # the agent is loaded while git works


class ThreadConfig:
    """A configuration, and what the client asked for where the engine runs under something else."""

    def __init__(self, config: Config, policy: AskedPolicy, reviewer: ApprovalsReviewer) -> None:
        self.config, self.policy, self.reviewer = config, policy, reviewer

    def apply(self, thread: LiveThread, params: ThreadSettings) -> None:
        """Keep for the thread what only clients want to know."""
        thread.policy, thread.reviewer = self.policy, self.reviewer
        thread.thread_source = params.thread_source or thread.thread_source


def thread_config(server: Server, params: ThreadSettings, cwd: str | None = None) -> ThreadConfig:
    """What the request asks for, over everything else. Raises `RequestError`.

    `cwd` counts where the request names none.
    """
    asked = params.approval_policy
    folder = cwd if params.cwd is None else absolute(server.runtime.sources.cwd, params.cwd)
    flags = ConfigFlags(
        model=params.model,
        model_provider=params.model_provider,
        cwd=folder,
        approval_policy=None if asked is None or isinstance(asked, Granular) else asked,
        sandbox_mode=sandbox_mode(params.sandbox),
        base_instructions=params.base_instructions,
        developer_instructions=params.developer_instructions,
    )
    overrides = json_overrides(params.config or {})
    try:
        config = server.runtime.derive(flags, overrides)
        policy: AskedPolicy = configured_policy(config) if asked is None else asked
        effective, granular = effective_policy(policy)
        reviewer: ApprovalsReviewer = params.approvals_reviewer or config.approvals_reviewer
        config = msgspec.structs.replace(
            config,
            approval_policy=effective,
            granular_approval=granular,
            approvals_reviewer=effective_reviewer(reviewer),
            service_tier=params.service_tier or config.service_tier,
        )
    except ConfigError as error:
        raise refused(f"error deriving config: {error}") from None
    return ThreadConfig(config, policy, reviewer)
