"""What clients get for their requests. Every field is always there; null where nothing is known."""

from __future__ import annotations

import msgspec

from octavo.frontends.app_server.shapes import AuthMode, Camel
from octavo.frontends.app_server.v1.types.values import (
    Account,
    ConversationSummary,
    FuzzyFileSearchResult,
    Model,
    UserSavedConfig,
)
from octavo.protocol.ids import ConversationId
from octavo.protocol.policy import ReasoningEffort
from octavo.protocol.usage import RateLimitSnapshot


class InitializeResponse(Camel, frozen=True):
    """How this program names itself from now on."""

    user_agent: str


class GetUserAgentResponse(Camel, frozen=True):
    """How this program names itself."""

    user_agent: str


class NewConversationResponse(Camel, frozen=True):
    """The new conversation; its file exists."""

    conversation_id: ConversationId
    model: str
    reasoning_effort: ReasoningEffort | None
    rollout_path: str


class ResumeConversationResponse(Camel, frozen=True):
    """The conversation that goes on, and the events that its file holds."""

    conversation_id: ConversationId
    model: str
    initial_messages: tuple[msgspec.Raw, ...] | None
    rollout_path: str


class GetConversationSummaryResponse(Camel, frozen=True):
    """The summary that was asked for."""

    summary: ConversationSummary


class ListConversationsResponse(Camel, frozen=True):
    """A page of saved conversations; without a cursor it is the last."""

    items: tuple[ConversationSummary, ...]
    next_cursor: str | None


class InterruptConversationResponse(Camel, frozen=True):
    """How the turn ended."""

    abort_reason: str


class AddConversationSubscriptionResponse(Camel, frozen=True):
    """The listener's id."""

    subscription_id: str


class GitDiffToRemoteResponse(Camel, frozen=True):
    """A commit that the remote has, and what differs from it."""

    sha: str
    diff: str


class LoginChatGptResponse(Camel, frozen=True):
    """The login's id, and the address for the user's browser."""

    login_id: str
    auth_url: str


class GetAuthStatusResponse(Camel, frozen=True):
    """Who is logged in; the token only if it was asked for."""

    auth_method: AuthMode | None
    auth_token: str | None
    requires_openai_auth: bool | None


class GetUserSavedConfigResponse(Camel, frozen=True):
    """The user's file."""

    config: UserSavedConfig


class UserInfoResponse(Camel, frozen=True):
    """The address in the user's identity token, which nobody has verified."""

    alleged_user_email: str | None


class FuzzyFileSearchResponse(Camel, frozen=True):
    """The files that were found, the best first."""

    files: tuple[FuzzyFileSearchResult, ...]


class ExecOneOffCommandResponse(Camel, frozen=True):
    """How the command ended and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


class ListModelsResponse(Camel, frozen=True):
    """A page of models."""

    items: tuple[Model, ...]
    next_cursor: str | None


class GetAccountRateLimitsResponse(Camel, frozen=True):
    """The limits of the account as they are now."""

    rate_limits: RateLimitSnapshot


class UploadFeedbackResponse(Camel, frozen=True):
    """Under which id the report is known."""

    thread_id: str


class LoginAccountResponse(Camel, frozen=True):
    """Part of the language; never sent so far."""

    login_id: str | None
    auth_url: str | None


class GetAccountResponse(Camel, frozen=True):
    """Part of the language; never sent so far."""

    account: Account
