"""The numbers of a run; the first two as the semantic conventions for generative AI have them.

`docs/telemetry.md`, "Metrics", lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from octavo.protocol.usage import TokenUsage
from octavo.telemetry.spans import provider_of
from octavo.telemetry.values import Measurement, known
from octavo.tools.telemetry import CallOutcome, Decision, ObservedTurn, TurnOutcome


class Instrument(NamedTuple):
    """What is measured; a histogram has bounds, fit for what it measures."""

    name: str
    kind: Literal["counter", "histogram"]
    unit: str
    about: str
    bounds: tuple[float, ...] = ()


_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68)
_TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304)

INSTRUMENTS = (
    Instrument("gen_ai.client.token.usage", "histogram", "{token}", "Tokens of a model call", _TOKENS),
    Instrument("gen_ai.client.operation.duration", "histogram", "s", "Duration of a model call", _SECONDS),
    Instrument("octavo.tokens.cached_input", "counter", "{token}", "Input tokens that came from the cache"),
    Instrument("octavo.tokens.reasoning_output", "counter", "{token}", "Output tokens that are reasoning"),
    Instrument("octavo.turn.duration", "histogram", "s", "Duration of a turn", _SECONDS),
    Instrument("octavo.tool.duration", "histogram", "s", "Duration of a tool call", _SECONDS),
    Instrument("octavo.tool.decisions", "counter", "{decision}", "Decisions on whether a call may run"),
    Instrument("octavo.approval.duration", "histogram", "s", "How long users took to answer", _SECONDS),
)


def token_usage(turn: ObservedTurn, usage: TokenUsage) -> Iterator[Measurement]:
    """The tokens of a model call; what is part of others has a name of its own, so that sums are right."""
    for kind, count in (("input", usage.input_tokens), ("output", usage.output_tokens)):
        attributes = known(**_model(turn), gen_ai__token__type=kind)
        yield Measurement("gen_ai.client.token.usage", count, attributes)
    yield Measurement("octavo.tokens.cached_input", usage.cached_input_tokens, known(**_model(turn)))
    yield Measurement("octavo.tokens.reasoning_output", usage.reasoning_output_tokens, known(**_model(turn)))


def model_duration(turn: ObservedTurn, seconds: float, failed: bool) -> Measurement:
    """How long a model call took."""
    attributes = known(**_model(turn), error__type="model_error" if failed else None)
    return Measurement("gen_ai.client.operation.duration", seconds, attributes)


def turn_duration(turn: ObservedTurn, outcome: TurnOutcome) -> Measurement:
    """How long a turn took."""
    attributes = known(gen_ai__request__model=turn.model.slug, octavo__turn__end=outcome.end)
    return Measurement("octavo.turn.duration", outcome.seconds, attributes)


def tool_duration(outcome: CallOutcome) -> Measurement:
    """How long a call took, and how it ended."""
    attributes = known(gen_ai__tool__name=outcome.tool, success=outcome.success)
    return Measurement("octavo.tool.duration", outcome.seconds, attributes)


def decisions(decision: Decision) -> Iterator[Measurement]:
    """A decision, and how long the user took for it if he was asked."""
    attributes = known(gen_ai__tool__name=decision.tool, decision=decision.decision, source=decision.source)
    yield Measurement("octavo.tool.decisions", 1, attributes)
    if decision.seconds:
        yield Measurement("octavo.approval.duration", decision.seconds, attributes)


def _model(turn: ObservedTurn) -> dict[str, str]:
    return {
        "gen_ai__operation__name": "chat",
        "gen_ai__provider__name": provider_of(turn),
        "gen_ai__request__model": turn.model.slug,
    }
