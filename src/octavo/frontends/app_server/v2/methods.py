"""Every method of this dialect by its name: what it takes, what it gives, and who serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octavo.frontends.app_server.dialect import Dialect, Method, Voice
from octavo.frontends.app_server.shapes import Empty
from octavo.protocol.events import TurnAborted

if TYPE_CHECKING:
    from octavo.frontends.app_server.loaded import Loaded  # the handshake need not wait for the agent


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
    "initialize": _method("handshake:InitializeParams", "handshake:InitializeResponse", "handshake:initialize"),
    "thread/start": _method("start:ThreadStartParams", "threads:ThreadResponse", "start:start_thread"),
    "thread/resume": _method("resume:ThreadResumeParams", "threads:ThreadResponse", "resume:resume_thread"),
    "thread/fork": _method("resume:ThreadForkParams", "threads:ThreadResponse", "resume:fork_thread"),
    "thread/read": _method("listing:ThreadReadParams", "listing:ThreadReadResponse", "read:read_thread"),
    "thread/turns/list": _method("listing:TurnsListParams", "listing:TurnsListResponse", "read:list_turns"),
    "thread/list": _method("listing:ThreadListParams", "listing:ThreadListResponse", "listing:list_threads"),
    "thread/loaded/list": _method("listing:LoadedListParams", "listing:LoadedListResponse", "listing:list_loaded"),
    "thread/archive": _method("archive:ThreadParams", None, "archive:archive_thread"),
    "thread/unarchive": _method("archive:ThreadParams", "listing:ThreadReadResponse", "archive:unarchive_thread"),
    "thread/unsubscribe": _method("archive:ThreadParams", "archive:UnsubscribeResponse", "archive:unsubscribe"),
    "thread/name/set": _method("archive:ThreadNameParams", None, "archive:set_name"),
    "thread/compact/start": _method("archive:ThreadParams", None, "review:start_compaction"),
    "thread/compact/rollback": _method("archive:ThreadParams", None, "review:roll_back_compaction"),
    "turn/start": _method("turns:TurnStartParams", "turns:TurnStartResponse", "turns:start_turn"),
    "turn/steer": _method(
        "running_turns:TurnSteerParams", "running_turns:TurnSteerResponse", "running_turns:steer_turn"
    ),
    "turn/interrupt": _method("running_turns:TurnInterruptParams", None, "running_turns:interrupt_turn"),
    "review/start": _method("review:ReviewStartParams", "review:ReviewStartResponse", "review:start_review"),
    "command/exec": _method("commands:CommandExecParams", "commands:CommandExecResponse", "commands:exec_command"),
    "command/exec/write": _method("commands:CommandWriteParams", None, "commands:write"),
    "command/exec/resize": _method("commands:CommandResizeParams", None, "commands:resize"),
    "command/exec/terminate": _method("commands:CommandTerminateParams", None, "commands:terminate"),
    "model/list": _method("models:ModelListParams", "models:ModelListResponse", "models:list_models"),
    "config/read": _method(
        "configuration:ConfigReadParams", "configuration:ConfigReadResponse", "config_read:read_config"
    ),
    "config/value/write": _method(
        "configuration:ConfigValueWriteParams", "configuration:ConfigWriteResponse", "config_write:write_value"
    ),
    "config/batchWrite": _method(
        "configuration:ConfigBatchWriteParams", "configuration:ConfigWriteResponse", "config_write:write_batch"
    ),
    "feedback/upload": _method("feedback:FeedbackParams", "feedback:FeedbackResponse", "feedback:upload_feedback"),
    "account/read": _method("accounts:AccountReadParams", "accounts:AccountReadResponse", "accounts:read_account"),
    "account/login/start": _method("accounts:Login", "accounts:LoginResponse", "accounts:start_login"),
    "account/login/cancel": _method(
        "accounts:LoginCancelParams", "accounts:LoginCancelResponse", "accounts:cancel_login"
    ),
    "account/logout": _method(None, None, "accounts:log_out"),
    "account/rateLimits/read": _method(None, "limits:RateLimitsResponse", "accounts:read_limits"),
}
"""Requests of the client. Those that only the first generation has are served as well (`generations`)."""

SERVER_REQUESTS: dict[str, Method] = {
    "item/commandExecution/requestApproval": _question("approvals:CommandApprovalParams", "approvals:ApprovalResponse"),
    "item/fileChange/requestApproval": _question("approvals:FileChangeApprovalParams", "approvals:ApprovalResponse"),
}
"""Requests of the server."""

NOTIFICATIONS: dict[str, str] = {
    "thread/started": _type("threads:ThreadStarted"),
    "thread/status/changed": _type("threads:ThreadStatusChanged"),
    "thread/archived": _type("archive:ThreadNotice"),
    "thread/unarchived": _type("archive:ThreadNotice"),
    "thread/closed": _type("archive:ThreadNotice"),
    "thread/name/updated": _type("archive:ThreadNameUpdated"),
    "thread/tokenUsage/updated": _type("turns:TokenUsageUpdated"),
    "turn/started": _type("turns:TurnNotice"),
    "turn/completed": _type("turns:TurnNotice"),
    "turn/plan/updated": _type("plans:PlanUpdated"),
    "turn/diff/updated": _type("patches:DiffUpdated"),
    "item/started": _type("items:ItemStarted"),
    "item/completed": _type("items:ItemCompleted"),
    "item/agentMessage/delta": _type("items:ItemDelta"),
    "item/reasoning/summaryTextDelta": _type("reasoning:SummaryDelta"),
    "item/reasoning/summaryPartAdded": _type("reasoning:SummaryPart"),
    "item/reasoning/textDelta": _type("reasoning:ReasoningDelta"),
    "item/commandExecution/outputDelta": _type("items:ItemDelta"),
    "item/fileChange/patchUpdated": _type("patches:PatchUpdated"),
    "command/exec/outputDelta": _type("commands:CommandOutputDelta"),
    "item/autoApprovalReview/started": _type("auto_reviews:AutoReviewStarted"),
    "item/autoApprovalReview/completed": _type("auto_reviews:AutoReviewCompleted"),
    "guardianWarning": _type("auto_reviews:ReviewerWarning"),
    "item/mcpToolCall/progress": _type("mcp:McpToolCallProgress"),
    "item/commandExecution/terminalInteraction": _type("command_items:TerminalInteraction"),
    "mcpServer/startupStatus/updated": _type("mcp:McpServerStatusUpdated"),
    "model/rerouted": _type("notices:ModelRerouted"),
    "serverRequest/resolved": _type("approvals:RequestResolved"),
    "error": _type("notices:ErrorNotice"),
    "warning": _type("notices:WarningNotice"),
    "configWarning": _type("notices:ConfigWarning"),
    "deprecationNotice": _type("notices:DeprecationNotice"),
    "account/rateLimits/updated": _type("limits:RateLimitsUpdated"),
    "account/updated": _type("accounts:AccountUpdated"),
    "account/login/completed": _type("accounts:LoginCompleted"),
}
"""Notifications of the server, and where the types of their params stand."""


def _voice(loaded: Loaded) -> Voice:
    """Silence until the thread has a narrator, which it gets at once (`threads.adopt`)."""
    return lambda _: ()


def _interrupted(_: TurnAborted) -> Empty:
    return Empty()


V2 = Dialect(REQUESTS, _voice, _interrupted, hears_once=True)
