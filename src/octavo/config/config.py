"""`Config`: everything the user chose, resolved, in one frozen value (`docs/config.md`)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from octavo.config.features import Deprecation, Features
from octavo.config.mcp_servers import McpServer
from octavo.config.providers import ModelProvider
from octavo.config.schema import (
    CompactionMode,
    CredentialsStore,
    FileOpener,
    History,
    LocalModel,
    LoginMethod,
    Notices,
    OAuthCredentialsStore,
    OssProvider,
    OtlpGrpc,
    OtlpHttp,
    PriceToml,
    ReasoningSummaryFormat,
    ShellEnvironmentPolicy,
    SkillToml,
    Tui,
    UndoToml,
)
from octavo.config.web_search import WebSearch
from octavo.protocol.policy import (
    ApprovalPolicy,
    ApprovalsReviewer,
    Granular,
    ReasoningEffort,
    ReasoningSummary,
    SandboxMode,
    SandboxPolicy,
    Verbosity,
)

TYPE_CHECKING = False  # as `typing` has it
if TYPE_CHECKING:
    from octavo.config.limits import Limits

HEADER_VARIABLE = r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}"
"""How the value of an exporter's header names a variable."""


class Otel(msgspec.Struct, frozen=True):
    """Telemetry: where events, traces and metrics go (None: nowhere), under which environment name.

    `log_user_prompt` says whether prompts may be told (`docs/telemetry.md`).
    """

    log_user_prompt: bool = False
    environment: str = "dev"
    exporter: OtlpHttp | OtlpGrpc | None = None
    trace_exporter: OtlpHttp | OtlpGrpc | None = None
    metrics_exporter: OtlpHttp | OtlpGrpc | None = None

    @property
    def by_signal(self) -> dict[str, OtlpHttp | OtlpGrpc]:
        """Those that are set, by what they send: `events`, `traces`, `metrics`."""
        every = {"events": self.exporter, "traces": self.trace_exporter, "metrics": self.metrics_exporter}
        return {signal: one for signal, one in every.items() if one is not None}

    @property
    def exporters(self) -> tuple[OtlpHttp | OtlpGrpc, ...]:
        """All that are set."""
        return tuple(self.by_signal.values())

    def __repr__(self) -> str:
        kinds = [type(one).__name__ for one in self.exporters]  # their headers hold secrets
        return f"Otel(environment={self.environment!r}, exporters={kinds})"


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent that the model may hand a task to (`docs/agents.md`). None stands for what the parent has.

    `max_tokens` bounds what it may take in all; `sandbox_mode` only ever narrows.
    """

    name: str
    description: str
    model: str | None = None
    model_provider: str | None = None
    model_reasoning_effort: ReasoningEffort | None = None
    model_reasoning_summary: ReasoningSummary | None = None
    developer_instructions: str | None = None
    sandbox_mode: SandboxMode | None = None
    mcp_servers: Mapping[str, McpServer] | None = None
    max_tokens: int | None = None


class Agents(msgspec.Struct, frozen=True, kw_only=True):
    """`[agents]`: how deep agents may nest, how many may work at a time, and those that are named."""

    max_depth: int = 1
    max_threads: int = 6
    named: Mapping[str, Agent] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation's settings. None means that the user said nothing and the reader has its own default.

    Paths are absolute; sizes are in bytes, limits of models in tokens. `environ` is the
    environment after `.env`, and what commands and servers inherit from.
    """

    codex_home: str
    cwd: str
    environ: Mapping[str, str]

    model: str
    review_model: str
    model_provider_id: str
    model_provider: ModelProvider
    model_providers: Mapping[str, ModelProvider]
    model_context_window: int | None
    model_max_output_tokens: int | None
    model_auto_compact_token_limit: int | None
    tool_output_token_limit: int | None
    model_reasoning_effort: ReasoningEffort | None
    model_reasoning_summary: ReasoningSummary
    model_verbosity: Verbosity | None
    model_supports_reasoning_summaries: bool | None
    model_reasoning_summary_format: ReasoningSummaryFormat | None
    local_model: LocalModel
    service_tier: str | None = None
    """What the service is told of how soon the user wants answers."""

    approval_policy: ApprovalPolicy
    granular_approval: Granular | None
    """Which kinds of questions are asked, where the user says so one by one; `approval_policy` follows from it."""
    approvals_reviewer: ApprovalsReviewer = "user"
    sandbox_policy: SandboxPolicy
    approval_or_sandbox_was_set: bool
    """Whether a flag, the profile or the file set the approval policy or the sandbox mode."""
    protect_repository: bool
    """Whether `workspace-write` closes git's code-running files and `.codex` inside the writable roots."""
    project_is_trusted: bool
    shell_environment_policy: ShellEnvironmentPolicy
    shell_snapshot: bool
    keep_background_processes: bool
    deny_read: tuple[str, ...] = ()
    """Globs of what the model's commands and tools may not read, as the user wrote them (`docs/deny-read.md`)."""

    user_instructions: str | None
    """The global AGENTS text, trimmed, without the project's documents."""
    base_instructions: str | None
    """What stands for the built-in system prompt."""
    developer_instructions: str | None
    compact_prompt: str | None
    compaction: CompactionMode = "bridge"
    """How room is made in the window (`docs/compaction.md`)."""
    project_doc_max_bytes: int
    project_doc_fallback_filenames: tuple[str, ...]
    project_root_markers: tuple[str, ...]
    """What a folder holds that is the top of a project."""

    hide_agent_reasoning: bool
    show_raw_agent_reasoning: bool
    file_opener: FileOpener
    notify: tuple[str, ...]
    """The program to start after each turn and its arguments; empty for none."""
    tui: Tui
    disable_paste_burst: bool
    notices: Notices
    windows_wsl_setup_acknowledged: bool
    history: History

    features: Features
    web_search: WebSearch
    """How the provider searches the web, where the feature is on."""
    deprecations: tuple[Deprecation, ...]
    """Each older feature name that was used and the name to use instead, sorted."""
    mcp_servers: Mapping[str, McpServer]
    agents: Agents = Agents()
    otel: Otel
    prices: Mapping[str, PriceToml]
    trusts_hooks: bool
    """Whether hooks of a trusted project run in this run without trust of their own (`docs/hooks.md`)."""
    ignore_rules: bool
    """Whether the user's rules on commands do not count in this run (`docs/permissions.md`)."""
    hooks: Mapping[str, object]
    """The table as it is written; `tools.user_hooks` reads it (`docs/hooks.md`)."""
    hooks_sandbox_mode: SandboxMode | None
    skills: tuple[SkillToml, ...]
    """What the user says about single skills (`docs/skills.md`)."""
    limits: Limits | None
    """What a turn may take (`docs/limits.md`)."""
    undo: UndoToml
    client_terminals: bool
    """Whether commands without a sandbox run in the editor's terminals, where it has some (`docs/acp.md`)."""

    forced_login_method: LoginMethod | None
    forced_chatgpt_workspace_id: str | None
    cli_auth_credentials_store: CredentialsStore
    mcp_oauth_credentials_store: OAuthCredentialsStore
    chatgpt_base_url: str
    active_profile: str | None
    check_for_update_on_startup: bool
    oss_provider: OssProvider
    warnings: tuple[str, ...]
    """What was asked for and is not done, in words for the user."""

    @property
    def most_tool_output(self) -> int | None:
        """How many bytes of a tool's output the model reads, four for a token; None for the usual cut."""
        return None if self.tool_output_token_limit is None else 4 * self.tool_output_token_limit

    def __repr__(self) -> str:
        # The environment and the providers hold secrets, and texts of values end up in logs.
        return f"Config(model={self.model!r}, provider={self.model_provider_id!r}, cwd={self.cwd!r})"
