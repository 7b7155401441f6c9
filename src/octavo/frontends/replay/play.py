"""The play itself: the recorded answers to the engine of now, and each answer of a tool held against that of then."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import msgspec

from octavo.commands.shell_grammar import shown_script
from octavo.engine.conversation import Conversation
from octavo.frontends.replay.outputs import Difference, differences, moved, result_of
from octavo.frontends.replay.recorded import Answer, Call, Recording, Turn, whole_answer
from octavo.model.backend import ModelBackend, ModelRequest
from octavo.model.errors import FatalModelError, FinalModelError
from octavo.model.events import ModelEvent
from octavo.model.recording import wants_summary
from octavo.model.scripted import Script, ScriptedBackend
from octavo.protocol import events, ops
from octavo.protocol.items import CustomToolCall, FunctionCall, ToolOutput
from octavo.protocol.saved_view import SavedView
from octavo.protocol.turn_items import TextInput, UserInput

Status = Literal["same", "different", "skipped"]


class Step(msgspec.Struct, frozen=True):
    """One call, played. `answer` and `turn` count from 1; `why` says why it was skipped."""

    answer: int
    turn: int
    call_id: str
    tool: str
    title: str
    status: Status
    differences: tuple[Difference, ...] = ()
    why: str = ""


class Outcome(msgspec.Struct):
    """What came of it. `stopped` says that answers were left unplayed; `notes` are differences of whole turns."""

    steps: list[Step]
    notes: list[str]
    stopped: bool = False
    last_words: str | None = None

    @property
    def differs(self) -> int:
        """How many differences there are."""
        return sum(step.status == "different" for step in self.steps) + len(self.notes)


class Options(msgspec.Struct, frozen=True):
    """How to play. `live_from` is the answer, counted from 1, that a live model gives, and all behind it."""

    keep_going: bool = False
    exact: bool = False
    live_from: int | None = None


class Player:
    """Plays one recording on a conversation whose backend it is."""

    def __init__(
        self,
        recording: Recording,
        places: tuple[str, str],
        options: Options,
        live: ModelBackend | None,
        tell: Callable[[Step], None],
    ) -> None:
        """`places` are the original folder and its copy, in this order; `tell` hears of each call."""
        self.outcome = Outcome([], [])
        self._recording, self._options, self._live, self._tell = recording, options, live, tell
        (self._original, self._copy), self._places = places, [(place, "<workspace>") for place in places]
        self._answers = recording.answers
        self._summaries = deque(recording.summaries)
        self._turn_of = [number for number, turn in enumerate(recording.turns, 1) for _ in turn.answers]
        self._played = self._compared = 0
        self._end_of_turn = 0
        self._outputs: dict[str, deque[ToolOutput]] = defaultdict(deque)
        self._heard = asyncio.Event()
        self._over: asyncio.Future[str | None] | None = None

    # --- the model's side -------------------------------------------------------------------

    async def attempt(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """See `ModelBackend.attempt`: the next answer, once the calls of the one before were looked at."""
        if request.subagent is None:  # the call of an agent has no answer while the agent works
            await self._compare_until(self._played)
        place = self._played
        if self._live is not None and self._is_live:
            async for event in self._live.attempt(request):
                yield event
            return
        if request.subagent is not None:
            raise _ended("a replay asks no agents")
        if wants_summary(request):
            note = self._summaries.popleft() if self._summaries else Answer([], [])  # without one the last words do
            async for event in self._play(note, request):
                yield event
            return
        if self._must_stop:
            self.outcome.stopped = True
            raise _ended("the replay stops at a difference")
        if place >= self._end_of_turn:
            if not self._answers[place - 1].calls:  # with calls it is a turn that was interrupted then
                self.outcome.notes.append(f"turn {self._turn_of[place - 1]}: the model is asked once more than then")
            raise _ended("the recording has no further answer for this turn")
        self._played += 1
        async for event in self._play(self._answers[place], request):
            yield event

    def _play(self, answer: Answer, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        script = Script([self._moved(event) for event in whole_answer(answer)], answer.error)
        return ScriptedBackend([script]).attempt(request)

    # --- the user's side --------------------------------------------------------------------

    async def play(self, conversation: Conversation) -> None:
        """All turns, in order, as far as they are to be played."""
        listening = asyncio.create_task(self._listen(conversation))
        try:
            for turn in self._recording.turns:
                self._end_of_turn += len(turn.answers)
                await self._turn(conversation, turn)
                await self._compare_until(self._played)
                if self._is_live:
                    return
                if self._must_stop:
                    self.outcome.stopped = self.outcome.stopped or self._played < len(self._answers)
                    return
                self._judge_end(turn)
                self._played = self._compared = self._end_of_turn
        finally:
            listening.cancel()

    @property
    def _is_live(self) -> bool:
        return self._options.live_from is not None and self._played >= self._options.live_from - 1

    @property
    def _must_stop(self) -> bool:
        return self.outcome.differs > 0 and not self._options.keep_going

    async def _turn(self, conversation: Conversation, turn: Turn) -> None:
        over = self._over = asyncio.get_running_loop().create_future()
        inputs = tuple(self._moved_input(one) for one in turn.inputs)
        await conversation.submit(ops.UserInputOp(inputs))
        self.outcome.last_words = await over

    async def _listen(self, conversation: Conversation) -> None:
        async for event in conversation.subscribe():
            match event.msg:
                case events.RawResponseItem(item=item) if isinstance(item, ToolOutput):
                    self._outputs[item.call_id].append(item)
                    self._heard.set()
                case events.TaskComplete(last_agent_message=words):
                    self._end(words)
                case events.TurnAborted():
                    self._end(None)
        self._end(None)

    def _end(self, words: str | None) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(words)

    def _judge_end(self, turn: Turn) -> None:
        """A turn that asked the model less often than it did then ended early."""
        if self._played < self._end_of_turn:
            left = self._end_of_turn - self._played
            self.outcome.notes.append(f"turn {self._turn_of[self._played]}: ended {left} answers before it did then")

    # --- comparing --------------------------------------------------------------------------

    async def _compare_until(self, place: int) -> None:
        while self._compared < place:
            answer = self._answers[self._compared]
            recorded: dict[str, deque[ToolOutput]] = defaultdict(deque)
            for output in answer.outputs:
                recorded[output.call_id].append(output)
            for call in answer.calls:
                before = recorded[call.call_id or ""]
                now = await self._output_of(call.call_id or "")
                self._add(self._step(call, before.popleft() if before else None, now))
            self._compared += 1

    async def _output_of(self, call_id: str) -> ToolOutput:
        while not self._outputs[call_id]:
            self._heard.clear()
            await self._heard.wait()
        return self._outputs[call_id].popleft()

    def _step(self, call: Call, before: ToolOutput | None, now: ToolOutput) -> Step:
        tool, title = _named(call)
        step = Step(self._compared + 1, self._turn_of[self._compared], call.call_id or "", tool, title, "same")
        if (why := _skipped(tool, before, now)) or before is None:
            return msgspec.structs.replace(step, status="skipped", why=why)
        found = differences(result_of(before), result_of(now), self._places, exact=self._options.exact)
        if not found:
            return step
        return msgspec.structs.replace(step, status="different", differences=tuple(found))

    def _add(self, step: Step) -> None:
        self.outcome.steps.append(step)
        self._tell(step)

    def _moved(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event with the copy in the place of the folder that it was made in."""
        text = msgspec.json.encode(event).decode()
        changed = moved(text, self._original, self._copy)
        if changed == text:
            return event
        event = msgspec.json.decode(changed)
        return event

    def _moved_input(self, given: UserInput) -> UserInput:
        return TextInput(moved(given.text, self._original, self._copy)) if isinstance(given, TextInput) else given


def _ended(text: str) -> FatalModelError:
    return FatalModelError(FinalModelError(text))


def _skipped(tool: str, before: ToolOutput | None, now: ToolOutput) -> str:
    """Why a call says nothing about the code; empty if it does."""
    if before is None:
        return "no answer of then is known"
    if result_of(before).text.startswith("aborted"):
        return "it was interrupted then"
    if "__" in tool and result_of(now).text.startswith("unsupported call"):
        return "servers of tools are not started"
    if tool.startswith("agent_") and result_of(now).text.startswith(("unsupported call", "the agent did not finish")):
        return "agents are not asked"
    return ""


def _named(call: Call) -> tuple[str, str]:
    """The tool, and the call in a line."""
    tool = call.name if isinstance(call, FunctionCall | CustomToolCall) else "local_shell"
    (change,) = SavedView().feed(call)
    command = getattr(change.item, "command", None)
    text = getattr(change.item, "arguments", "") if command is None else command
    title = text if isinstance(text, str) else shown_script(text)
    if tool == "apply_patch":
        heads = [line.partition(": ") for line in title.splitlines() if line.startswith("*** ")]
        title = ", ".join(name for _, colon, name in heads if colon)
    return tool, " ".join(title.split())
