"""Builds the `Config` of a conversation from its layers (`docs/config.md`).

Every setting is decided in one order: typed flag, active profile, merged tree (file,
overrides, administrator's file), built-in default. Single exception: raw reasoning,
where the tree comes before the flag.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from octavo import __version__
from octavo.config.choices import (
    ConfigFlags,
    active_profile,
    canonical_folder,
    choose_limits,
    choose_model,
    choose_provider_id,
    choose_sandbox_policy,
    chosen_roots,
    first,
    first_set,
    replaced_prompts,
)
from octavo.config.config import Agents, Config, Otel
from octavo.config.features import resolve_features
from octavo.config.instructions import read_user_instructions
from octavo.config.layers import MANAGED_PATH, merge_layers, read_layers
from octavo.config.mcp_servers import McpServer, read_server
from octavo.config.overrides import Override
from octavo.config.providers import build_providers, choose_provider
from octavo.config.schema import (
    ConfigToml,
    History,
    LocalModel,
    McpServerToml,
    Notices,
    OtelExporterToml,
    OtelToml,
    OtlpGrpc,
    OtlpHttp,
    ProfileToml,
    ShellEnvironmentPolicy,
    ToolsToml,
    Tui,
    WorkspaceWriteToml,
)
from octavo.config.toml import Tree, convert_tree
from octavo.config.trust import is_trusted
from octavo.errors import ConfigError

__all__ = [
    "ConfigFlags",
    "ConfigSources",
    "canonical_folder",
    "load_config",
    "read_mcp_servers",
    "read_settings",
    "resolve_config",
]

DEFAULT_REVIEW_MODEL = "gpt-5-codex"
DEFAULT_CHATGPT_BASE_URL = "https://chatgpt.com/backend-api/"
DEFAULT_PROJECT_DOC_MAX_BYTES = 32 * 1024


class ConfigSources(msgspec.Struct, frozen=True):
    """Where a configuration comes from. `cwd` is absolute; `environ` is the environment after `.env`."""

    codex_home: str
    cwd: str
    environ: Mapping[str, str]
    cli_overrides: tuple[Override, ...] = ()
    flags: ConfigFlags = ConfigFlags()
    managed_path: str = MANAGED_PATH


def load_config(sources: ConfigSources) -> Config:
    """The configuration that `sources` yield; `ConfigError` with one message if there is none."""
    tree = merge_layers(read_layers(sources.codex_home, sources.cli_overrides, sources.managed_path))
    return resolve_config(sources, read_settings(tree))


def read_settings(tree: Tree) -> ConfigToml:
    """The merged tree in its types; `ConfigError` names the first value that does not fit."""
    settings = convert_tree(tree, ConfigToml)
    _check_tools(settings.tools)
    if settings.otel is not None and not all(_names_one(exporter) for exporter in _exporters(settings.otel)):
        from octavo.config.type_errors import convert_reporting  # only where something is odd

        return convert_reporting(tree, ConfigToml)
    return settings


def read_mcp_servers(table: Mapping[str, McpServerToml]) -> dict[str, McpServer]:
    """The configured servers, sorted by name."""
    return {name: read_server(name, table[name]) for name in sorted(table)}


def resolve_config(sources: ConfigSources, settings: ConfigToml) -> Config:
    """Chooses, for each setting, among flags, profile, `settings` and defaults."""
    flags, environ = sources.flags, sources.environ
    cwd = os.path.join(sources.cwd, flags.cwd) if flags.cwd is not None else sources.cwd
    servers = read_mcp_servers(settings.mcp_servers or {})
    profile_name, profile = active_profile(settings, flags)
    features, deprecations = resolve_features(settings, profile, _feature_flags(flags))
    trusted = is_trusted(settings.projects or {}, cwd, environ, chosen_roots(settings, flags, cwd))
    providers = build_providers(settings.model_providers or {}, environ, __version__)
    provider_id = choose_provider_id(settings, profile, flags)
    provider = choose_provider(providers, provider_id)
    base_instructions, compact_prompt = replaced_prompts(settings, profile, flags, cwd)
    return Config(
        codex_home=sources.codex_home,
        cwd=cwd,
        environ=environ,
        model=choose_model(settings, profile, flags, provider_id),
        review_model=first(DEFAULT_REVIEW_MODEL, flags.review_model, settings.review_model),
        model_provider_id=provider_id,
        model_provider=provider,
        model_providers=providers,
        model_context_window=settings.model_context_window,
        model_max_output_tokens=settings.model_max_output_tokens,
        model_auto_compact_token_limit=settings.model_auto_compact_token_limit,
        model_reasoning_effort=first_set(profile.model_reasoning_effort, settings.model_reasoning_effort),
        model_reasoning_summary=first("auto", profile.model_reasoning_summary, settings.model_reasoning_summary),
        model_verbosity=first_set(profile.model_verbosity, settings.model_verbosity),
        model_supports_reasoning_summaries=settings.model_supports_reasoning_summaries,
        model_reasoning_summary_format=settings.model_reasoning_summary_format,
        local_model=settings.local or LocalModel(),
        service_tier=settings.service_tier or None,
        approval_policy=first("on-request", flags.approval_policy, profile.approval_policy, settings.approval_policy),
        approvals_reviewer="user" if settings.approvals_reviewer in (None, "user") else "auto_review",
        sandbox_policy=choose_sandbox_policy(settings, profile, flags, cwd, trusted),
        approval_or_sandbox_was_set=_policy_was_set(settings, profile, flags),
        protect_repository=(settings.sandbox_workspace_write or WorkspaceWriteToml()).protect_repository,
        project_is_trusted=trusted,
        shell_environment_policy=settings.shell_environment_policy or ShellEnvironmentPolicy(),
        shell_snapshot=first(True, settings.shell_snapshot),
        keep_background_processes=first(False, settings.keep_background_processes),
        user_instructions=read_user_instructions(sources.codex_home),
        base_instructions=base_instructions,
        developer_instructions=first_set(flags.developer_instructions, settings.developer_instructions),
        compact_prompt=compact_prompt,
        project_doc_max_bytes=first(DEFAULT_PROJECT_DOC_MAX_BYTES, settings.project_doc_max_bytes),
        project_doc_fallback_filenames=_trimmed(settings.project_doc_fallback_filenames or ()),
        hide_agent_reasoning=settings.hide_agent_reasoning or False,
        show_raw_agent_reasoning=_shows_raw_reasoning(settings, flags),
        file_opener=first("vscode", settings.file_opener),
        notify=settings.notify or (),
        tui=settings.tui or Tui(),
        disable_paste_burst=settings.disable_paste_burst or False,
        notices=settings.notice or Notices(),
        windows_wsl_setup_acknowledged=settings.windows_wsl_setup_acknowledged or False,
        history=settings.history or History("save-all"),
        features=features,
        deprecations=deprecations,
        mcp_servers=servers,
        agents=_agents(settings.agents, sources.codex_home),
        otel=_otel(settings.otel or OtelToml()),
        prices=settings.prices or {},
        limits=choose_limits(settings, profile, flags),
        forced_login_method=settings.forced_login_method,
        forced_chatgpt_workspace_id=(settings.forced_chatgpt_workspace_id or "").strip() or None,
        cli_auth_credentials_store=first("file", settings.cli_auth_credentials_store),
        mcp_oauth_credentials_store=first("auto", settings.mcp_oauth_credentials_store),
        chatgpt_base_url=first(DEFAULT_CHATGPT_BASE_URL, profile.chatgpt_base_url, settings.chatgpt_base_url),
        active_profile=profile_name,
    )


def _agents(table: Mapping[str, Any] | None, codex_home: str) -> Agents:
    if not table:
        return Agents()
    from octavo.config.agents import read_agents  # few have any

    return read_agents(table, codex_home)


def _feature_flags(flags: ConfigFlags) -> dict[str, bool | None]:
    return {
        "apply_patch_freeform": flags.include_apply_patch,
        "web_search_request": flags.web_search,
        "experimental_sandbox_command_assessment": flags.command_assessment,
    }


def _policy_was_set(settings: ConfigToml, profile: ProfileToml, flags: ConfigFlags) -> bool:
    tables = (flags, profile, settings)
    return any(table.approval_policy is not None or table.sandbox_mode is not None for table in tables)


def _shows_raw_reasoning(settings: ConfigToml, flags: ConfigFlags) -> bool:
    # The one setting where the file comes before the flag: `--oss` merely suggests it.
    return first(flags.oss, settings.show_raw_agent_reasoning, flags.show_raw_agent_reasoning)


def _trimmed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in names if name.strip())


def _otel(table: OtelToml) -> Otel:
    return Otel(table.log_user_prompt, table.environment, *(_chosen(exporter) for exporter in _exporters(table)))


def _exporters(table: OtelToml) -> tuple[Literal["none"] | OtelExporterToml, ...]:
    return table.exporter, table.trace_exporter, table.metrics_exporter


def _names_one(exporter: Literal["none"] | OtelExporterToml) -> bool:
    return exporter == "none" or (exporter.http is None) != (exporter.grpc is None)


def _chosen(exporter: Literal["none"] | OtelExporterToml) -> OtlpHttp | OtlpGrpc | None:
    return None if exporter == "none" else exporter.http or exporter.grpc


def _check_tools(tools: ToolsToml | None) -> None:
    if tools is not None and tools.web_search is not None and tools.web_search_request is not None:
        raise ConfigError("duplicate field `web_search`\nin `tools`")
