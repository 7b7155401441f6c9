"""Everything that a client can ask of a conversation (`docs/protocol.md`)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from octavo.protocol.events import _snake_case
from octavo.protocol.items import OutputPart
from octavo.protocol.policy import (
    ApprovalPolicy,
    ApprovalsReviewer,
    Granular,
    ReasoningEffort,
    ReasoningSummary,
    ReviewDecision,
    SandboxPolicy,
)
from octavo.protocol.review import ReviewRequest
from octavo.protocol.turn_items import UserInput


class Operation(msgspec.Struct, frozen=True, tag_field="type", tag=_snake_case):
    """The class names the operation's type."""


class Interrupt(Operation, frozen=True):
    """Abort the running turn; nothing happens when none runs."""


class UserInputOp(Operation, frozen=True, tag="user_input"):
    """Start a turn, or add to the running one. `service_tier` holds for the turn that this starts."""

    items: tuple[UserInput, ...]
    final_output_json_schema: Any = None
    service_tier: str | UnsetType = UNSET


class ToolWords(Operation, frozen=True):
    """Start a turn, or add to the running one, with words from outside that have a tool's authority, not the user's.

    The model sees them as what the tool `name` answered to the call `call_id`.
    """

    name: str
    call_id: str
    output: str | tuple[OutputPart, ...]
    final_output_json_schema: Any = None
    service_tier: str | UnsetType = UNSET


class UserTurn(Operation, frozen=True):
    """The same, with settings that hold from now on; the schema holds for this turn only."""

    items: tuple[UserInput, ...]
    cwd: str
    approval_policy: ApprovalPolicy
    sandbox_policy: SandboxPolicy
    model: str
    effort: ReasoningEffort | None = None
    summary: ReasoningSummary = "auto"
    final_output_json_schema: Any = None
    approvals_reviewer: ApprovalsReviewer | UnsetType = UNSET
    service_tier: str | UnsetType | None = UNSET
    granular: Granular | UnsetType | None = UNSET


class OverrideTurnContext(Operation, frozen=True):
    """Change settings for later turns. In process, `effort=None` clears it."""

    cwd: str | UnsetType = UNSET
    approval_policy: ApprovalPolicy | UnsetType = UNSET
    sandbox_policy: SandboxPolicy | UnsetType = UNSET
    model: str | UnsetType = UNSET
    effort: ReasoningEffort | UnsetType | None = UNSET
    summary: ReasoningSummary | UnsetType = UNSET
    approvals_reviewer: ApprovalsReviewer | UnsetType = UNSET
    service_tier: str | UnsetType | None = UNSET
    granular: Granular | UnsetType | None = UNSET


class Remember(msgspec.Struct, frozen=True):
    """Commands that begin with these words need no question any more: in this project, or everywhere."""

    prefix: tuple[str, ...]
    everywhere: bool = False


class ExecApproval(Operation, frozen=True):
    """The answer to an `ExecApprovalRequest`; `id` is that event's id, `call_id` the call that it asks about.

    Without a call the newest question of the turn is answered, and none of its older ones can be any more.
    `remember` makes a rule of an approval (`docs/permissions.md`).
    """

    id: str
    decision: ReviewDecision = "denied"
    call_id: str | None = None
    remember: Remember | None = None


class PatchApproval(Operation, frozen=True):
    """The answer to an `ApplyPatchApprovalRequest`; as for a command."""

    id: str
    decision: ReviewDecision = "denied"
    call_id: str | None = None


class AddToHistory(Operation, frozen=True):
    """Append to the message history that all conversations share."""

    text: str


class GetHistoryEntryRequest(Operation, frozen=True):
    """Ask for one entry of that history."""

    offset: int
    log_id: int


class ListMcpTools(Operation, frozen=True):
    """Ask what the MCP servers offer."""


class ListCustomPrompts(Operation, frozen=True):
    """Ask for the user's own prompts."""


class Compact(Operation, frozen=True):
    """Replace the history by a summary."""


class RollBackCompaction(Operation, frozen=True):
    """Go on with the history as it was before the newest compaction, and with what has come since."""


class Undo(Operation, frozen=True):
    """Restore the newest snapshot of the work tree."""


class Review(Operation, frozen=True):
    """Let another conversation review something."""

    review_request: ReviewRequest


class RunUserShellCommand(Operation, frozen=True):
    """Run a command that the user typed: as the conversation's task, or `beside` whatever that is."""

    command: str
    beside: bool = False


class StopUserShellCommand(Operation, frozen=True):
    """Stop the command that runs beside the task; `id` is that of the submission that started it."""

    id: str


class Shutdown(Operation, frozen=True):
    """End the conversation."""


Op = (
    Interrupt
    | UserInputOp
    | ToolWords
    | UserTurn
    | OverrideTurnContext
    | ExecApproval
    | PatchApproval
    | AddToHistory
    | GetHistoryEntryRequest
    | ListMcpTools
    | ListCustomPrompts
    | Compact
    | RollBackCompaction
    | Undo
    | Review
    | RunUserShellCommand
    | StopUserShellCommand
    | Shutdown
)


class Submission(msgspec.Struct, frozen=True):
    """An operation under the id that its events will carry."""

    id: str
    op: Op
