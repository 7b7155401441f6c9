"""What clients send with their requests."""

from __future__ import annotations

from typing import Any, Literal

from octavo.frontends.app_server.shapes import Camel, ClientInfo
from octavo.frontends.app_server.v2.types.values import (
    ApprovalsReviewer,
    AskedPolicy,
    InputPart,
    ItemsView,
    Limit,
    ReasoningSummary,
    SandboxMode,
    SandboxPolicy,
    SortDirection,
    ToolOutput,
    Variant,
)


class Capabilities(Camel, frozen=True):
    """What a client can do, and which notifications it does not want."""

    experimental_api: bool = False
    opt_out_notification_methods: tuple[str, ...] | None = None


class InitializeParams(Camel, frozen=True):
    """The client introduces itself."""

    client_info: ClientInfo
    capabilities: Capabilities | None = None


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


class ThreadResumeParams(ThreadSettings, frozen=True, kw_only=True):
    """A saved thread goes on."""

    thread_id: str
    exclude_turns: bool | None = None


class ThreadForkParams(ThreadSettings, frozen=True, kw_only=True):
    """A new thread that begins with what another one holds."""

    thread_id: str
    ephemeral: bool | None = None
    exclude_turns: bool | None = None


class ThreadParams(Camel, frozen=True):
    """Which thread."""

    thread_id: str


class ThreadReadParams(Camel, frozen=True):
    """Which thread, and whether its turns are wanted."""

    thread_id: str
    include_turns: bool | None = None


class ThreadListParams(Camel, frozen=True, kw_only=True):
    """Which page of which threads. Without `sourceKinds` those that people had; no provider at all means each."""

    archived: bool | None = None
    cursor: str | None = None
    cwd: str | tuple[str, ...] | None = None
    limit: Limit | None = None
    model_providers: tuple[str, ...] | None = None
    search_term: str | None = None
    section_id: str | None = None
    sort_direction: SortDirection | None = None
    sort_key: Literal["created_at", "updated_at", "recency_at", "section_position"] | None = None
    source_kinds: tuple[str, ...] | None = None
    use_state_db_only: Any = None
    """Means nothing here: files are all there is."""


class LoadedListParams(Camel, frozen=True):
    """Which page."""

    cursor: str | None = None
    limit: Limit | None = None


class TurnsListParams(Camel, frozen=True, kw_only=True):
    """Which page of a thread's turns; the newest come first unless asked otherwise."""

    thread_id: str
    cursor: str | None = None
    limit: Limit | None = None
    sort_direction: SortDirection | None = None
    items_view: ItemsView | None = None


class ThreadNameParams(Camel, frozen=True):
    """Which thread, and what it is to be called."""

    thread_id: str
    name: str


class TurnStartParams(Camel, frozen=True, kw_only=True):
    """What the user says, and settings that hold from now on; the schema and `toolOutput` hold for this turn."""

    thread_id: str
    input: tuple[InputPart, ...]
    approval_policy: AskedPolicy | None = None
    approvals_reviewer: ApprovalsReviewer | None = None
    cwd: str | None = None
    effort: str | None = None
    model: str | None = None
    output_schema: Any = None
    sandbox_policy: SandboxPolicy | None = None
    summary: ReasoningSummary | None = None
    service_tier: str | None = None
    service_tier_for_turn: str | None = None
    tool_output: ToolOutput | None = None
    turn_trigger: Any = None
    personality: Any = None


class TurnSteerParams(Camel, frozen=True):
    """More words for the turn that runs."""

    thread_id: str
    expected_turn_id: str
    input: tuple[InputPart, ...]


class TurnInterruptParams(Camel, frozen=True):
    """Which turn is to end."""

    thread_id: str
    turn_id: str


class UncommittedChanges(Variant, frozen=True, kw_only=True, tag="uncommittedChanges"):
    """Everything that is not committed."""


class BaseBranch(Variant, frozen=True, kw_only=True, tag="baseBranch"):
    """What differs from a branch."""

    branch: str


class Commit(Variant, frozen=True, kw_only=True, tag="commit"):
    """One commit."""

    sha: str
    title: str | None = None


class CustomTarget(Variant, frozen=True, kw_only=True, tag="custom"):
    """Whatever the words say."""

    instructions: str


ReviewTarget = UncommittedChanges | BaseBranch | Commit | CustomTarget


class ReviewStartParams(Camel, frozen=True):
    """What is to be reviewed."""

    thread_id: str
    target: ReviewTarget
    delivery: Literal["inline", "detached"] | None = None


class TerminalSize(Camel, frozen=True):
    """The size of a terminal in characters."""

    rows: int
    cols: int


class CommandExecParams(Camel, frozen=True, kw_only=True):
    """A command of the client's own."""

    command: tuple[str, ...]
    cwd: str | None = None
    env: dict[str, str | None] | None = None
    process_id: str | None = None
    sandbox_policy: SandboxPolicy | None = None
    permission_profile: str | None = None
    timeout_ms: int | None = None
    disable_timeout: bool | None = None
    output_bytes_cap: int | None = None
    disable_output_cap: bool | None = None
    tty: bool | None = None
    size: TerminalSize | None = None
    stream_stdin: bool | None = None
    stream_stdout_stderr: bool | None = None


class CommandWriteParams(Camel, frozen=True):
    """Input for a command that runs, its end, or both."""

    process_id: str
    delta_base64: str | None = None
    close_stdin: bool | None = None


class CommandResizeParams(Camel, frozen=True):
    """Another size for the terminal of a command that runs."""

    process_id: str
    size: TerminalSize


class CommandTerminateParams(Camel, frozen=True):
    """The end of a command that runs."""

    process_id: str


class ModelListParams(Camel, frozen=True):
    """Which page of models."""

    cursor: str | None = None
    include_hidden: bool | None = None
    limit: Limit | None = None


class AccountReadParams(Camel, frozen=True):
    """Whether the token is to be made new first."""

    refresh_token: bool | None = None


class ApiKeyLogin(Variant, frozen=True, kw_only=True, tag="apiKey"):
    """A key to store."""

    api_key: str


class ChatGptLogin(Variant, frozen=True, kw_only=True, tag="chatgpt"):
    """A login in the browser."""


class DeviceCodeLogin(Variant, frozen=True, kw_only=True, tag="chatgptDeviceCode"):
    """A login with a code that the user types elsewhere."""


Login = ApiKeyLogin | ChatGptLogin | DeviceCodeLogin


class LoginCancelParams(Camel, frozen=True):
    """Which login is given up."""

    login_id: str


class ConfigReadParams(Camel, frozen=True):
    """For which folder, and whether the layers are wanted one by one."""

    cwd: str | None = None
    include_layers: bool | None = None


MergeStrategy = Literal["replace", "upsert"]


class ConfigEdit(Camel, frozen=True):
    """What is to stand at a dotted path of `config.toml`; null removes it."""

    key_path: str
    value: Any
    merge_strategy: MergeStrategy


class ConfigValueWriteParams(Camel, frozen=True):
    """One value, and the version of the file that it is meant for."""

    key_path: str
    value: Any
    merge_strategy: MergeStrategy
    file_path: str | None = None
    expected_version: str | None = None


class ConfigBatchWriteParams(Camel, frozen=True):
    """Several values: all are written or none."""

    edits: tuple[ConfigEdit, ...]
    file_path: str | None = None
    expected_version: str | None = None


class FeedbackParams(Camel, frozen=True, kw_only=True):
    """A report, and which thread it is about."""

    classification: str
    reason: str | None = None
    thread_id: str | None = None
    include_logs: bool | None = None
