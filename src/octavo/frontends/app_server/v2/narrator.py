"""From the events of a thread to what its client hears (`docs/app-server-v2.md`, "Notifications").

What holds: a turn begins and ends once; an item begins and ends once, within its turn;
usage comes before the turn's end. Items come from the one view of items; texts and
outputs grow in deltas under the same ids.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from octavo.frontends.app_server.dialect import Inquiry, Notice
from octavo.frontends.app_server.v2.counts import shown_usage
from octavo.frontends.app_server.v2.pieces import Pieces
from octavo.frontends.app_server.v2.records import TurnRecord
from octavo.frontends.app_server.v2.shown_items import shown
from octavo.frontends.app_server.v2.turn_items import TurnItems
from octavo.frontends.app_server.v2.types.items import AgentMessageItem
from octavo.frontends.app_server.v2.types.threads import Active, Idle, SystemFailure, ThreadStatus, ThreadStatusChanged
from octavo.frontends.app_server.v2.types.turns import TokenUsageUpdated, TurnError, TurnNotice
from octavo.frontends.ids import random_uuid
from octavo.protocol import events
from octavo.protocol import view_items as view
from octavo.protocol.item_view import ItemView, shown_item
from octavo.protocol.items import FunctionCallOutput, Message, wire_form
from octavo.protocol.turn_items import turn_item_of
from octavo.protocol.usage import RateLimitSnapshot, TokenUsageInfo

if TYPE_CHECKING:
    from octavo.frontends.app_server.v2.asides import Asides
    from octavo.frontends.app_server.v2.types.other_items import ToolOutputItem

Told = Iterator[Notice | Inquiry]
_PLAN_STATUS = {"pending": "pending", "in_progress": "inProgress", "completed": "completed"}


class Narrator:
    """Fed with a thread's events in their order, tells them. `tell` is for what comes between two events."""

    def __init__(self, thread_id: str, tell: Callable[[Notice], None], now: Callable[[], float] = time.time) -> None:
        self.thread_id = thread_id
        self.turns: list[TurnRecord] = []
        self.status: ThreadStatus = Idle()
        self.expected: dict[str, str] = {}
        """Tasks that were asked for and have not ended: id, and what it is (`turn`, `review` or `compact`)."""
        self._tell, self._now = tell, now
        self.changed_at = now()
        self._view = ItemView()
        self._counted: TokenUsageInfo | None = None
        self._limits: RateLimitSnapshot | None = None
        self._steered: deque[Message] = deque()
        self._outside: dict[str, ToolOutputItem] = {}
        self._items = TurnItems(thread_id, self._turn, now)
        self._pieces = Pieces(thread_id, self._items)
        self._waiting: set[str] = set()
        self._asides: Asides | None = None
        self._tellers: dict[type[events.Msg], Callable[[str, Any], Told]] = {
            events.TaskStarted: self._task_started,
            events.TaskComplete: self._task_complete,
            events.TurnAborted: self._turn_aborted,
            events.PlanUpdate: self._plan,
            events.TurnDiff: self._diff,
            events.TokenCount: self._tokens,
            events.Error: self._error,
            events.StreamError: self._stream_error,
            events.Warning: self._warning,
            events.DeprecationNotice: self._deprecation,
            events.EnteredReviewMode: self._entered_review,
            events.ExitedReviewMode: self._exited_review,
            events.RawResponseItem: self._raw_item,
            events.ExecApprovalRequest: self._about_command,
            events.ApplyPatchApprovalRequest: self._about_patch,
            **self._pieces.tellers,
        }

    def __call__(self, event: events.Event) -> Told:
        """What the client hears of the event, in order."""
        if isinstance(event.msg, events.Aside) and self._asides is None:
            self._asides = self._hear_asides()
        if isinstance(event.msg, events.AgentMessage) and self._asides is not None and self._asides.is_compacting:
            return  # its words only say that the compaction is done, which the end of its item does
        self.changed_at = self._now()
        is_end = isinstance(event.msg, events.TaskComplete | events.TurnAborted)
        for change in self._view.feed(event):
            if not isinstance(change.item, view.Plan) and not self._is_reviewers_prompt(event.id, change.item):
                yield from self._items.change(event.id, change)
        if is_end:
            yield from self._items.close_all(event.id)
        if teller := self._tellers.get(type(event.msg)):
            yield from teller(event.id, event.msg)

    def _hear_asides(self) -> Asides:
        """Get ready for what is told beside the events."""
        from octavo.frontends.app_server.v2.asides import Asides  # most turns have none

        told = Asides(self.thread_id, self._items, self._ms)
        self._tellers |= {**told.tellers, **self._items.hear_asides(), **self._pieces.hear_asides()}
        return told

    # --- what requests say ----------------------------------------------------------------

    def expect(self, turn_id: str, kind: str) -> None:
        """A task of this id was asked for."""
        self.expected[turn_id] = kind

    def steered(self, message: Message) -> None:
        """These words join the running turn; they are told when the model is told."""
        self._steered.append(message)

    def passed_on(self, item: ToolOutputItem) -> None:
        """Words from outside, which are told when the model is."""
        self._outside[item.id] = item

    @property
    def running(self) -> TurnRecord | None:
        """The turn that was told to have begun and not to have ended."""
        return self.turns[-1] if self.turns and self.turns[-1].status == "inProgress" else None

    # --- turns ----------------------------------------------------------------------------

    def _task_started(self, turn_id: str, _: events.TaskStarted) -> Told:
        yield from self._begin(turn_id)

    def _begin(self, turn_id: str) -> Told:
        if any(turn.id == turn_id for turn in self.turns[-2:]):
            return
        turn = TurnRecord(turn_id, self._now())
        self.turns.append(turn)
        yield self._set_status(Active())
        yield Notice("turn/started", TurnNotice(self.thread_id, turn.shown()))

    def _task_complete(self, turn_id: str, _: events.TaskComplete) -> Told:
        if turn_id in self.expected:
            yield from self._begin(turn_id)  # a turn of no words begins and ends here
        turn = self._turn(turn_id)
        if turn is not None:
            yield from self._end(turn, "failed" if turn.error is not None else "completed")
        self.expected.pop(turn_id, None)

    def _turn_aborted(self, turn_id: str, _: events.TurnAborted) -> Told:
        if self._turn(turn_id) is None and turn_id in self.expected:
            yield from self._begin(turn_id)
        if (turn := self._turn(turn_id)) is not None:
            yield from self._end(turn, "interrupted")
        self.expected.pop(turn_id, None)

    def _end(self, turn: TurnRecord, status: Any) -> Told:
        turn.end(status, self._now())
        for memory in (self._steered, self._waiting):
            memory.clear()
        self._items.turn_ended()
        self._pieces.turn_ended()
        if status != "failed":
            yield self._set_status(Idle())
        yield Notice("turn/completed", TurnNotice(self.thread_id, turn.ended()))

    def _turn(self, turn_id: str) -> TurnRecord | None:
        running = self.running
        return running if running is not None and running.id == turn_id else None

    def _kind(self, turn_id: str) -> str:
        return self.expected.get(turn_id, "")

    def _set_status(self, status: ThreadStatus) -> Notice:
        self.status = status
        return Notice("thread/status/changed", ThreadStatusChanged(self.thread_id, status))

    # --- what is no event of its own --------------------------------------------------------

    def _is_reviewers_prompt(self, turn_id: str, item: view.Item) -> bool:
        """The user did not say it, and what is reviewed was told."""
        return isinstance(item, view.UserMessage) and self._kind(turn_id) == "review"

    def _raw_item(self, turn_id: str, msg: events.RawResponseItem) -> Told:
        """What came into the turn from its client is recorded now, so the model hears it next."""
        if isinstance(msg.item, FunctionCallOutput) and (said := self._outside.pop(msg.item.call_id, None)) is not None:
            yield from self._items.complete(turn_id, said)
            return
        if not self._steered or msg.item != wire_form(self._steered[0]):
            return
        message = self._steered.popleft()
        item = turn_item_of(message, random_uuid)
        seen = shown_item(item, "completed") if item is not None else None
        if seen is not None and (whole := shown(seen, seen.id)) is not None:
            yield from self._items.complete(turn_id, whole)

    # --- the turn as a whole ----------------------------------------------------------------

    def _plan(self, turn_id: str, msg: events.PlanUpdate) -> Told:
        from octavo.frontends.app_server.v2.types.plans import PlanStep, PlanUpdated  # most turns have none

        steps = tuple(PlanStep(step.step, _PLAN_STATUS[step.status]) for step in msg.plan)  # type: ignore[arg-type]
        yield Notice("turn/plan/updated", PlanUpdated(self.thread_id, turn_id, steps, msg.explanation))

    def _diff(self, turn_id: str, msg: events.TurnDiff) -> Told:
        if (turn := self._turn(turn_id)) is not None and turn.diff != msg.unified_diff:
            from octavo.frontends.app_server.v2.types.patches import DiffUpdated  # a turn without patches has none

            turn.diff = msg.unified_diff
            yield Notice("turn/diff/updated", DiffUpdated(self.thread_id, turn_id, msg.unified_diff))

    def _tokens(self, turn_id: str, msg: events.TokenCount) -> Told:
        """Usage when an answer was counted; limits then and when they changed, where the service tells any."""
        is_counted = msg.info is not None and msg.info is not self._counted
        if msg.info is not None and is_counted:
            self._counted = msg.info
            usage = TokenUsageUpdated(self.thread_id, turn_id, shown_usage(msg.info))
            yield Notice("thread/tokenUsage/updated", usage)
        limits = msg.rate_limits
        if limits is None or (limits.primary is None and limits.secondary is None):
            return
        if is_counted or limits != self._limits:
            from octavo.frontends.app_server.v2.limits import shown_limits  # few services tell any
            from octavo.frontends.app_server.v2.types.limits import RateLimitsUpdated

            self._limits = limits
            yield Notice("account/rateLimits/updated", RateLimitsUpdated(shown_limits(limits)))

    # --- trouble ----------------------------------------------------------------------------

    def _error(self, turn_id: str, msg: events.Error) -> Told:
        """A turn that fails before it has begun fails here, since nothing else may be told of it."""
        from octavo.frontends.app_server.v2.failures import turn_error  # most turns have none
        from octavo.frontends.app_server.v2.types.notices import ErrorNotice, WarningNotice

        never_begun = turn_id in self.expected and self._turn(turn_id) is None
        if never_begun:
            yield from self._begin(turn_id)
        turn = self._turn(turn_id)
        if turn is None:
            yield Notice("warning", WarningNotice(msg.message, self.thread_id))
            return
        turn.error = turn_error(msg)
        yield self._set_status(SystemFailure())
        yield Notice("error", ErrorNotice(self.thread_id, turn_id, turn.error, will_retry=False))
        if never_begun:
            yield from self._end(turn, "failed")

    def _stream_error(self, turn_id: str, msg: events.StreamError) -> Told:
        from octavo.frontends.app_server.v2.types.notices import ErrorNotice  # most answers come at once

        if self._items.asides is not None:
            self._items.asides.forget_patches()
        info = {"responseStreamDisconnected": {"httpStatusCode": None}}
        cause = self._asides.take_cause() if self._asides is not None else None
        error = TurnError(msg.message, info, cause)
        yield Notice("error", ErrorNotice(self.thread_id, turn_id, error, will_retry=True))

    def _warning(self, turn_id: str, msg: events.Warning) -> Told:
        """What belongs to no turn is about the configuration."""
        from octavo.frontends.app_server.v2.types.notices import ConfigWarning, WarningNotice

        if not turn_id:
            yield Notice("configWarning", ConfigWarning(msg.message))
            return
        yield Notice("warning", WarningNotice(msg.message, self.thread_id))

    def _deprecation(self, _: str, msg: events.DeprecationNotice) -> Told:
        from octavo.frontends.app_server.v2.types.notices import DeprecationNotice

        details = None if msg.details is UNSET else msg.details
        yield Notice("deprecationNotice", DeprecationNotice(msg.summary, details))

    # --- reviews ----------------------------------------------------------------------------

    def _entered_review(self, turn_id: str, msg: events.EnteredReviewMode) -> Told:
        from octavo.frontends.app_server.v2.types.other_items import EnteredReviewItem  # most threads have none

        yield from self._begin(turn_id)
        yield from self._items.complete(turn_id, EnteredReviewItem(id=random_uuid(), review=msg.user_facing_hint))

    def _exited_review(self, turn_id: str, msg: events.ExitedReviewMode) -> Told:
        from octavo.frontends.app_server.v2.types.other_items import ExitedReviewItem
        from octavo.frontends.review_text import review_text

        text = review_text(msg.review_output)
        yield from self._items.complete(turn_id, ExitedReviewItem(id=random_uuid(), review=text))
        turn = self._turn(turn_id)
        begun = [] if turn is None else [one.id for one in turn.open.values() if isinstance(one, AgentMessageItem)]
        # The verdict takes the place of the reviewer's last words.
        yield from self._items.complete(turn_id, AgentMessageItem(id=begun[0] if begun else random_uuid(), text=text))

    # --- questions ----------------------------------------------------------------------------

    def _about_command(self, turn_id: str, msg: events.ExecApprovalRequest) -> Told:
        yield from self._wait_for(msg.call_id)
        from octavo.frontends.app_server.v2.approvals import about_command  # most turns ask nothing

        yield about_command(self.thread_id, turn_id, self._ms(), msg, self._answered)

    def _about_patch(self, turn_id: str, msg: events.ApplyPatchApprovalRequest) -> Told:
        """The patch is an item from here on, so that the client can see what it is asked about."""
        yield from self._items.begin_patch(turn_id, msg)
        yield from self._wait_for(msg.call_id)
        from octavo.frontends.app_server.v2.approvals import about_patch  # likewise

        yield about_patch(self.thread_id, turn_id, self._ms(), msg, self._answered)

    def _wait_for(self, call_id: str) -> Told:
        self._waiting.add(call_id)
        yield self._set_status(Active(active_flags=("waitingOnApproval",)))

    def _answered(self, call_id: str, number: int, allowed: bool) -> None:
        """Nothing waits for this answer any more."""
        from octavo.frontends.app_server.v2.types.approvals import RequestResolved  # loaded with the question

        self._tell(Notice("serverRequest/resolved", RequestResolved(self.thread_id, number)))
        self._waiting.discard(call_id)
        turn = self.running
        if turn is not None and not self._waiting:
            self._tell(self._set_status(Active()))
        if not allowed:
            for notice in self._items.refused(turn.id if turn is not None else "", call_id):
                self._tell(notice)

    def _ms(self) -> int:
        return int(self._now() * 1000)
