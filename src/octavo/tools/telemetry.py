"""What an observer of the agent is told (`docs/telemetry.md`).

Hooks, and nothing behind them: who wants to export events gives `Services` a `Telemetry`,
and nobody else pays more than a look at None. An observer is told facts as they are; what
it may show of them (prompts above all), and how short, is its own affair.

Every method returns at once and raises nothing: it is called between the steps of a turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from octavo.config.config import Config
from octavo.model.observer import ModelObserver
from octavo.model.payload import ModelSettings
from octavo.protocol.events import CommandRisk
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import OutputPart
from octavo.protocol.policy import ReviewDecision
from octavo.protocol.settings import SessionSettings
from octavo.protocol.source import SessionSource

DecisionSource = Literal["config", "user"]
"""Who let something run or forbade it; an answer that the user gave for the whole session is the user's."""

TurnEnd = Literal["completed", "failed", "aborted"]

AssessmentStatus = Literal["success", "parse_error", "no_output", "model_error", "timeout"]


class ObservedTurn(Protocol):
    """The turn that something happens in, as far as an observer may look at it."""

    @property
    def turn_id(self) -> str:
        """The id that its events bear."""

    @property
    def settings(self) -> SessionSettings:
        """Where it works and what it may do there."""

    @property
    def model(self) -> ModelSettings:
        """Which model it asks, and how."""


class ConversationStart(msgspec.Struct, frozen=True):
    """A conversation that starts, new, resumed or forked; a sub-conversation is one of its own."""

    conversation_id: ConversationId
    config: Config
    model: ModelSettings
    source: SessionSource


class TurnOutcome(msgspec.Struct, frozen=True):
    """How a turn ended, which may also be a review, a compaction or another task; `error` stands where it failed."""

    seconds: float
    end: TurnEnd
    error: str | None = None


class Decision(msgspec.Struct, frozen=True):
    """Whether a call may run, once for each time that this was decided: after a denial it is decided again.

    `seconds` is how long the user took; none where the user was not asked.
    """

    tool: str
    call_id: str
    decision: ReviewDecision
    source: DecisionSource
    seconds: float = 0.0


class CallOutcome(msgspec.Struct, frozen=True):
    """A call that ended by itself; one that was aborted is not told.

    `arguments` is what the model wrote, for a local shell call its words joined by spaces. A
    local shell call without any id has neither. A call of an unknown tool took no time.
    """

    tool: str
    call_id: str | None
    arguments: str | None
    seconds: float
    success: bool
    output: str | tuple[OutputPart, ...]


class Assessment(msgspec.Struct, frozen=True):
    """A second opinion on a command that the sandbox stopped; `risk` stands where the status is a success."""

    call_id: str
    seconds: float
    status: AssessmentStatus
    risk: CommandRisk | None = None


class ConversationTelemetry(Protocol):
    """Told of one conversation."""

    def turn_started(self, turn: ObservedTurn) -> None:
        """A turn begins; everything that is told of it comes later."""

    def turn_ended(self, turn: ObservedTurn, outcome: TurnOutcome) -> None:
        """The turn is over, by itself or not. Calls that were aborted with it are not told."""

    def trace_context(self, turn: ObservedTurn) -> Mapping[str, str]:
        """What programs are given that the turn starts or asks, so that their traces join it: names and values."""

    def nested(self, turn: ObservedTurn) -> Telemetry:
        """Who is told of a conversation that the turn starts, such as a review's."""

    def prompted(self, turn: ObservedTurn, text: str) -> None:
        """The user said something that a turn takes up; pictures are not told."""

    def model_calls(self, turn: ObservedTurn) -> ModelObserver:
        """Who is told how a model call of the turn goes: its requests, its events and its tokens."""

    def decided(self, turn: ObservedTurn, decision: Decision) -> None:
        """It was decided whether a call may run."""

    def called(self, turn: ObservedTurn, outcome: CallOutcome) -> None:
        """A tool call ended."""

    def assessed(self, turn: ObservedTurn, assessment: Assessment) -> None:
        """A second opinion came, or none did."""


class Telemetry(Protocol):
    """Told when a conversation starts, before its client is; what it answers is told the rest."""

    def conversation_started(self, start: ConversationStart) -> ConversationTelemetry:
        """A conversation starts."""
