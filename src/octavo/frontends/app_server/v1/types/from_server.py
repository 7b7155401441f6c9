"""What the server sends by itself: notifications, questions, and the answers that it takes."""

from __future__ import annotations

import msgspec

from octavo.frontends.app_server.shapes import AuthMode, Camel
from octavo.protocol.changes import FileChanges
from octavo.protocol.commands import ParsedCommand
from octavo.protocol.events import CommandRisk, EventMsg
from octavo.protocol.ids import ConversationId
from octavo.protocol.policy import ReasoningEffort, ReviewDecision


class EventParams(Camel, frozen=True):
    """An event of a conversation under the id of the turn it belongs to. Inside `msg` names are in snake case."""

    id: str
    msg: EventMsg
    conversation_id: ConversationId


class SessionConfiguredNotification(Camel, frozen=True):
    """A conversation goes on; sent right before the answer to the request."""

    session_id: ConversationId
    model: str
    reasoning_effort: ReasoningEffort | None
    history_log_id: int
    history_entry_count: int
    initial_messages: tuple[msgspec.Raw, ...] | None
    rollout_path: str


class AuthStatusChangeNotification(Camel, frozen=True):
    """Somebody logged in or out."""

    auth_method: AuthMode | None


class LoginChatGptCompleteNotification(Camel, frozen=True):
    """A login in the browser is over."""

    login_id: str
    success: bool
    error: str | None


class ExecCommandApprovalParams(Camel, frozen=True):
    """May this command run?"""

    conversation_id: ConversationId
    call_id: str
    command: tuple[str, ...]
    cwd: str
    reason: str | None
    risk: CommandRisk | None
    parsed_cmd: tuple[ParsedCommand, ...]


class ApplyPatchApprovalParams(Camel, frozen=True):
    """May these files be changed?"""

    conversation_id: ConversationId
    call_id: str
    file_changes: FileChanges
    reason: str | None
    grant_root: str | None


class ExecCommandApprovalResponse(Camel, frozen=True):
    """The user's decision about a command."""

    decision: ReviewDecision


class ApplyPatchApprovalResponse(Camel, frozen=True):
    """The user's decision about a patch."""

    decision: ReviewDecision
