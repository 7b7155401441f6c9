"""The configuration of one conversation: files read anew, the server's own flags, then the request."""

from __future__ import annotations

from octavo.config.choices import ConfigFlags
from octavo.config.config import Config
from octavo.config.overrides import json_overrides
from octavo.errors import ConfigError
from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import NewConversationParams
from octavo.frontends.jsonrpc.errors import refused


def derived_config(server: Server, params: NewConversationParams) -> Config:
    """What the request asks for, over everything else. Raises `RequestError`."""
    flags = ConfigFlags(
        model=params.model,
        model_provider=params.model_provider,
        profile=params.profile,
        cwd=None if params.cwd is None else absolute(server.runtime.sources.cwd, params.cwd),
        approval_policy=params.approval_policy,
        sandbox_mode=params.sandbox,
        base_instructions=params.base_instructions,
        developer_instructions=params.developer_instructions,
        compact_prompt=params.compact_prompt,
        include_apply_patch=params.include_apply_patch_tool,
    )
    try:
        return server.runtime.derive(flags, json_overrides(params.config or {}))
    except ConfigError as error:
        raise refused(f"error deriving config: {error}") from None
