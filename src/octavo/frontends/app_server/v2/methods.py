"""Every method of this dialect by its name: what it takes, what it gives, and who serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from octavo.frontends.app_server.dialect import Dialect, Method, NoParams, Voice
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v2.types import from_server, params, results
from octavo.protocol.events import TurnAborted

if TYPE_CHECKING:
    from octavo.frontends.app_server.loaded import Loaded  # the handshake need not wait for the agent


def _method(given: Any, result: Any, handler: str) -> Method:
    """A request of the client, served by a function of this package."""
    return Method(given, result, f"{__package__}.{handler}")


REQUESTS: dict[str, Method] = {
    "initialize": _method(params.InitializeParams, results.InitializeResponse, "handshake:initialize"),
    "thread/start": _method(params.ThreadStartParams, results.ThreadResponse, "start:start_thread"),
    "thread/resume": _method(params.ThreadResumeParams, results.ThreadResponse, "resume:resume_thread"),
    "thread/fork": _method(params.ThreadForkParams, results.ThreadResponse, "resume:fork_thread"),
    "thread/read": _method(params.ThreadReadParams, results.ThreadReadResponse, "read:read_thread"),
    "thread/turns/list": _method(params.TurnsListParams, results.TurnsListResponse, "read:list_turns"),
    "thread/list": _method(params.ThreadListParams, results.ThreadListResponse, "listing:list_threads"),
    "thread/loaded/list": _method(params.LoadedListParams, results.LoadedListResponse, "listing:list_loaded"),
    "thread/archive": _method(params.ThreadParams, Empty, "archive:archive_thread"),
    "thread/unarchive": _method(params.ThreadParams, results.ThreadReadResponse, "archive:unarchive_thread"),
    "thread/unsubscribe": _method(params.ThreadParams, results.UnsubscribeResponse, "archive:unsubscribe"),
    "thread/name/set": _method(params.ThreadNameParams, Empty, "archive:set_name"),
    "thread/compact/start": _method(params.ThreadParams, Empty, "review:start_compaction"),
    "thread/compact/rollback": _method(params.ThreadParams, Empty, "review:roll_back_compaction"),
    "turn/start": _method(params.TurnStartParams, results.TurnStartResponse, "turns:start_turn"),
    "turn/steer": _method(params.TurnSteerParams, results.TurnSteerResponse, "turns:steer_turn"),
    "turn/interrupt": _method(params.TurnInterruptParams, Empty, "turns:interrupt_turn"),
    "review/start": _method(params.ReviewStartParams, results.ReviewStartResponse, "review:start_review"),
    "command/exec": _method(params.CommandExecParams, results.CommandExecResponse, "commands:exec_command"),
    "command/exec/write": _method(params.CommandWriteParams, Empty, "commands:write"),
    "command/exec/resize": _method(params.CommandResizeParams, Empty, "commands:resize"),
    "command/exec/terminate": _method(params.CommandTerminateParams, Empty, "commands:terminate"),
    "model/list": _method(params.ModelListParams, results.ModelListResponse, "models:list_models"),
    "config/read": _method(params.ConfigReadParams, results.ConfigReadResponse, "config_read:read_config"),
    "config/value/write": _method(
        params.ConfigValueWriteParams, results.ConfigWriteResponse, "config_write:write_value"
    ),
    "config/batchWrite": _method(
        params.ConfigBatchWriteParams, results.ConfigWriteResponse, "config_write:write_batch"
    ),
    "feedback/upload": _method(params.FeedbackParams, results.FeedbackResponse, "feedback:upload_feedback"),
    "account/read": _method(params.AccountReadParams, results.AccountReadResponse, "accounts:read_account"),
    "account/login/start": _method(params.Login, results.LoginResponse, "accounts:start_login"),
    "account/login/cancel": _method(params.LoginCancelParams, results.LoginCancelResponse, "accounts:cancel_login"),
    "account/logout": _method(NoParams, Empty, "accounts:log_out"),
    "account/rateLimits/read": _method(NoParams, results.RateLimitsResponse, "accounts:read_limits"),
}
"""Requests of the client. Those that only the first generation has are served as well (`generations`)."""

SERVER_REQUESTS: dict[str, Method] = {
    "item/commandExecution/requestApproval": Method(from_server.CommandApprovalParams, from_server.ApprovalResponse),
    "item/fileChange/requestApproval": Method(from_server.FileChangeApprovalParams, from_server.ApprovalResponse),
}
"""Requests of the server."""

NOTIFICATIONS: dict[str, Any] = {
    "thread/started": from_server.ThreadStarted,
    "thread/status/changed": from_server.ThreadStatusChanged,
    "thread/archived": from_server.ThreadNotice,
    "thread/unarchived": from_server.ThreadNotice,
    "thread/closed": from_server.ThreadNotice,
    "thread/name/updated": from_server.ThreadNameUpdated,
    "thread/tokenUsage/updated": from_server.TokenUsageUpdated,
    "turn/started": from_server.TurnNotice,
    "turn/completed": from_server.TurnNotice,
    "turn/plan/updated": from_server.PlanUpdated,
    "turn/diff/updated": from_server.DiffUpdated,
    "item/started": from_server.ItemStarted,
    "item/completed": from_server.ItemCompleted,
    "item/agentMessage/delta": from_server.ItemDelta,
    "item/reasoning/summaryTextDelta": from_server.SummaryDelta,
    "item/reasoning/summaryPartAdded": from_server.SummaryPart,
    "item/reasoning/textDelta": from_server.ReasoningDelta,
    "item/commandExecution/outputDelta": from_server.ItemDelta,
    "item/fileChange/patchUpdated": from_server.PatchUpdated,
    "command/exec/outputDelta": from_server.CommandOutputDelta,
    "item/autoApprovalReview/started": from_server.AutoReviewStarted,
    "item/autoApprovalReview/completed": from_server.AutoReviewCompleted,
    "guardianWarning": from_server.ReviewerWarning,
    "item/mcpToolCall/progress": from_server.McpToolCallProgress,
    "item/commandExecution/terminalInteraction": from_server.TerminalInteraction,
    "mcpServer/startupStatus/updated": from_server.McpServerStatusUpdated,
    "model/rerouted": from_server.ModelRerouted,
    "serverRequest/resolved": from_server.RequestResolved,
    "error": from_server.ErrorNotice,
    "warning": from_server.WarningNotice,
    "configWarning": from_server.ConfigWarning,
    "deprecationNotice": from_server.DeprecationNotice,
    "account/rateLimits/updated": from_server.RateLimitsUpdated,
    "account/updated": from_server.AccountUpdated,
    "account/login/completed": from_server.LoginCompleted,
}
"""Notifications of the server, and their params."""


def _voice(loaded: Loaded) -> Voice:
    """Silence until the thread has a narrator, which it gets at once (`threads.adopt`)."""
    return lambda _: ()


def _interrupted(_: TurnAborted) -> Empty:
    return Empty()


V2 = Dialect(REQUESTS, _voice, _interrupted, hears_once=True)
