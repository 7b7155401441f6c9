"""Every method by its name: what it takes, what it gives, and who serves it."""

from __future__ import annotations

import functools
from typing import Any

from octavo.frontends.app_server.dialect import Dialect, Method, NoParams
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v1.events import interrupted, messages_of
from octavo.frontends.app_server.v1.types import from_server, params, results
from octavo.protocol.usage import RateLimitSnapshot


def _method(given: Any, result: Any, handler: str) -> Method:
    """A request of the client, served by a function of this package."""
    return Method(given, result, f"{__package__}.{handler}")


REQUESTS: dict[str, Method] = {
    "initialize": _method(params.InitializeParams, results.InitializeResponse, "handshake:initialize"),
    "newConversation": _method(
        params.NewConversationParams, results.NewConversationResponse, "conversations:new_conversation"
    ),
    "getConversationSummary": _method(
        params.GetConversationSummaryParams, results.GetConversationSummaryResponse, "saved:get_conversation_summary"
    ),
    "listConversations": _method(
        params.ListConversationsParams, results.ListConversationsResponse, "saved:list_conversations"
    ),
    "resumeConversation": _method(
        params.ResumeConversationParams, results.ResumeConversationResponse, "resume:resume_conversation"
    ),
    "archiveConversation": _method(params.ArchiveConversationParams, Empty, "archive:archive_conversation"),
    "sendUserMessage": _method(params.SendUserMessageParams, Empty, "turns:send_user_message"),
    "sendUserTurn": _method(params.SendUserTurnParams, Empty, "turns:send_user_turn"),
    "interruptConversation": _method(
        params.InterruptConversationParams, results.InterruptConversationResponse, "turns:interrupt_conversation"
    ),
    "addConversationListener": _method(
        params.AddConversationListenerParams, results.AddConversationSubscriptionResponse, "listening:add_listener"
    ),
    "removeConversationListener": _method(params.RemoveConversationListenerParams, Empty, "listening:remove_listener"),
    "gitDiffToRemote": _method(
        params.GitDiffToRemoteParams, results.GitDiffToRemoteResponse, "git_diff:git_diff_to_remote"
    ),
    "loginApiKey": _method(params.LoginApiKeyParams, Empty, "login:login_api_key"),
    "loginChatGpt": _method(NoParams, results.LoginChatGptResponse, "login:login_chatgpt"),
    "cancelLoginChatGpt": _method(params.CancelLoginChatGptParams, Empty, "login:cancel_login_chatgpt"),
    "logoutChatGpt": _method(NoParams, Empty, "login:logout_chatgpt"),
    "getAuthStatus": _method(params.GetAuthStatusParams, results.GetAuthStatusResponse, "account:get_auth_status"),
    "getUserSavedConfig": _method(NoParams, results.GetUserSavedConfigResponse, "preferences:get_user_saved_config"),
    "setDefaultModel": _method(params.SetDefaultModelParams, Empty, "preferences:set_default_model"),
    "getUserAgent": _method(NoParams, results.GetUserAgentResponse, "handshake:get_user_agent"),
    "userInfo": _method(NoParams, results.UserInfoResponse, "account:user_info"),
    "fuzzyFileSearch": _method(
        params.FuzzyFileSearchParams, results.FuzzyFileSearchResponse, "search:fuzzy_file_search"
    ),
    "execOneOffCommand": _method(
        params.ExecOneOffCommandParams, results.ExecOneOffCommandResponse, "one_off:exec_one_off_command"
    ),
    "model/list": _method(params.ListModelsParams, results.ListModelsResponse, "models:list_models"),
    "account/rateLimits/read": _method(NoParams, results.GetAccountRateLimitsResponse, "account:read_rate_limits"),
    "feedback/upload": _method(params.UploadFeedbackParams, results.UploadFeedbackResponse, "feedback:upload_feedback"),
    "account/login": _method(params.LoginAccountParams, results.LoginAccountResponse, "account:not_implemented_login"),
    "account/logout": _method(NoParams, Empty, "account:not_implemented_logout"),
    "account/read": _method(NoParams, results.GetAccountResponse, "account:not_implemented_read"),
}
"""Requests of the client."""

SERVER_REQUESTS: dict[str, Method] = {
    "execCommandApproval": Method(from_server.ExecCommandApprovalParams, from_server.ExecCommandApprovalResponse),
    "applyPatchApproval": Method(from_server.ApplyPatchApprovalParams, from_server.ApplyPatchApprovalResponse),
}
"""Requests of the server."""

NOTIFICATIONS: dict[str, Any] = {
    "sessionConfigured": from_server.SessionConfiguredNotification,
    "authStatusChange": from_server.AuthStatusChangeNotification,
    "loginChatGptComplete": from_server.LoginChatGptCompleteNotification,
    "account/rateLimits/updated": RateLimitSnapshot,
}
"""Notifications of the server, and their params. `codex/event/<type>` comes beside them, with `EventParams`."""

CLIENT_NOTIFICATIONS = ("initialized",)
"""Notifications of the client; none of them changes anything."""

V1 = Dialect(REQUESTS, lambda loaded: functools.partial(messages_of, loaded.id), interrupted)
