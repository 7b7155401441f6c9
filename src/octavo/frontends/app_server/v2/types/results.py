"""What clients get for their requests."""

from __future__ import annotations

from typing import Any, Literal

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.threads import Thread, Turn
from octavo.frontends.app_server.v2.types.values import ApprovalsReviewer, SandboxPolicy, ShownPolicy, Variant


class ServerInfo(Camel, frozen=True):
    """Who answers; `version` is the release whose language this is."""

    name: str
    version: str


class InitializeResponse(Camel, frozen=True):
    """Who is at this end, and where its files are."""

    user_agent: str
    server_info: ServerInfo
    codex_home: str
    platform_family: str
    platform_os: str


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


class ThreadReadResponse(Camel, frozen=True):
    """A thread, saved or loaded."""

    thread: Thread


class ThreadListResponse(Camel, frozen=True):
    """A page of threads; a cursor is null where nothing follows."""

    data: tuple[Thread, ...]
    next_cursor: str | None = None
    backwards_cursor: str | None = None


class LoadedListResponse(Camel, frozen=True):
    """A page of the ids of threads in memory."""

    data: tuple[str, ...]
    next_cursor: str | None = None


class TurnsListResponse(Camel, frozen=True):
    """A page of turns."""

    data: tuple[Turn, ...]
    next_cursor: str | None = None
    backwards_cursor: str | None = None


class UnsubscribeResponse(Camel, frozen=True):
    """What became of the subscription."""

    status: Literal["unsubscribed", "notSubscribed", "notLoaded"]


class TurnStartResponse(Camel, frozen=True):
    """The turn that runs now."""

    turn: Turn


class TurnSteerResponse(Camel, frozen=True):
    """The turn that takes the words."""

    turn_id: str


class ReviewStartResponse(Camel, frozen=True):
    """The turn of the review, and its thread."""

    turn: Turn
    review_thread_id: str


class CommandExecResponse(Camel, frozen=True):
    """How a command ended, and all that it wrote."""

    exit_code: int
    stdout: str
    stderr: str


class EffortOption(Camel, frozen=True):
    """An amount of reasoning."""

    reasoning_effort: str
    description: str


class Model(Camel, frozen=True, kw_only=True):
    """A model that users can choose."""

    id: str
    model: str
    display_name: str
    description: str
    hidden: bool
    is_default: bool
    default_reasoning_effort: str
    supported_reasoning_efforts: tuple[EffortOption, ...]
    input_modalities: tuple[Literal["text", "image"], ...] = ("text", "image")
    supports_personality: bool = False
    additional_speed_tiers: tuple[str, ...] = ()
    service_tiers: tuple[str, ...] = ()
    default_service_tier: str | None = None
    upgrade: str | None = None
    upgrade_info: None = None
    availability_nux: None = None


class ModelListResponse(Camel, frozen=True):
    """A page of models."""

    data: tuple[Model, ...]
    next_cursor: str | None = None


class ApiKeyAccount(Variant, frozen=True, kw_only=True, tag="apiKey"):
    """A key is in force."""


class ChatGptAccount(Variant, frozen=True, kw_only=True, tag="chatgpt"):
    """A ChatGPT login is in force."""

    email: str | None
    plan_type: str


class AccountReadResponse(Camel, frozen=True):
    """Who is logged in, if the provider needs somebody to be."""

    account: ApiKeyAccount | ChatGptAccount | None
    requires_openai_auth: bool


class LoginApiKeyResponse(Variant, frozen=True, kw_only=True, tag="apiKey"):
    """The key is stored."""


class LoginChatGptResponse(Variant, frozen=True, kw_only=True, tag="chatgpt"):
    """The address for the browser."""

    login_id: str
    auth_url: str


class LoginDeviceCodeResponse(Variant, frozen=True, kw_only=True, tag="chatgptDeviceCode"):
    """Where the user types which code."""

    login_id: str
    verification_url: str
    user_code: str


LoginResponse = LoginApiKeyResponse | LoginChatGptResponse | LoginDeviceCodeResponse


class LoginCancelResponse(Camel, frozen=True):
    """Whether there was such a login."""

    status: Literal["canceled", "notFound"]


class FeedbackResponse(Camel, frozen=True):
    """The report's thread."""

    thread_id: str


class RateLimitWindow(Camel, frozen=True):
    """How far a limit is used, in whole percent; `resetsAt` in Unix seconds."""

    used_percent: int
    window_duration_mins: int | None = None
    resets_at: int | None = None


class RateLimits(Camel, frozen=True):
    """The limits of the account."""

    primary: RateLimitWindow | None = None
    secondary: RateLimitWindow | None = None
    credits: None = None
    plan_type: str | None = None
    limit_id: str | None = None
    limit_name: str | None = None


class RateLimitsResponse(Camel, frozen=True):
    """The limits of the account, asked for."""

    rate_limits: RateLimits


class ConfigReadResponse(Camel, frozen=True):
    """The settings in force, by their names in `config.toml`, and where each comes from."""

    config: dict[str, Any]
    origins: dict[str, Any]
    layers: tuple[Any, ...] | None = None


class OverridingLayer(Camel, frozen=True):
    """A layer of the configuration; `version` names what it says, where it is a file that may be written."""

    name: dict[str, Any]
    version: str


class OverriddenMetadata(Camel, frozen=True):
    """What was written is not in force, and why."""

    message: str
    overriding_layer: OverridingLayer
    effective_value: Any


class ConfigWriteResponse(Camel, frozen=True):
    """It is written; `version` names what the file says now."""

    status: Literal["ok", "okOverridden"]
    version: str
    file_path: str
    overridden_metadata: OverriddenMetadata | None = None
