"""Engine events become cells: the reducer of a conversation.

One for each conversation; what an old one still sends is never fed to the new one. It has no clock and does no work
outside: `now` is the monotonic time in seconds. What is printed comes in the order of the events. While a message is
streamed, whatever else would be printed waits for its end (`stream`), questions included, so that no end overtakes
its begin.

See `docs/terminal-cells.md`, "How the conversation is shown".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.cells.agent import AgentMessage, Thought, WorkedRule, thought_body
from octavo.frontends.terminal.cells.cell import Cell
from octavo.frontends.terminal.cells.header import HeaderCell, ModelChanged
from octavo.frontends.terminal.cells.servers import ServersCell
from octavo.frontends.terminal.cells.user import UserCell
from octavo.frontends.terminal.chat.beside import Beside
from octavo.frontends.terminal.chat.copies import Copies
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.chat.message import Message
from octavo.frontends.terminal.chat.plain import PLAIN_EVENTS, plain_cell
from octavo.frontends.terminal.chat.replay import stored_events
from octavo.frontends.terminal.chat.review import review_cell
from octavo.frontends.terminal.chat.running import CALL_EVENTS, Running
from octavo.frontends.terminal.chat.status import GOES_ON, TurnClock, shown_status
from octavo.frontends.terminal.chat.stream import QUESTIONS, Stream
from octavo.frontends.terminal.chat.usage import UsageSoFar
from octavo.frontends.terminal.composer.status import Status
from octavo.frontends.terminal.text.amounts import clock
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.wrapping import Flow
from octavo.protocol import events
from octavo.protocol.asides import McpServerStatus

_MOST_LINES = 100
"""Lines of a message in one cell: a pager lays out whole cells."""

How = Literal["completed", "failed", "interrupted", "replaced", "review_ended"]


class TurnEnded(NamedTuple):
    """How a turn ended, and the last words of the agent where it ended by itself."""

    how: How
    last_message: str = ""


class Chat:
    """The state of one conversation as it is shown."""

    def __init__(self, facts: ChatFacts) -> None:
        self.facts = facts
        self.session_id = ""
        self.name = ""
        """What the user called the session; empty without a name."""
        self.usage = UsageSoFar()
        self.copies = Copies(facts.shown)
        self._turn: TurnClock | None = None
        self._sent: TurnClock | None = None
        """The time since a message was sent whose turn has not begun yet: it may wait for MCP servers or hooks."""
        self._starting: list[str] = []
        self._failures: dict[str, str] = {}
        self._turn_id = ""
        self._turn_failed = False
        self._in_review = False
        self._review_turn = False
        self._stream = Stream(self._say, self._do)
        self._is_set_off = False  # whether something stands between the last lines of the message and its next ones
        self._running = Running()
        self._beside = Beside()
        self._worked = False  # whether anything was printed since the user's last message
        self._cells: list[Cell] = []
        self._questions: list[events.Event] = []
        self._ended: TurnEnded | None = None
        self.last_end: How | None = None
        """How the last turn ended."""
        self.ends = 0
        """How many turns have ended."""
        self._at_once: dict[type[events.Msg], Callable[[Any, float], None]] = {
            events.SessionConfigured: self._configured,
            events.TaskStarted: self._task_started,
            events.TaskComplete: self._task_complete,
            events.TurnAborted: self._turn_aborted,
            events.TokenCount: self._token_count,
            events.StreamError: self._stream_error,
            McpServerStatus: self._server_status,
            events.ExecCommandOutputDelta: lambda msg, now: self._running.command_said(msg),
            events.AgentMessage: self._agent_message,
            events.AgentMessageDelta: lambda msg, now: self._stream.add(msg.delta, now),
            events.AgentReasoningDelta: self._thinking,
            events.AgentReasoningRawContentDelta: self._thinking_raw,
            events.AgentReasoningSectionBreak: self._thinking_anew,
        }
        self._in_order: dict[type[events.Msg], Callable[[Any, float], None]] = {
            events.AgentReasoning: self._thought,
            events.AgentReasoningRawContent: self._thought_raw,
            events.UndoStarted: self._undo_started,
            events.McpListToolsResponse: self._servers_listed,
            events.EnteredReviewMode: self._review_began,
            events.ExitedReviewMode: self._review_ended,
            **dict.fromkeys(CALL_EVENTS, self._call),
            **dict.fromkeys(PLAIN_EVENTS, self._plain),
        }

    # --- what comes in --------------------------------------------------------------------------------

    def feed(self, event: events.Event, now: float) -> None:
        """One event of this conversation."""
        msg = event.msg
        self.copies.feed(msg)
        if self._turn is not None and isinstance(msg, GOES_ON):
            self._turn.goes_on()
        if isinstance(msg, events.TaskStarted | events.EnteredReviewMode | events.UndoStarted):
            self._turn_id = event.id
        at_once = self._at_once.get(type(msg))
        if self._beside.takes(event, self._turn_id, now):
            self._put(self._running.feed(event))
        elif at_once is not None:
            at_once(msg, now)
        elif isinstance(msg, events.Error):
            self._error(msg, event.id, now)
        elif self._stream.holds_back:
            if isinstance(msg, QUESTIONS) or type(msg) in self._in_order:
                self._stream.hold(event)
        else:
            self._do(event, now)

    def user_said(self, text: str, images: int = 0) -> None:
        """The user sent a message, with so many images."""
        self._user_said(text, images, self.facts.clock())

    def waits_for_turn(self, now: float) -> None:
        """The message was handed on, and a turn will begin with it."""
        if self._turn is None:
            self._sent = TurnClock(now)

    def _user_said(self, text: str, images: int, at: str = "") -> None:
        self._print(UserCell(text, images, at))
        self._worked = False

    def show(self, cell: Cell) -> None:
        """Something of the interface's own is printed, at once."""
        self._print(cell)

    def leave(self) -> None:
        """Nothing of this conversation will be heard any more: what still runs is broken off."""
        self._put(self._running.break_off())

    def tick(self, now: float) -> None:
        """Time has passed: print the lines that are due."""
        self._stream.tick(now)

    def pause(self, now: float) -> None:
        """The user is asked something: the turn's time stands still."""
        if (clock := self._clock) is not None:
            clock.pause(now)

    def resume(self, now: float) -> None:
        """Nothing is asked any more."""
        if (clock := self._clock) is not None:
            clock.resume(now)

    # --- what comes out -------------------------------------------------------------------------------

    def take_cells(self) -> list[Cell]:
        """The cells that were finished since the last call, in the order in which they are printed."""
        cells, self._cells = self._cells, []
        return cells

    def take_questions(self) -> list[events.Event]:
        """The approval requests that are due since the last call."""
        questions, self._questions = self._questions, []
        return questions

    def take_ended(self) -> TurnEnded | None:
        """How a turn ended since the last call."""
        ended, self._ended = self._ended, None
        return ended

    @property
    def is_running(self) -> bool:
        """Whether a turn runs, or is about to."""
        return self._clock is not None

    @property
    def starting_servers(self) -> tuple[str, ...]:
        """MCP servers of which it is not known yet whether they start."""
        return tuple(self._starting)

    @property
    def is_starting(self) -> bool:
        """Whether the turn that is about to begin waits for MCP servers."""
        return self._sent is not None and bool(self._starting)

    @property
    def is_streaming(self) -> bool:
        """Whether a message comes in pieces and is not whole yet."""
        return self._stream.is_open

    @property
    def is_between_paragraphs(self) -> bool:
        """Whether what was printed of the message ends with a whole paragraph."""
        return self._stream.is_between_paragraphs

    @property
    def is_moving(self) -> bool:
        """Whether anything runs that takes time on the screen."""
        return self._clock is not None or self._beside.newest is not None

    @property
    def stops(self) -> str | None:
        """The command beside the turn that is to be stopped first, as the one that began last; None: the turn is."""
        newest, clock = self._beside.newest, self._clock
        return None if newest is None or (clock and clock.began > newest.since) else newest.id

    @property
    def beside(self) -> set[str]:
        """The submissions whose commands run beside the turn."""
        return self._beside.ids

    @property
    def wakes_at(self) -> float | None:
        """When `tick` has something to do."""
        return self._stream.wakes_at

    def live(self) -> Cell | None:
        """The block that is still changing."""
        return self._running.live()

    def status(self, now: float) -> Status | None:
        """The status row; None while nothing runs."""
        newest = self._beside.newest
        return shown_status(self._clock, newest and newest.since, self._starting, now)

    @property
    def _clock(self) -> TurnClock | None:
        return self._turn or self._sent

    def context_left(self) -> int:
        """Percent of the context window that is free."""
        return self.usage.context_left(self.facts.window)

    # --- cells ----------------------------------------------------------------------------------------

    def _do(self, event: events.Event, now: float) -> None:
        if isinstance(event.msg, QUESTIONS):
            self._questions.append(event)
        elif handler := self._in_order.get(type(event.msg)):
            handler(event.msg, now)

    def _print(self, cell: Cell, *, is_visible: bool = True) -> None:
        """A cell that is finished. One that shows nothing leaves an open group alone."""
        if is_visible:
            self._put(self._running.close_group())
            self._worked = self._is_set_off = True
        self._cells.append(cell)

    def _put(self, cells: list[Cell]) -> None:
        if cells:
            self._worked = self._is_set_off = True
            self._cells += cells

    # --- the session and its turns ----------------------------------------------------------------------

    def _configured(self, msg: events.SessionConfigured, now: float) -> None:
        is_first = not self.session_id
        self.session_id = msg.session_id
        if is_first:
            effort = msg.reasoning_effort if isinstance(msg.reasoning_effort, str) else ""
            model = one_line(msg.model)
            self._cells.append(HeaderCell(self.facts.version, model, effort, one_line(self.facts.directory)))
        elif msg.model != self.facts.model:
            self._print(ModelChanged(one_line(self.facts.model), one_line(msg.model)))
        for stored in stored_events(msg.initial_messages):
            self._replay(stored, now)
        self._worked = False

    def _replay(self, msg: events.Msg, now: float) -> None:
        self.copies.feed(msg)
        match msg:
            case events.UserMessage():
                self._user_said(msg.message, len(msg.images or ()))
            case events.TurnAborted():
                self._say_aborted(msg.reason)
            case events.TokenCount():
                self.usage.told(msg, now)  # what it warned of was said then
            case events.AgentMessage():
                self._whole_message(msg.message, now)
            case _:
                self._do(events.Event("", msg), now)
        self._turn = None
        self._review_turn = self._in_review

    def _task_started(self, msg: events.TaskStarted, now: float) -> None:
        if self._turn is None:
            self._begin_turn(self._sent or TurnClock(now))

    def _begin_turn(self, clock: TurnClock) -> None:
        self._turn, self._sent = clock, None
        self._turn_failed = False

    def _task_complete(self, msg: events.TaskComplete, now: float) -> None:
        self._settle(now)
        self._end_turn("failed" if self._turn_failed else "completed", msg.last_agent_message or "")

    def _turn_aborted(self, msg: events.TurnAborted, now: float) -> None:
        self._settle(now)
        self._say_aborted(msg.reason)
        self._end_turn(msg.reason)

    def _say_aborted(self, reason: str) -> None:
        if reason == "replaced":
            self._print(notices.replaced())
        elif reason == "interrupted" and not self._review_turn:
            self._print(notices.interrupted())

    def _error(self, msg: events.Error, submission_id: str, now: float) -> None:
        if self._turn is not None and submission_id == self._turn_id:
            self._turn_failed = True
            self._settle(now)
        self._print(notices.error(msg.message))

    def _settle(self, now: float) -> None:
        """Nothing of the turn goes on: what is streamed, held or live is printed, questions are void."""
        beside = self._beside.ids
        self._stream.drop_questions(but=beside)
        self._stream.end(now)
        self._questions = [one for one in self._questions if one.id in beside]
        self._put(self._running.break_off(self._beside.calls))

    def _end_turn(self, how: How, last: str = "") -> None:
        self._turn = self._sent = None
        self._turn_id = ""
        self._in_review = self._review_turn = False
        self._ended, self.last_end = TurnEnded(how, last), how
        self.ends += 1

    def _token_count(self, msg: events.TokenCount, now: float) -> None:
        for text in self.usage.told(msg, now):
            # A warning waits for the end of a message like any other.
            self.feed(events.Event("", events.Warning(text)), now)

    def _stream_error(self, msg: events.StreamError, now: float) -> None:
        self._stream.end(now)
        if self._turn is not None:
            self._turn.retrying(msg.message)
            self._turn.new_section()

    def _server_status(self, msg: McpServerStatus, now: float) -> None:
        if msg.name in self._starting:
            self._starting.remove(msg.name)
        if msg.status == "starting":
            self._starting.append(msg.name)
        self._failures.pop(msg.name, None)
        if msg.status == "failed":
            self._failures[msg.name] = msg.error or ""

    def _servers_listed(self, msg: events.McpListToolsResponse, now: float) -> None:
        self._print(ServersCell(self.facts.servers, msg, dict(self._failures)))

    # --- what the agent says ------------------------------------------------------------------------------

    def _agent_message(self, msg: events.AgentMessage, now: float) -> None:
        if self._stream.is_open:
            self._stream.end(now)
        else:
            self._whole_message(msg.message, now)

    def _whole_message(self, text: str, now: float) -> None:
        if text.strip():
            self._rule_before_message(now)
            self._print(AgentMessage(text))

    def _say(self, message: Message, lines: list[Flow], now: float) -> None:
        if not message.has_begun:
            self._rule_before_message(now)
        for start in range(0, len(lines), _MOST_LINES):
            cell = message.cell(lines[start : start + _MOST_LINES], set_off=self._is_set_off)
            self._print(cell)
            self._is_set_off = False

    def _rule_before_message(self, now: float) -> None:
        if self._worked:
            self._print(WorkedRule(clock(self._turn.status(now).seconds) if self._turn is not None else ""))

    # --- what it thinks ---------------------------------------------------------------------------------------

    def _thinking(self, msg: events.AgentReasoningDelta, now: float) -> None:
        if self._turn is not None and not self.facts.hides_reasoning:
            self._turn.thought(msg.delta)

    def _thinking_raw(self, msg: events.AgentReasoningRawContentDelta, now: float) -> None:
        if self._turn is not None and self.facts.shows_raw_reasoning and not self.facts.hides_reasoning:
            self._turn.thought(msg.delta)

    def _thinking_anew(self, msg: events.AgentReasoningSectionBreak, now: float) -> None:
        if self._turn is not None:
            self._turn.new_section()

    def _thought(self, msg: events.AgentReasoning, now: float) -> None:
        if self._turn is not None:
            self._turn.new_section()
        if not self.facts.hides_reasoning and msg.text.strip():
            cell = Thought(msg.text, self.facts.prints_reasoning)
            self._print(cell, is_visible=self.facts.prints_reasoning and bool(thought_body(msg.text)))

    def _thought_raw(self, msg: events.AgentReasoningRawContent, now: float) -> None:
        if self.facts.shows_raw_reasoning:
            self._thought(events.AgentReasoning(msg.text), now)

    # --- what it does -----------------------------------------------------------------------------------------

    def _call(self, msg: Any, now: float) -> None:
        self._put(self._running.feed(events.Event(self._turn_id, msg)))

    def _plain(self, msg: events.Msg, now: float) -> None:
        if (cell := plain_cell(msg, self.facts)) is not None:
            self._print(cell)

    def _undo_started(self, msg: events.UndoStarted, now: float) -> None:
        header = msg.message.rstrip(".… ") if isinstance(msg.message, str) else ""
        self._begin_turn(TurnClock(now, header or "Undoing", can_interrupt=False))

    def _review_began(self, msg: events.EnteredReviewMode, now: float) -> None:
        self._in_review = self._review_turn = True
        if self._turn is None:
            self._begin_turn(TurnClock(now))
        self._print(notices.Banner(f">> Code review started: {msg.user_facing_hint} <<"))

    def _review_ended(self, msg: events.ExitedReviewMode, now: float) -> None:
        self._in_review = False
        self._print(review_cell(msg.review_output))
        self._print(notices.Banner("<< Code review finished >>"))
