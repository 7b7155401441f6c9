"""Every method by its name: what it takes, what it gives, and who serves it."""

from __future__ import annotations

import functools

from octavo.frontends.app_server.dialect import Dialect, Method
from octavo.frontends.app_server.v1.events import interrupted, messages_of


def _type(place: str) -> str:
    """Where a type of this dialect stands."""
    return f"{__package__}.types.{place}"


def _method(given: str | None, result: str | None, handler: str) -> Method:
    """A request of the client, served by a function of this package."""
    return Method(given and _type(given), result and _type(result), f"{__package__}.{handler}")


def _question(given: str, result: str) -> Method:
    """A request of the server."""
    return Method(_type(given), _type(result))


REQUESTS: dict[str, Method] = {
    "initialize": _method("params:InitializeParams", "results:InitializeResponse", "handshake:initialize"),
    "newConversation": _method(
        "params:NewConversationParams", "results:NewConversationResponse", "conversations:new_conversation"
    ),
    "getConversationSummary": _method(
        "params:GetConversationSummaryParams",
        "results:GetConversationSummaryResponse",
        "saved:get_conversation_summary",
    ),
    "listConversations": _method(
        "params:ListConversationsParams", "results:ListConversationsResponse", "saved:list_conversations"
    ),
    "resumeConversation": _method(
        "params:ResumeConversationParams", "results:ResumeConversationResponse", "resume:resume_conversation"
    ),
    "archiveConversation": _method("params:ArchiveConversationParams", None, "archive:archive_conversation"),
    "sendUserMessage": _method("params:SendUserMessageParams", None, "turns:send_user_message"),
    "sendUserTurn": _method("params:SendUserTurnParams", None, "turns:send_user_turn"),
    "interruptConversation": _method(
        "params:InterruptConversationParams", "results:InterruptConversationResponse", "turns:interrupt_conversation"
    ),
    "addConversationListener": _method(
        "params:AddConversationListenerParams", "results:AddConversationSubscriptionResponse", "listening:add_listener"
    ),
    "removeConversationListener": _method("params:RemoveConversationListenerParams", None, "listening:remove_listener"),
    "gitDiffToRemote": _method(
        "params:GitDiffToRemoteParams", "results:GitDiffToRemoteResponse", "git_diff:git_diff_to_remote"
    ),
    "loginApiKey": _method("params:LoginApiKeyParams", None, "login:login_api_key"),
    "loginChatGpt": _method(None, "results:LoginChatGptResponse", "login:login_chatgpt"),
    "cancelLoginChatGpt": _method("params:CancelLoginChatGptParams", None, "login:cancel_login_chatgpt"),
    "logoutChatGpt": _method(None, None, "login:logout_chatgpt"),
    "getAuthStatus": _method("params:GetAuthStatusParams", "results:GetAuthStatusResponse", "account:get_auth_status"),
    "getUserSavedConfig": _method(None, "results:GetUserSavedConfigResponse", "preferences:get_user_saved_config"),
    "setDefaultModel": _method("params:SetDefaultModelParams", None, "preferences:set_default_model"),
    "getUserAgent": _method(None, "results:GetUserAgentResponse", "handshake:get_user_agent"),
    "userInfo": _method(None, "results:UserInfoResponse", "account:user_info"),
    "fuzzyFileSearch": _method(
        "params:FuzzyFileSearchParams", "results:FuzzyFileSearchResponse", "search:fuzzy_file_search"
    ),
    "execOneOffCommand": _method(
        "params:ExecOneOffCommandParams", "results:ExecOneOffCommandResponse", "one_off:exec_one_off_command"
    ),
    "model/list": _method("params:ListModelsParams", "results:ListModelsResponse", "models:list_models"),
    "account/rateLimits/read": _method(None, "results:GetAccountRateLimitsResponse", "account:read_rate_limits"),
    "feedback/upload": _method(
        "params:UploadFeedbackParams", "results:UploadFeedbackResponse", "feedback:upload_feedback"
    ),
    "account/login": _method(
        "params:LoginAccountParams", "results:LoginAccountResponse", "account:not_implemented_login"
    ),
    "account/logout": _method(None, None, "account:not_implemented_logout"),
    "account/read": _method(None, "results:GetAccountResponse", "account:not_implemented_read"),
}
"""Requests of the client."""

SERVER_REQUESTS: dict[str, Method] = {
    "execCommandApproval": _question(
        "from_server:ExecCommandApprovalParams", "from_server:ExecCommandApprovalResponse"
    ),
    "applyPatchApproval": _question("from_server:ApplyPatchApprovalParams", "from_server:ApplyPatchApprovalResponse"),
}
"""Requests of the server."""

NOTIFICATIONS: dict[str, str] = {
    "sessionConfigured": _type("from_server:SessionConfiguredNotification"),
    "authStatusChange": _type("from_server:AuthStatusChangeNotification"),
    "loginChatGptComplete": _type("from_server:LoginChatGptCompleteNotification"),
    "account/rateLimits/updated": "octavo.protocol.usage:RateLimitSnapshot",
}
"""Notifications of the server, and where the types of their params stand.

`codex/event/<type>` comes beside them, with `EventParams`.
"""

CLIENT_NOTIFICATIONS = ("initialized",)
"""Notifications of the client; none of them changes anything."""

V1 = Dialect(REQUESTS, lambda loaded: functools.partial(messages_of, loaded.id), interrupted)
