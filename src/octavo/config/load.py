"""Builds the `Config` of a conversation from its layers (`docs/config.md`).

Every setting is decided in one order: typed flag, active profile, merged tree (file,
overrides, administrator's file), built-in default. Single exception: raw reasoning,
where the tree comes before the flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec.structs import replace

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
    effort_of,
    first,
    first_set,
    replaced_prompts,
)
from octavo.config.config import Agents, Config, Otel
from octavo.config.features import canonical_feature, meaningless_switches, resolve_features
from octavo.config.instructions import read_user_instructions
from octavo.config.layers import merge_layers
from octavo.config.mcp_servers import McpServer, read_server
from octavo.config.permissions import approval_policy_of, permission_warning
from octavo.config.providers import build_providers, choose_provider
from octavo.config.schema import (
    ApprovalToml,
    ConfigToml,
    History,
    LocalModel,
    McpServerToml,
    Notices,
    OssProvider,
    OtelExporterToml,
    OtelToml,
    OtlpGrpc,
    OtlpHttp,
    ProfileToml,
    ShellEnvironmentPolicy,
    SkillsToml,
    ToolsToml,
    Tui,
    UndoToml,
    WorkspaceWriteToml,
)
from octavo.config.sources import ConfigSources, ReadSources, read_sources
from octavo.config.toml import Tree, convert_table, convert_tree
from octavo.config.trust import is_trusted
from octavo.config.web_search import choose_web_search
from octavo.errors import ConfigError
from octavo.protocol.policy import ApprovalPolicy

__all__ = [
    "ConfigFlags",
    "ConfigSources",
    "OssProvider",
    "canonical_folder",
    "load_config",
    "read_mcp_servers",
    "read_settings",
    "resolve_config",
]

DEFAULT_REVIEW_MODEL = "gpt-5-codex"
DEFAULT_CHATGPT_BASE_URL = "https://chatgpt.com/backend-api/"
DEFAULT_PROJECT_DOC_MAX_BYTES = 32 * 1024


def load_config(sources: ConfigSources) -> Config:
    """The configuration that `sources` yield; `ConfigError` with one message if there is none."""
    read = read_sources(sources)
    return resolve_config(sources, read_settings(merge_layers(read.layers)), read)


def read_settings(tree: Tree) -> ConfigToml:
    """The merged tree in its types; `ConfigError` names the first value that does not fit."""
    settings = convert_table(tree, ConfigToml)
    _check_tools(settings.tools)
    _check_features(settings)
    if settings.otel is not None and not all(_names_one(exporter) for exporter in _exporters(settings.otel)):
        from octavo.config.type_errors import convert_reporting  # only where something is odd

        return convert_reporting(tree, ConfigToml)
    return settings


def read_mcp_servers(table: Mapping[str, McpServerToml]) -> dict[str, McpServer]:
    """The configured servers, sorted by name."""
    return {name: read_server(name, table[name]) for name in sorted(table)}


def resolve_config(sources: ConfigSources, settings: ConfigToml, read: ReadSources) -> Config:
    """Chooses, for each setting, among flags, profile, `settings` and defaults."""
    flags, environ, cwd = sources.flags, sources.environ, sources.folder
    servers = read_mcp_servers(settings.mcp_servers or {})
    profile_name, profile = active_profile(settings, flags, has_file=read.has_profile_file)
    searches, web_search = choose_web_search(
        flags.web_search,
        first_set(profile.web_search, settings.web_search),
        settings.tools.web_search if settings.tools is not None else None,
    )
    features, deprecations = resolve_features(settings, profile, _feature_flags(flags, searches))
    trusted = is_trusted(settings.projects or {}, cwd, environ, chosen_roots(settings, flags, cwd))
    oss_provider: OssProvider = first("ollama", flags.oss_provider, settings.oss_provider)
    providers = build_providers(
        settings.model_providers or {}, environ, __version__, settings.openai_base_url, oss_provider
    )
    provider_id = choose_provider_id(settings, profile, flags)
    provider = choose_provider(providers, provider_id)
    base_instructions, compact_prompt = replaced_prompts(settings, profile, flags, cwd, sources.codex_home)
    approval: ApprovalPolicy | ApprovalToml | None = first_set(
        flags.approval_policy, profile.approval_policy, settings.approval_policy
    )
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
        tool_output_token_limit=settings.tool_output_token_limit,
        model_reasoning_effort=effort_of(first_set(profile.model_reasoning_effort, settings.model_reasoning_effort)),
        model_reasoning_summary=first("auto", profile.model_reasoning_summary, settings.model_reasoning_summary),
        model_verbosity=first_set(profile.model_verbosity, settings.model_verbosity),
        model_supports_reasoning_summaries=settings.model_supports_reasoning_summaries,
        model_reasoning_summary_format=settings.model_reasoning_summary_format,
        service_tier=first_set(profile.service_tier, settings.service_tier) or None,
        local_model=settings.local or LocalModel(),
        approval_policy=approval_policy_of(approval) or "on-request",
        granular_approval=approval.granular if isinstance(approval, ApprovalToml) else None,
        approvals_reviewer=flags.approvals_reviewer
        or ("user" if settings.approvals_reviewer in (None, "user") else "auto_review"),
        sandbox_policy=choose_sandbox_policy(settings, profile, flags, cwd, trusted),
        approval_or_sandbox_was_set=_policy_was_set(settings, profile, flags),
        protect_repository=(settings.sandbox_workspace_write or WorkspaceWriteToml()).protect_repository,
        project_is_trusted=trusted,
        shell_environment_policy=settings.shell_environment_policy or ShellEnvironmentPolicy(),
        shell_snapshot=first(True, settings.shell_snapshot),
        keep_background_processes=first(False, settings.keep_background_processes),
        deny_read=_checked_rules(settings.deny_read or (), sources.environ),
        user_instructions=read_user_instructions(sources.codex_home),
        base_instructions=base_instructions,
        developer_instructions=first_set(flags.developer_instructions, settings.developer_instructions),
        compact_prompt=compact_prompt,
        compaction=first("bridge", profile.compaction, settings.compaction),
        project_doc_max_bytes=first(DEFAULT_PROJECT_DOC_MAX_BYTES, settings.project_doc_max_bytes),
        project_root_markers=first((".git",), settings.project_root_markers),
        project_doc_fallback_filenames=_trimmed(settings.project_doc_fallback_filenames or ()),
        hide_agent_reasoning=settings.hide_agent_reasoning or False,
        show_raw_agent_reasoning=_shows_raw_reasoning(settings, flags),
        file_opener=first("vscode", settings.file_opener),
        notify=settings.notify or (),
        tui=_tui(settings, flags),
        disable_paste_burst=settings.disable_paste_burst or False,
        notices=settings.notice or Notices(),
        windows_wsl_setup_acknowledged=settings.windows_wsl_setup_acknowledged or False,
        history=settings.history or History("save-all"),
        features=features,
        web_search=web_search,
        deprecations=deprecations,
        mcp_servers=servers,
        agents=_agents(settings.agents, sources.codex_home),
        otel=_otel(settings.otel or OtelToml()),
        prices=settings.prices or {},
        ignore_rules=flags.ignore_rules,
        trusts_hooks=flags.trusts_hooks,
        hooks=settings.hooks or {},
        hooks_sandbox_mode=settings.hooks_sandbox_mode,
        skills=(settings.skills or SkillsToml()).config,
        limits=choose_limits(settings, profile, flags),
        undo=settings.undo or UndoToml(),
        client_terminals=settings.acp is not None and settings.acp.client_terminals,
        forced_login_method=settings.forced_login_method,
        forced_chatgpt_workspace_id=(settings.forced_chatgpt_workspace_id or "").strip() or None,
        cli_auth_credentials_store=first("file", settings.cli_auth_credentials_store),
        mcp_oauth_credentials_store=first("auto", settings.mcp_oauth_credentials_store),
        chatgpt_base_url=first(DEFAULT_CHATGPT_BASE_URL, profile.chatgpt_base_url, settings.chatgpt_base_url),
        active_profile=profile_name,
        check_for_update_on_startup=first(True, settings.check_for_update_on_startup),
        oss_provider=oss_provider,
        warnings=(*read.warnings, *_warnings(settings, profile, sources)),
    )


def _checked_rules(rules: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, ...]:
    if rules:
        from octavo.files.deny_read import BadRule, parse_rule  # few have any

        for rule in rules:
            try:
                parse_rule(rule, environ)
            except BadRule as error:
                raise ConfigError(f"`{rule}` in `deny_read` {error}") from None
    return rules


def _agents(table: Mapping[str, Any] | None, codex_home: str) -> Agents:
    if not table:
        return Agents()
    from octavo.config.agents import read_agents  # few have any

    return read_agents(table, codex_home)


def _warnings(settings: ConfigToml, profile: ProfileToml, sources: ConfigSources) -> tuple[str, ...]:
    flags = sources.flags
    chosen = flags.sandbox_mode is not None or profile.sandbox_mode is not None
    told = None if chosen else permission_warning(settings.default_permissions, settings.permissions)
    told_already = {path.removeprefix("features.") for path, _ in sources.cli_overrides}  # `--enable` speaks for itself
    switches = {**(settings.features or {}), **(profile.features or {})}
    meaningless = meaningless_switches({name: on for name, on in switches.items() if name not in told_already})
    return tuple(line for line in (told, meaningless) if line is not None)


def _feature_flags(flags: ConfigFlags, searches: bool | None) -> dict[str, bool | None]:
    return {
        "apply_patch_freeform": flags.include_apply_patch,
        "web_search_request": searches,
        "experimental_sandbox_command_assessment": flags.command_assessment,
    }


def _policy_was_set(settings: ConfigToml, profile: ProfileToml, flags: ConfigFlags) -> bool:
    tables = (flags, profile, settings)
    told = any(table.approval_policy is not None or table.sandbox_mode is not None for table in tables)
    return told or settings.default_permissions is not None


def _shows_raw_reasoning(settings: ConfigToml, flags: ConfigFlags) -> bool:
    # The one setting where the file comes before the flag: `--oss` merely suggests it.
    return first(flags.oss, settings.show_raw_agent_reasoning, flags.show_raw_agent_reasoning)


def _tui(settings: ConfigToml, flags: ConfigFlags) -> Tui:
    tui = settings.tui or Tui()
    return replace(tui, plain=True) if flags.plain else tui


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


def _check_features(settings: ConfigToml) -> None:
    """Features are switches; what those of later releases take is not looked at."""
    tables = [("features", settings.features)]
    tables += [(f"profiles.{name}.features", profile.features) for name, profile in (settings.profiles or {}).items()]
    for path, table in tables:
        for name, value in (table or {}).items():
            if not isinstance(value, bool) and canonical_feature(name) is not None:
                convert_tree(value, bool, f"{path}.{name}")
