"""`getUserSavedConfig` and `setDefaultModel`: the user's `config.toml` as it stands on the disk."""

from __future__ import annotations

import os

from octavo.config.choices import effort_of
from octavo.config.edit import save_model
from octavo.config.layers import CONFIG_FILE, read_toml
from octavo.config.load import read_settings
from octavo.config.permissions import approval_policy_of
from octavo.config.schema import ConfigToml, ProfileToml, ToolsToml, WorkspaceWriteToml
from octavo.config.web_search import WebSearchToml
from octavo.errors import ConfigError
from octavo.frontends.app_server.dialect import NoParams
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v1.types.params import SetDefaultModelParams
from octavo.frontends.app_server.v1.types.results import GetUserSavedConfigResponse
from octavo.frontends.app_server.v1.types.values import Profile, SandboxSettings, Tools, UserSavedConfig
from octavo.frontends.jsonrpc.errors import failed
from octavo.frontends.jsonrpc.messages import RequestId


async def get_user_saved_config(server: Server, _: RequestId, __: NoParams) -> GetUserSavedConfigResponse:
    """The file alone, without flags and without defaults."""
    try:
        tree = read_toml(os.path.join(server.config.codex_home, CONFIG_FILE))
    except ConfigError as error:
        raise failed(f"failed to load config.toml: {error}") from None
    try:
        return GetUserSavedConfigResponse(_shown(read_settings(tree)))
    except ConfigError as error:
        raise failed(f"failed to parse config.toml: {error}") from None


async def set_default_model(server: Server, _: RequestId, params: SetDefaultModelParams) -> Empty:
    """Write it to the file, into the profile that is in force if there is one; nothing that runs changes."""
    config = server.config
    try:
        save_model(config.codex_home, config.active_profile, params.model, params.reasoning_effort)
    except ConfigError as error:
        raise failed(f"failed to persist model selection: {error}") from None
    return Empty()


def _shown(settings: ConfigToml) -> UserSavedConfig:
    return UserSavedConfig(
        approval_policy=approval_policy_of(settings.approval_policy),
        sandbox_mode=settings.sandbox_mode,
        sandbox_settings=_sandbox(settings.sandbox_workspace_write),
        forced_chatgpt_workspace_id=settings.forced_chatgpt_workspace_id,
        forced_login_method=settings.forced_login_method,
        model=settings.model,
        model_reasoning_effort=effort_of(settings.model_reasoning_effort),
        model_reasoning_summary=settings.model_reasoning_summary,
        model_verbosity=settings.model_verbosity,
        tools=_tools(settings.tools),
        profile=settings.profile,
        profiles={name: _profile(profile) for name, profile in (settings.profiles or {}).items()},
    )


def _sandbox(table: WorkspaceWriteToml | None) -> SandboxSettings | None:
    if table is None:
        return None
    return SandboxSettings(
        table.writable_roots, table.network_access, table.exclude_tmpdir_env_var, table.exclude_slash_tmp
    )


def _tools(table: ToolsToml | None) -> Tools | None:
    if table is None:
        return None
    search = True if isinstance(table.web_search, WebSearchToml) else table.web_search
    return Tools(search if search is not None else table.web_search_request, table.view_image)


def _profile(profile: ProfileToml) -> Profile:
    return Profile(
        profile.model,
        profile.model_provider,
        approval_policy_of(profile.approval_policy),
        effort_of(profile.model_reasoning_effort),
        profile.model_reasoning_summary,
        profile.model_verbosity,
        profile.chatgpt_base_url,
    )
