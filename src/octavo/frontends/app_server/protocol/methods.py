"""Every method by its name: what it takes and what it gives."""

from __future__ import annotations

from typing import Any, NamedTuple

from octavo.frontends.app_server.protocol import from_server, params, results
from octavo.frontends.app_server.protocol.values import Empty, NoParams
from octavo.protocol.usage import RateLimitSnapshot


class Method(NamedTuple):
    """The types of a request's params and of its result."""

    params: Any
    result: Any


REQUESTS: dict[str, Method] = {
    "initialize": Method(params.InitializeParams, results.InitializeResponse),
    "newConversation": Method(params.NewConversationParams, results.NewConversationResponse),
    "getConversationSummary": Method(params.GetConversationSummaryParams, results.GetConversationSummaryResponse),
    "listConversations": Method(params.ListConversationsParams, results.ListConversationsResponse),
    "resumeConversation": Method(params.ResumeConversationParams, results.ResumeConversationResponse),
    "archiveConversation": Method(params.ArchiveConversationParams, Empty),
    "sendUserMessage": Method(params.SendUserMessageParams, Empty),
    "sendUserTurn": Method(params.SendUserTurnParams, Empty),
    "interruptConversation": Method(params.InterruptConversationParams, results.InterruptConversationResponse),
    "addConversationListener": Method(
        params.AddConversationListenerParams, results.AddConversationSubscriptionResponse
    ),
    "removeConversationListener": Method(params.RemoveConversationListenerParams, Empty),
    "gitDiffToRemote": Method(params.GitDiffToRemoteParams, results.GitDiffToRemoteResponse),
    "loginApiKey": Method(params.LoginApiKeyParams, Empty),
    "loginChatGpt": Method(NoParams, results.LoginChatGptResponse),
    "cancelLoginChatGpt": Method(params.CancelLoginChatGptParams, Empty),
    "logoutChatGpt": Method(NoParams, Empty),
    "getAuthStatus": Method(params.GetAuthStatusParams, results.GetAuthStatusResponse),
    "getUserSavedConfig": Method(NoParams, results.GetUserSavedConfigResponse),
    "setDefaultModel": Method(params.SetDefaultModelParams, Empty),
    "getUserAgent": Method(NoParams, results.GetUserAgentResponse),
    "userInfo": Method(NoParams, results.UserInfoResponse),
    "fuzzyFileSearch": Method(params.FuzzyFileSearchParams, results.FuzzyFileSearchResponse),
    "execOneOffCommand": Method(params.ExecOneOffCommandParams, results.ExecOneOffCommandResponse),
    "model/list": Method(params.ListModelsParams, results.ListModelsResponse),
    "account/rateLimits/read": Method(NoParams, results.GetAccountRateLimitsResponse),
    "feedback/upload": Method(params.UploadFeedbackParams, results.UploadFeedbackResponse),
    "account/login": Method(params.LoginAccountParams, results.LoginAccountResponse),
    "account/logout": Method(NoParams, Empty),
    "account/read": Method(NoParams, results.GetAccountResponse),
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
