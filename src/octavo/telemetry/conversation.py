"""One conversation as it is told: facts of the hooks become events, spans and numbers (`docs/telemetry.md`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

import msgspec

from octavo.http.redact import redaction
from octavo.protocol.usage import TokenUsage
from octavo.telemetry import events, metrics, spans
from octavo.telemetry.common import Login, common_attributes, model_attributes, timestamp
from octavo.telemetry.door import Door, OpenSpan
from octavo.telemetry.texts import Redact
from octavo.telemetry.values import Attributes, Event, Measurement
from octavo.tools.telemetry import (
    Assessment,
    CallOutcome,
    ConversationStart,
    Decision,
    ObservedTurn,
    TurnOutcome,
)


class Telling(msgspec.Struct, frozen=True):
    """How a process tells: through which door, about which login and terminal, with prompts or without.

    `login` is asked when a conversation starts; `now` gives Unix time in seconds.
    """

    door: Door
    login: Callable[[], Login]
    terminal: str
    shows_prompts: bool
    environ: Mapping[str, str]
    now: Callable[[], float] = time.time

    def conversation_started(self, start: ConversationStart, outer: OpenSpan | None = None) -> ToldConversation:
        """A conversation starts (`tools.telemetry.Telemetry`), inside of that span if there is one."""
        told = ToldConversation(self, start, outer)
        told.tell(events.conversation_starts(start), start.model.slug, start.model.family.slug)
        return told


class Nested(msgspec.Struct, frozen=True):
    """How a conversation tells that another one's turn starts (`tools.telemetry.Telemetry`)."""

    telling: Telling
    outer: OpenSpan | None

    def conversation_started(self, start: ConversationStart) -> ToldConversation:
        """It starts."""
        return self.telling.conversation_started(start, self.outer)


class ToldConversation:
    """Told by the agent (`tools.telemetry.ConversationTelemetry`)."""

    def __init__(self, telling: Telling, start: ConversationStart, outer: OpenSpan | None = None) -> None:
        self._telling, self._door, self.id = telling, telling.door, start.conversation_id
        self._common = common_attributes(start.conversation_id, telling.login(), telling.terminal)
        self._turns: dict[str, OpenSpan] = {}
        self._outer = outer
        self.redact: Redact = _encodable(redaction(telling.environ))

    # --- what the agent tells ------------------------------------------------------------

    def turn_started(self, turn: ObservedTurn) -> None:
        """A turn begins."""
        if self._door.tracer is not None:
            self._turns[turn.turn_id] = self._door.tracer.begin(spans.turn_span(self.id, turn), self._outer)

    def turn_ended(self, turn: ObservedTurn, outcome: TurnOutcome) -> None:
        """A turn is over."""
        self.measure((metrics.turn_duration(turn, outcome),))
        span = self._turns.pop(turn.turn_id, None)
        if span is not None:
            error = None if outcome.error is None else self.redact(outcome.error)
            span.end(spans.turn_end(outcome), error)

    def trace_context(self, turn: ObservedTurn) -> Mapping[str, str]:
        """What joins programs to the turn's trace; nothing without one."""
        span = self.span_of(turn)
        return {} if span is None else span.context

    def nested(self, turn: ObservedTurn) -> Nested:
        """A conversation that the turn starts: its spans are inside of the turn's."""
        return Nested(self._telling, self.span_of(turn))

    def prompted(self, turn: ObservedTurn, text: str) -> None:
        """The user said something."""
        self._tell_in(turn, events.user_prompt(text, shown=self._telling.shows_prompts, redact=self.redact))

    def model_calls(self, turn: ObservedTurn) -> ToldModelCall:
        """A model call begins."""
        return ToldModelCall(self, turn)

    def decided(self, turn: ObservedTurn, decision: Decision) -> None:
        """It was decided whether a call may run."""
        self._tell_in(turn, events.tool_decision(decision))
        self.measure(metrics.decisions(decision))
        if decision.seconds and self._door.tracer is not None:
            span = spans.approval_span(self.id, decision)
            self._door.tracer.passed(span, self.span_of(turn), decision.seconds)

    def called(self, turn: ObservedTurn, outcome: CallOutcome) -> None:
        """A tool call ended."""
        if self._door.events is not None:
            self._tell_in(turn, events.tool_result(outcome, self.redact))
        self.measure((metrics.tool_duration(outcome),))
        if self._door.tracer is not None:
            error = None if outcome.success else "the call did not succeed"
            self._door.tracer.passed(spans.tool_span(self.id, outcome), self.span_of(turn), outcome.seconds, error)

    def assessed(self, turn: ObservedTurn, assessment: Assessment) -> None:
        """A second opinion came, or none did."""
        self._tell_in(turn, events.sandbox_assessment_latency(assessment))
        self._tell_in(turn, events.sandbox_assessment(assessment))

    # --- how it is told ------------------------------------------------------------------

    def tell(self, event: Event, model: str, family: str, span: OpenSpan | None = None) -> None:
        """An event, with what is common to all."""
        if self._door.events is None:
            return
        named = {"event.name": event.name, "event.timestamp": timestamp(self._telling.now())}
        self._door.events.write({**named, **self._common, **model_attributes(model, family), **event.attributes}, span)

    def measure(self, measurements: Iterable[Measurement]) -> None:
        """Numbers."""
        if self._door.meter is not None:
            for measurement in measurements:
                self._door.meter.record(measurement)

    def span_of(self, turn: ObservedTurn) -> OpenSpan | None:
        """The turn's span."""
        return self._turns.get(turn.turn_id)

    def begin_call(self, turn: ObservedTurn) -> OpenSpan | None:
        """The span of a model call."""
        tracer = self._door.tracer
        return None if tracer is None else tracer.begin(spans.model_span(self.id, turn), self.span_of(turn))

    def _tell_in(self, turn: ObservedTurn, event: Event) -> None:
        self.tell(event, turn.model.slug, turn.model.family.slug, self.span_of(turn))


def _encodable(redact: Redact) -> Redact:
    """The same, for texts that may hold what UTF-8 cannot: with it a whole batch could not be sent."""
    return lambda text: redact(text.encode("utf-8", "replace").decode())


class ToldModelCall:
    """Told by the model client (`model.observer.ModelObserver`)."""

    def __init__(self, conversation: ToldConversation, turn: ObservedTurn) -> None:
        self._conversation, self._turn, self._started = conversation, turn, time.monotonic()
        self._span = conversation.begin_call(turn)
        self._usage: TokenUsage | None = None
        self._requests = 0
        self._status: int | None = None

    def request_sent(
        self, attempt: int, duration_ms: int, status: int | None, error: str | None, cf_ray: str | None
    ) -> None:
        """The head of an answer came, or none did."""
        self._requests, self._status = self._requests + 1, status
        self._tell(events.api_request(attempt, duration_ms, status, error, cf_ray, self._conversation.redact))

    def event_read(self, kind: str | None, duration_ms: int | None, error: str | None = None) -> None:
        """An event of the stream came, or something broke."""
        self._tell(events.sse_event(kind, duration_ms, error, self._conversation.redact))

    def answer_completed(self, usage: TokenUsage) -> None:
        """The whole answer came."""
        self._usage = usage
        self._tell(events.answer_completed(usage))
        self._conversation.measure(metrics.token_usage(self._turn, usage))

    def call_ended(self, error: str | None) -> None:
        """The call is over."""
        duration = metrics.model_duration(self._turn, time.monotonic() - self._started, error is not None)
        self._conversation.measure((duration,))
        if self._span is not None:
            told: Attributes = spans.usage_attributes(self._usage, self._requests, self._status)
            self._span.end(told, None if error is None else self._conversation.redact(error))

    def _tell(self, event: Event) -> None:
        model = self._turn.model
        self._conversation.tell(event, model.slug, model.family.slug, self._span)
