"""What clients send with their requests. An optional field may be missing or null, which means the same."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from octavo.frontends.app_server.shapes import Camel, ClientInfo
from octavo.frontends.app_server.v1.types.values import Count, InputItem, Uuid
from octavo.protocol.policy import ApprovalPolicy, ReasoningEffort, ReasoningSummary, SandboxMode, SandboxPolicy

HistoryItem = Annotated[msgspec.Raw, msgspec.Meta(title="ResponseItem")]
"""A `ResponseItem`. It is read by the handler, since items of unknown kinds are allowed."""


class InitializeParams(Camel, frozen=True):
    """The client introduces itself."""

    client_info: ClientInfo


class NewConversationParams(Camel, frozen=True):
    """Settings of a conversation that differ from the configuration.

    `config` holds the same as `-c` on the command line: dotted keys and JSON values.
    """

    model: str | None = None
    model_provider: str | None = None
    profile: str | None = None
    cwd: str | None = None
    approval_policy: ApprovalPolicy | None = None
    sandbox: SandboxMode | None = None
    config: dict[str, Any] | None = None
    base_instructions: str | None = None
    developer_instructions: str | None = None
    compact_prompt: str | None = None
    include_apply_patch_tool: bool | None = None


class GetConversationSummaryParams(Camel, frozen=True):
    """Which saved conversation: one of the two is needed, and the path counts first."""

    rollout_path: str | None = None
    conversation_id: Uuid | None = None


class ListConversationsParams(Camel, frozen=True):
    """Which page of which conversations. An empty list of providers means all of them."""

    page_size: Count | None = None
    cursor: str | None = None
    model_providers: tuple[str, ...] | None = None


class ResumeConversationParams(Camel, frozen=True):
    """Where the conversation is that goes on: the first that is given counts."""

    path: str | None = None
    conversation_id: Uuid | None = None
    history: tuple[HistoryItem, ...] | None = None
    overrides: NewConversationParams | None = None


class ArchiveConversationParams(Camel, frozen=True):
    """The conversation, and its file."""

    conversation_id: Uuid
    rollout_path: str


class SendUserMessageParams(Camel, frozen=True):
    """What the user says."""

    conversation_id: Uuid
    items: tuple[InputItem, ...]


class SendUserTurnParams(Camel, frozen=True):
    """What the user says, with settings that hold from now on."""

    conversation_id: Uuid
    items: tuple[InputItem, ...]
    cwd: str
    approval_policy: ApprovalPolicy
    sandbox_policy: SandboxPolicy
    model: str
    summary: ReasoningSummary
    effort: ReasoningEffort | None = None


class InterruptConversationParams(Camel, frozen=True):
    """Whose turn ends."""

    conversation_id: Uuid


class AddConversationListenerParams(Camel, frozen=True):
    """Whose events are wanted, and whether each recorded item is, too."""

    conversation_id: Uuid
    experimental_raw_events: bool = False


class RemoveConversationListenerParams(Camel, frozen=True):
    """Which listener is not needed any more."""

    subscription_id: Uuid


class GitDiffToRemoteParams(Camel, frozen=True):
    """The folder of a work tree."""

    cwd: str


class LoginApiKeyParams(Camel, frozen=True):
    """The key to store."""

    api_key: str


class CancelLoginChatGptParams(Camel, frozen=True):
    """Which login is given up."""

    login_id: Uuid


class GetAuthStatusParams(Camel, frozen=True):
    """Whether the token is wanted, and whether it is refreshed first."""

    include_token: bool | None = None
    refresh_token: bool | None = None


class SetDefaultModelParams(Camel, frozen=True):
    """What new conversations use; what is missing is forgotten."""

    model: str | None = None
    reasoning_effort: ReasoningEffort | None = None


class FuzzyFileSearchParams(Camel, frozen=True):
    """What to look for, and below which folders. A later search with the same token ends this one."""

    query: str
    roots: tuple[str, ...]
    cancellation_token: str | None = None


class ExecOneOffCommandParams(Camel, frozen=True):
    """A program and its arguments; `timeout_ms` is 10 seconds if not given."""

    command: tuple[str, ...]
    timeout_ms: Count | None = None
    cwd: str | None = None
    sandbox_policy: SandboxPolicy | None = None


class ListModelsParams(Camel, frozen=True):
    """Which page of the models."""

    page_size: Count | None = None
    cursor: str | None = None


class UploadFeedbackParams(Camel, frozen=True):
    """What the user thinks of a conversation."""

    classification: str
    include_logs: bool
    reason: str | None = None
    conversation_id: Uuid | None = None


class LoginWithApiKey(Camel, frozen=True, tag="apiKey"):
    """Log in with this key."""

    api_key: str


class LoginWithChatGpt(Camel, frozen=True, tag="chatgpt"):
    """Log in with a ChatGPT account."""


LoginAccountParams = LoginWithApiKey | LoginWithChatGpt
