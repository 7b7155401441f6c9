"""From the events of a session to what its client hears (`docs/acp.md`, "Updates").

What holds: a call of a tool begins once and ends once, whatever becomes of its turn; texts
come as they grow, or at once where they did not grow. Items come from the one view of items.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from octavo.frontends.acp.outputs import Outputs
from octavo.frontends.acp.tool_calls import asked_about, call_begins, call_ends, command_fields, patch_fields
from octavo.frontends.acp.types import updates as told
from octavo.frontends.acp.types.content import TextBlock
from octavo.frontends.ids import random_uuid
from octavo.frontends.jsonrpc.questions import Request
from octavo.protocol import asides, events
from octavo.protocol import view_items as view
from octavo.protocol.item_view import ItemView
from octavo.protocol.usage import TokenUsageInfo


class Permission(msgspec.Struct, frozen=True):
    """A question to the user. `answered` is told whether it was allowed, when nothing waits for it any more."""

    tool_call: told.ToolCallFields
    request: Request
    answered: Callable[[bool], None]


Told = Iterator[Any]
"""Updates and permissions."""


class Narrator:
    """Fed with a session's events in their order, tells them. `tell` is for what comes between two events."""

    def __init__(
        self,
        tell: Callable[[Any], None],
        *,
        reasoning: bool = True,
        raw_reasoning: bool = False,
        terminals: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`terminals` says that the client shows the output of commands as terminals do."""
        self._tell = tell
        self._reasoning, self._raw_reasoning = reasoning, raw_reasoning
        self._view = ItemView()
        self._outputs = Outputs(terminals, clock)
        self._open: dict[str, str] = {}
        self._used: set[str] = set()
        self._left_running: set[str] = set()
        self._messages: dict[type[view.Item], str] = {}
        self._section_ended = False
        self._counted: TokenUsageInfo | None = None
        self._tellers: dict[type[events.Msg], Callable[[str, Any], Told]] = {
            events.AgentMessageContentDelta: self._message_delta,
            events.ReasoningContentDelta: self._reasoning_delta,
            events.ReasoningRawContentDelta: self._raw_delta,
            events.AgentReasoningSectionBreak: self._section_break,
            events.ExecCommandOutputDelta: self._output_delta,
            asides.EditorTerminal: self._editor_terminal,
            events.PlanUpdate: self._plan,
            events.TokenCount: self._tokens,
            events.Error: self._error,
            events.StreamError: self._notice,
            events.Warning: self._notice,
            events.BackgroundEvent: self._notice,
            events.DeprecationNotice: self._deprecation,
            events.EnteredReviewMode: self._entered_review,
            events.ExitedReviewMode: self._exited_review,
            events.TaskComplete: self._turn_ends,
            events.TurnAborted: self._turn_ends,
        }

    def __call__(self, event: events.Event) -> Told:
        """What the client hears of the event, in order."""
        if isinstance(event.msg, events.ExecApprovalRequest | events.ApplyPatchApprovalRequest):
            yield from self._question(event, event.msg)
            return
        for change in self._view.feed(event):
            yield from self._item_change(event.id, change)
        if teller := self._tellers.get(type(event.msg)):
            yield from teller(event.id, event.msg)

    # --- items ----------------------------------------------------------------------------

    def _item_change(self, turn_id: str, change: view.ItemChange) -> Told:
        match change.item:
            case view.UserMessage() | view.Plan():
                return
            case view.AgentMessage() as item:
                yield from self._words(item, "".join(item.texts), change.stage)
            case view.Reasoning() as item:
                parts = item.raw if self._raw_reasoning and not item.sections else item.sections
                if self._reasoning:
                    yield from self._words(item, "\n\n".join(parts), change.stage)
            case item:
                yield from self._call_change(turn_id, item, ended=change.stage == "completed")

    def _words(self, item: view.Item, text: str, stage: view.Stage) -> Told:
        """What came in pieces was told; what came whole is told now. What was broken off is not told again."""
        if stage != "completed":
            return
        was_told = self._messages.pop(type(item), None) is not None
        if not was_told and text and item.status == "completed":
            yield _chunk(type(item), text, item.id or random_uuid())

    def _call_change(self, turn_id: str, item: view.Item, *, ended: bool) -> Told:
        if item.id in self._left_running:
            self._left_running.discard(item.id)
            return
        call_id = self._open.get(item.id)
        if call_id is None:
            call_id = self._begin(turn_id, item.id)
            yield self._outputs.begin(call_begins(item, call_id), item)
        elif not ended:  # it was asked about before it began
            yield told.ToolCallProgress(tool_call_id=call_id, status="in_progress")
        if ended:
            del self._open[item.id]
            yield self._outputs.end(call_ends(item, call_id), item)

    def _begin(self, turn_id: str, item_id: str) -> str:
        """An id for a call that no other call of the session has: models use theirs again."""
        wanted = call_id = f"{turn_id}/{item_id}"
        number = 1
        while call_id in self._used:
            number += 1
            call_id = f"{wanted}#{number}"
        self._used.add(call_id)
        self._open[item_id] = call_id
        return call_id

    def _turn_ends(self, _: str, msg: events.TaskComplete | events.TurnAborted) -> Told:
        """Every call ends with its turn; a command may go on, on a terminal, but does so unheard."""
        is_whole = isinstance(msg, events.TaskComplete)
        for item_id, call_id in self._open.items():
            goes_on = is_whole and item_id in {item.id for item in self._view.open_items}
            if goes_on:
                self._left_running.add(item_id)
            yield told.ToolCallProgress(tool_call_id=call_id, status="completed" if goes_on else "failed")
        self._open.clear()
        self._used.clear()
        self._messages.clear()
        self._outputs.clear()

    # --- pieces ---------------------------------------------------------------------------

    def _message_delta(self, _: str, msg: events.AgentMessageContentDelta) -> Told:
        yield _chunk(view.AgentMessage, msg.delta, self._message_id(view.AgentMessage, msg.item_id))

    def _reasoning_delta(self, _: str, msg: events.ReasoningContentDelta) -> Told:
        if not self._reasoning:
            return
        text = f"\n\n{msg.delta}" if self._section_ended and view.Reasoning in self._messages else msg.delta
        self._section_ended = False
        yield _chunk(view.Reasoning, text, self._message_id(view.Reasoning, msg.item_id))

    def _raw_delta(self, _: str, msg: events.ReasoningRawContentDelta) -> Told:
        if self._reasoning and self._raw_reasoning:
            yield _chunk(view.Reasoning, msg.delta, self._message_id(view.Reasoning, msg.item_id))

    def _section_break(self, _: str, __: events.AgentReasoningSectionBreak) -> Told:
        self._section_ended = True
        return
        yield

    def _message_id(self, kind: type[view.Item], item_id: str) -> str:
        return self._messages.setdefault(kind, item_id or random_uuid())

    def _output_delta(self, _: str, msg: events.ExecCommandOutputDelta) -> Told:
        call_id = self._open.get(msg.call_id)
        if call_id is not None and (news := self._outputs.piece(call_id, msg)) is not None:
            yield news

    def _editor_terminal(self, _: str, msg: asides.EditorTerminal) -> Told:
        if (call_id := self._open.get(msg.call_id)) is not None:
            yield self._outputs.shown_by_client(call_id, msg.terminal_id)

    # --- the turn as a whole ----------------------------------------------------------------

    def _plan(self, _: str, msg: events.PlanUpdate) -> Told:
        yield plan_update(msg.plan)

    def _tokens(self, _: str, msg: events.TokenCount) -> Told:
        info = msg.info
        if info is None or info is self._counted:
            return
        self._counted = info
        if info.model_context_window is not None:
            yield told.UsageUpdate(used=info.last_token_usage.in_window, size=info.model_context_window)

    # --- trouble and notices ------------------------------------------------------------------

    def _error(self, turn_id: str, msg: events.Error) -> Told:
        """That of a turn answers its prompt; any other is told."""
        if not turn_id:
            yield _chunk(view.AgentMessage, f"Error: {msg.message}\n\n", random_uuid())

    def _notice(self, _: str, msg: events.Warning | events.StreamError | events.BackgroundEvent) -> Told:
        yield _chunk(view.Reasoning, f"{msg.message}\n\n", random_uuid())

    def _deprecation(self, _: str, msg: events.DeprecationNotice) -> Told:
        details = "" if msg.details is UNSET else f" {msg.details}"
        yield _chunk(view.Reasoning, f"{msg.summary}{details}\n\n", random_uuid())

    # --- reviews ----------------------------------------------------------------------------

    def _entered_review(self, _: str, msg: events.EnteredReviewMode) -> Told:
        yield _chunk(view.AgentMessage, f"Review of {msg.user_facing_hint}\n\n", random_uuid())

    def _exited_review(self, _: str, msg: events.ExitedReviewMode) -> Told:
        from octavo.frontends.review_text import review_text  # most sessions are never reviewed

        yield _chunk(view.AgentMessage, review_text(msg.review_output), random_uuid())

    # --- questions ----------------------------------------------------------------------------

    def _question(self, event: events.Event, request: Request) -> Told:
        """The call that is asked about is shown from here on. One of a sub-conversation begins and ends with it."""
        item_id = request.call_id if event.origin is None else f"{event.origin}/{request.call_id}"
        is_new = item_id not in self._open
        call_id = self._begin(event.id, item_id) if is_new else self._open[item_id]
        fields = question_fields(call_id, request)
        if is_new:
            yield told.ToolCallStart(status="pending", **fields)
        ends_here = event.origin is not None

        def answered(allowed: bool) -> None:
            if not is_new or item_id not in self._open or (allowed and not ends_here):
                return  # its own end comes
            del self._open[item_id]
            self._tell(told.ToolCallProgress(tool_call_id=call_id, status="completed" if allowed else "failed"))

        yield Permission(asked_about(fields, reason_of(request)), request, answered)


def plan_update(steps: tuple[events.PlanStep, ...]) -> told.PlanUpdate:
    """The plan, whole."""
    entries = (told.PlanEntry(content=step.step, priority="medium", status=step.status) for step in steps)
    return told.PlanUpdate(entries=tuple(entries))


def question_fields(call_id: str, request: Request) -> dict[str, Any]:
    """What is asked about."""
    if isinstance(request, events.ApplyPatchApprovalRequest):
        return patch_fields(call_id, request.changes)
    return command_fields(call_id, request.command, request.cwd, request.parsed_cmd)


def reason_of(request: Request) -> str | None:
    """Why it is asked, and what a model thinks of the risk."""
    parts = [] if request.reason is UNSET else [request.reason]
    risk = request.risk if isinstance(request, events.ExecApprovalRequest) else UNSET
    if risk is not UNSET:
        parts.append(f"Risk: {risk.risk_level}. {risk.description}")
    return "\n".join(parts) or None


def _chunk(kind: type[view.Item], text: str, message_id: str) -> Any:
    chunk = told.AgentMessageChunk if kind is view.AgentMessage else told.AgentThoughtChunk
    return chunk(content=TextBlock(text=text), message_id=message_id)
