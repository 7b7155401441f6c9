"""What a conversation tells beside the flat language of events, for clients of today (`docs/app-server-v2.md`).

Doors that speak the older language leave every `Aside` out. These are sent only where
the thing happens, so nobody else pays for this module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from octavo.protocol.commands import ParsedCommand
from octavo.protocol.events import ApplyPatchApprovalRequest, Aside, AsideDelta, Duration, ExecApprovalRequest
from octavo.protocol.items import Phase, WebSearchAction
from octavo.protocol.usage import TokenUsage

ReviewStatus = Literal["approved", "denied", "timedOut", "aborted"]
ReviewRisk = Literal["low", "medium", "high", "critical"]
UserAuthorization = Literal["unknown", "low", "medium", "high"]


class Verdict(msgspec.Struct, frozen=True):
    """What a reviewer decided in the user's place; only `allow` is consent."""

    outcome: Literal["allow", "deny"]
    risk_level: ReviewRisk | None = None
    user_authorization: UserAuthorization | None = None
    rationale: str | None = None


def about_call(msg: Aside, named: Callable[[str], str]) -> Aside:
    """The same about the call as somebody else knows it; `named` gives its name there."""
    if isinstance(msg, AutoReviewStarted | AutoReviewEnded):
        return msgspec.structs.replace(
            msg, request=msgspec.structs.replace(msg.request, call_id=named(msg.request.call_id))
        )
    if isinstance(msg, _ABOUT_CALLS):
        return msgspec.structs.replace(msg, call_id=named(msg.call_id))
    return msg


class AutoReviewStarted(Aside, frozen=True):
    """A reviewer is asked instead of the user."""

    review_id: str
    cwd: str
    request: ExecApprovalRequest | ApplyPatchApprovalRequest


class AutoReviewEnded(Aside, frozen=True):
    """It has decided, or nobody waits for it any more. A verdict stands also where there was no usable answer."""

    review_id: str
    cwd: str
    request: ExecApprovalRequest | ApplyPatchApprovalRequest
    status: ReviewStatus
    verdict: Verdict | None = None


class CompactionStarted(Aside, frozen=True):
    """The history is about to be replaced by a summary, in a turn of the user or in one of its own."""

    item_id: str


class CompactionEnded(Aside, frozen=True):
    """It was, or the attempt failed."""

    item_id: str


class McpServerStatus(Aside, frozen=True):
    """An MCP server of the conversation starts, or it is known how that went."""

    name: str
    status: Literal["starting", "ready", "failed", "cancelled"]
    error: str | None = None


class McpToolCallProgress(Aside, frozen=True):
    """An MCP server tells how far a call is."""

    call_id: str
    message: str


class MessagePhase(Aside, frozen=True):
    """What a message is in its turn, as the model said; told before each event of the message's own."""

    item_id: str
    phase: Phase


class WebSearchBegun(Aside, frozen=True):
    """The provider searches; what for is not known yet. The id may be empty."""

    item_id: str


class WebSearchDone(Aside, frozen=True):
    """The provider has searched, opened a page or looked for something in one."""

    item_id: str
    action: WebSearchAction


class McpResultMeta(Aside, frozen=True):
    """What an MCP server told beside its answer, which comes next."""

    call_id: str
    meta: Any


class PatchInput(AsideDelta, frozen=True):
    """The next piece of what the model writes into a patch; `is_json` where that is the arguments of a function."""

    call_id: str
    delta: str
    is_json: bool


class TerminalStart(Aside, frozen=True):
    """The command that begins next is on a terminal: how clients call it, what runs, and what that seems to do."""

    call_id: str
    process_id: str
    command: tuple[str, ...]
    parsed: tuple[ParsedCommand, ...]


class TerminalOutput(AsideDelta, frozen=True):
    """What a command on a terminal prints, as it comes."""

    call_id: str
    chunk: bytes


class TerminalEnd(Aside, frozen=True):
    """A command on a terminal has ended, perhaps while nobody looked. No exit code where it did not run."""

    call_id: str
    exit_code: int | None
    duration: Duration


class TerminalInteraction(Aside, frozen=True):
    """The model types into a command that goes on, or only looks; `call_id` is the call that started it."""

    call_id: str
    process_id: str
    stdin: str


class AgentUsage(Aside, frozen=True):
    """What an agent has taken so far in this call of it, without the agents that it asks itself."""

    call_id: str
    usage: TokenUsage


class EditorTerminal(Aside, frozen=True):
    """A command runs in a terminal of the user's editor, which has this id there."""

    call_id: str
    terminal_id: str


class ModelRerouted(Aside, frozen=True):
    """The service lets another model answer than the one that was asked."""

    from_model: str
    to_model: str


class RetryCause(Aside, frozen=True):
    """Why the call that is tried again next failed."""

    message: str


_ABOUT_CALLS = (
    McpResultMeta,
    EditorTerminal,
    AgentUsage,
    McpToolCallProgress,
    PatchInput,
    TerminalStart,
    TerminalOutput,
    TerminalEnd,
    TerminalInteraction,
)
