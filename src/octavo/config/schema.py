"""The types of `config.toml`, before profiles, flags and defaults are applied (`docs/config.md`).

Unknown keys are ignored everywhere. In the two tables that flags and profiles
compete with (`ConfigToml`, `ProfileToml`) None means *not set*; the smaller tables
carry their defaults and are used as they stand.
"""

# No `from __future__ import annotations` here: msgspec would have to evaluate every one of
# these annotations from its text, which costs each start 2 ms. The same holds for other modules
# whose types a start reads.

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from octavo.config.providers import ModelProvider
from octavo.config.web_search import WebSearchMode, WebSearchToml
from octavo.protocol.policy import ApprovalPolicy, Granular, ReasoningSummary, SandboxMode, Verbosity

# The bounds are those of the numbers that other readers of the file can hold;
# `shown_as` is the name under which an error asks for such a number.
Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1, extra={"shown_as": "i64"})]
Unsigned = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1, extra={"shown_as": "usize"})]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1, extra={"shown_as": "u64"})]

CredentialsStore = Literal["file", "keyring", "auto"]
OAuthCredentialsStore = Literal["auto", "file", "keyring"]
FileOpener = Literal["vscode", "vscode-insiders", "windsurf", "cursor", "none"]
ReasoningSummaryFormat = Literal["none", "experimental"]
LoginMethod = Literal["chatgpt", "api"]
CompactionMode = Literal["bridge", "careful"]
AskedReviewer = Literal["user", "auto_review", "guardian_subagent"]
"""Who decides where consent is needed; the last is an older name of `auto_review`."""
NotificationMethod = Literal["auto", "osc9", "osc777", "osc99", "bel"]
OssProvider = Literal["ollama", "lmstudio"]


class ShellEnvironmentPolicy(msgspec.Struct, frozen=True):
    """Which variables commands of the model get. Patterns know `*` and `?` and match whole names in any case."""

    inherit: Literal["core", "all", "none"] = "all"
    ignore_default_excludes: bool = False
    exclude: tuple[str, ...] = ()
    set: Mapping[str, str] = {}
    include_only: tuple[str, ...] = ()
    experimental_use_profile: bool = False


class WorkspaceWriteToml(msgspec.Struct, frozen=True):
    """`[sandbox_workspace_write]`: what the mode of that name allows beyond the working folder."""

    writable_roots: tuple[str, ...] = ()
    network_access: bool = False
    exclude_tmpdir_env_var: bool = False
    exclude_slash_tmp: bool = False
    protect_repository: bool = True


class History(msgspec.Struct, frozen=True):
    """`[history]`: whether sent messages are remembered across sessions; the size is accepted and not enforced."""

    persistence: Literal["save-all", "none"]
    max_bytes: Unsigned | None = None


class Tui(msgspec.Struct, frozen=True):
    """`[tui]`: desktop notifications off, on, or for the named events; whether Enter tells a turn that runs.

    `terminal_title` names what stands in the window's title, in this order; nothing leaves it alone. `quiet` turns
    notifications and the title off, whatever else is set. `theme` names one of `themes`, the user's own (looks by
    role), or one that comes along; `prose_width` is the widest column of prose. `vim_mode_default`: the draft has vi's
    modes. `status_line` names what stands below the composer, a limit only once so many percent are used
    (`status_line_limits_from`); `status_line_command` is a program with its arguments that prints more for it.
    `animations` lets what runs move, and `plain` says everything in plain lines.
    `keymap` has by context and action a key, several, or none.
    """

    notifications: bool | tuple[str, ...] = False
    notification_method: NotificationMethod = "auto"
    notification_condition: Literal["unfocused", "always"] = "unfocused"
    terminal_title: tuple[str, ...] = ()
    quiet: bool = False
    enter_steers: bool = False
    theme: str | None = None
    themes: Mapping[str, Mapping[str, Any]] = {}
    prose_width: Unsigned | None = None
    vim_mode_default: bool = False
    status_line: tuple[str, ...] = ()
    status_line_use_colors: bool = True
    status_line_limits_from: Unsigned = 0
    status_line_command: tuple[str, ...] = ()
    animations: bool = True
    plain: bool = False
    keymap: Mapping[str, Mapping[str, str | tuple[str, ...]]] = {}


class ToolsToml(msgspec.Struct, frozen=True):
    """`[tools]`: older switches of two features; as a table, how to search."""

    web_search: bool | WebSearchToml | None = None
    web_search_request: bool | None = None
    view_image: bool | None = None


class ApprovalToml(msgspec.Struct, frozen=True):
    """The approval policy as a table."""

    granular: Granular


class Notices(msgspec.Struct, frozen=True):
    """`[notice]`: warnings that the user does not want to see again."""

    hide_full_access_warning: bool | None = None


class ProjectToml(msgspec.Struct, frozen=True):
    """`[projects."/path"]`: only the trust level `trusted` means anything."""

    trust_level: str | None = None


class OtlpTls(msgspec.Struct, frozen=True):
    """Files (PEM) for a collector with a certificate of its own, or one that wants to see ours."""

    ca_certificate: str | None = msgspec.field(default=None, name="ca-certificate")
    client_certificate: str | None = msgspec.field(default=None, name="client-certificate")
    client_private_key: str | None = msgspec.field(default=None, name="client-private-key")


class OtlpHttp(msgspec.Struct, frozen=True):
    """Telemetry by OTLP over HTTP."""

    endpoint: str
    headers: Mapping[str, str]
    protocol: Literal["binary", "json"]
    tls: OtlpTls | None = None


class OtlpGrpc(msgspec.Struct, frozen=True):
    """Telemetry by OTLP over gRPC."""

    endpoint: str
    headers: Mapping[str, str]
    tls: OtlpTls | None = None


class OtelExporterToml(msgspec.Struct, frozen=True):
    """A table with exactly one of the two keys."""

    http: OtlpHttp | None = msgspec.field(default=None, name="otlp-http")
    grpc: OtlpGrpc | None = msgspec.field(default=None, name="otlp-grpc")


class OtelToml(msgspec.Struct, frozen=True):
    """`[otel]`: where events, traces and metrics go, and whether they may hold prompts."""

    log_user_prompt: bool = False
    environment: str = "dev"
    exporter: Literal["none"] | OtelExporterToml = "none"
    trace_exporter: Literal["none"] | OtelExporterToml = "none"
    metrics_exporter: Literal["none"] | OtelExporterToml = "none"


class EnvVarToml(msgspec.Struct, frozen=True):
    """A variable that a server gets from our environment."""

    name: str


class McpServerToml(msgspec.Struct, frozen=True):
    """`[mcp_servers.NAME]` as written; `mcp_servers.read_server` decides what it means."""

    command: str | None = None
    args: tuple[str, ...] | None = None
    env: Mapping[str, str] | None = None
    env_vars: tuple[str | EnvVarToml, ...] | None = None
    cwd: str | None = None
    url: str | None = None
    bearer_token: str | None = None
    bearer_token_env_var: str | None = None
    http_headers: Mapping[str, str] | None = None
    env_http_headers: Mapping[str, str] | None = None
    enabled: bool = True
    required: bool = False
    startup_timeout_sec: float | None = None
    startup_timeout_ms: Milliseconds | None = None
    tool_timeout_sec: float | None = None
    enabled_tools: tuple[str, ...] | None = None
    disabled_tools: tuple[str, ...] | None = None


DEFAULT_LOCAL_CONTEXT = 8192
"""Window of the local model, in tokens, where `[local]` names none."""


class LocalModel(msgspec.Struct, frozen=True):
    """`[local]`: the model file (GGUF) that runs in this process, its context in tokens, its threads."""

    model_path: str | None = None
    context_size: Unsigned | None = None
    threads: Unsigned | None = None


class PriceToml(msgspec.Struct, frozen=True):
    """`[prices."MODEL"]`: what a million tokens cost. Cached input costs as much as other input unless told."""

    input: float
    output: float
    cached_input: float | None = None
    currency: str = "USD"

    def cost(self, input_tokens: int, cached: int, output: int) -> float:
        """What so many tokens cost; the cached ones are part of the input."""
        cached_price = self.input if self.cached_input is None else self.cached_input
        fresh = max(input_tokens - cached, 0)
        return (fresh * self.input + cached * cached_price + output * self.output) / 1_000_000


class AgentToml(msgspec.Struct, frozen=True):
    """`[agents.NAME]`: what the agent is for, the file with its settings, what it may take in tokens."""

    description: str = ""
    config_file: str | None = None
    max_tokens: Unsigned | None = None


class AcpToml(msgspec.Struct, frozen=True):
    """`[acp]`: what editors do for the agent (`docs/acp.md`)."""

    client_terminals: bool = False


class UndoToml(msgspec.Struct, frozen=True):
    """`[undo]`: whether what turns change can be taken back, and what keeping that may cost, in bytes.

    `skip` names folders that are left out wherever they lie, in place of the built-in list (`docs/undo.md`).
    """

    enabled: bool = False
    max_bytes: Unsigned = 2 << 30
    max_file_bytes: Unsigned = 64 << 20
    skip: tuple[str, ...] | None = None


class SkillToml(msgspec.Struct, frozen=True):
    """`[[skills.config]]`: a skill by its file or folder, and whether the model is told of it."""

    path: str
    enabled: bool = True


class SkillsToml(msgspec.Struct, frozen=True):
    """`[skills]`."""

    config: tuple[SkillToml, ...] = ()


class ProfileToml(msgspec.Struct, frozen=True):
    """`[profiles.NAME]`: the settings that may differ from one profile to another."""

    model: str | None = None
    model_provider: str | None = None
    approval_policy: ApprovalPolicy | ApprovalToml | None = None
    sandbox_mode: SandboxMode | None = None
    model_reasoning_effort: str | None = None
    model_reasoning_summary: ReasoningSummary | None = None
    model_verbosity: Verbosity | None = None
    chatgpt_base_url: str | None = None
    web_search: WebSearchMode | None = None
    service_tier: str | None = None
    model_instructions_file: str | None = None
    experimental_instructions_file: str | None = None
    experimental_compact_prompt_file: str | None = None
    include_apply_patch_tool: bool | None = None
    experimental_use_exec_command_tool: bool | None = None
    experimental_use_unified_exec_tool: bool | None = None
    experimental_use_rmcp_client: bool | None = None
    experimental_use_freeform_apply_patch: bool | None = None
    experimental_sandbox_command_assessment: bool | None = None
    tools_web_search: bool | None = None
    tools_view_image: bool | None = None
    max_turns: Integer | None = None
    max_tokens: Integer | None = None
    max_cost: float | None = None
    time_limit: str | Integer | None = None
    loop_guard: bool | None = None
    compaction: CompactionMode | None = None
    features: Mapping[str, Any] | None = None


class ConfigToml(msgspec.Struct, frozen=True):
    """The whole file: every key that means something."""

    model: str | None = None
    review_model: str | None = None
    model_provider: str | None = None
    model_context_window: Integer | None = None
    model_max_output_tokens: Integer | None = None
    model_auto_compact_token_limit: Integer | None = None
    tool_output_token_limit: Unsigned | None = None
    approval_policy: ApprovalPolicy | ApprovalToml | None = None
    approvals_reviewer: AskedReviewer | None = None
    sandbox_mode: SandboxMode | None = None
    default_permissions: str | None = None
    permissions: Mapping[str, Any] | None = None
    notify: tuple[str, ...] | None = None
    instructions: str | None = None
    developer_instructions: str | None = None
    compact_prompt: str | None = None
    forced_chatgpt_workspace_id: str | None = None
    forced_login_method: LoginMethod | None = None
    cli_auth_credentials_store: CredentialsStore | None = None
    mcp_oauth_credentials_store: OAuthCredentialsStore | None = None
    project_doc_max_bytes: Unsigned | None = None
    project_doc_fallback_filenames: tuple[str, ...] | None = None
    project_root_markers: tuple[str, ...] | None = None
    profile: str | None = None
    file_opener: FileOpener | None = None
    hide_agent_reasoning: bool | None = None
    show_raw_agent_reasoning: bool | None = None
    model_reasoning_effort: str | None = None
    model_reasoning_summary: ReasoningSummary | None = None
    model_verbosity: Verbosity | None = None
    service_tier: str | None = None
    model_supports_reasoning_summaries: bool | None = None
    model_reasoning_summary_format: ReasoningSummaryFormat | None = None
    chatgpt_base_url: str | None = None
    openai_base_url: str | None = None
    oss_provider: OssProvider | None = None
    web_search: WebSearchMode | None = None
    check_for_update_on_startup: bool | None = None
    disable_paste_burst: bool | None = None
    windows_wsl_setup_acknowledged: bool | None = None
    shell_snapshot: bool | None = None
    keep_background_processes: bool | None = None
    deny_read: tuple[str, ...] | None = None
    max_turns: Integer | None = None
    max_tokens: Integer | None = None
    max_cost: float | None = None
    time_limit: str | Integer | None = None
    compaction: CompactionMode | None = None
    loop_guard: bool | None = None
    model_instructions_file: str | None = None
    experimental_instructions_file: str | None = None
    experimental_compact_prompt_file: str | None = None
    experimental_use_exec_command_tool: bool | None = None
    experimental_use_unified_exec_tool: bool | None = None
    experimental_use_rmcp_client: bool | None = None
    experimental_use_freeform_apply_patch: bool | None = None
    experimental_sandbox_command_assessment: bool | None = None
    sandbox_workspace_write: WorkspaceWriteToml | None = None
    shell_environment_policy: ShellEnvironmentPolicy | None = None
    history: History | None = None
    tui: Tui | None = None
    tools: ToolsToml | None = None
    features: Mapping[str, Any] | None = None
    notice: Notices | None = None
    hooks: Mapping[str, Any] | None = None
    hooks_sandbox_mode: SandboxMode | None = None
    skills: SkillsToml | None = None
    projects: Mapping[str, ProjectToml] | None = None
    otel: OtelToml | None = None
    profiles: Mapping[str, ProfileToml] | None = None
    model_providers: Mapping[str, ModelProvider] | None = None
    mcp_servers: Mapping[str, McpServerToml] | None = None
    agents: Mapping[str, Any] | None = None
    local: LocalModel | None = None
    prices: Mapping[str, PriceToml] | None = None
    undo: UndoToml | None = None
    acp: AcpToml | None = None
