"""The spans of a run, named as the semantic conventions for generative AI have it (`docs/telemetry.md`, "Traces")."""

from __future__ import annotations

from octavo.protocol.usage import TokenUsage
from octavo.telemetry.values import Attributes, Span, known
from octavo.tools.telemetry import CallOutcome, Decision, ObservedTurn, TurnOutcome

AGENT = "octavo"


def turn_span(conversation_id: str, turn: ObservedTurn) -> Span:
    """A turn, from the user's words to the last answer."""
    attributes = known(
        gen_ai__operation__name="invoke_agent",
        gen_ai__agent__name=AGENT,
        gen_ai__conversation__id=conversation_id,
        gen_ai__provider__name=provider_of(turn),
        gen_ai__request__model=turn.model.slug,
        octavo__turn__id=turn.turn_id,
    )
    return Span(f"invoke_agent {AGENT}", attributes)


def turn_end(outcome: TurnOutcome) -> Attributes:
    """How the turn ended."""
    return known(octavo__turn__end=outcome.end)


def model_span(conversation_id: str, turn: ObservedTurn) -> Span:
    """A model call with all its requests."""
    model = turn.model
    attributes = known(
        gen_ai__operation__name="chat",
        gen_ai__conversation__id=conversation_id,
        gen_ai__provider__name=provider_of(turn),
        gen_ai__request__model=model.slug,
        gen_ai__request__max_tokens=model.max_output,
    )
    return Span(f"chat {model.slug}", attributes, outward=True)


def usage_attributes(usage: TokenUsage | None, requests: int, status: int | None) -> Attributes:
    """What a model call took."""
    return known(
        gen_ai__usage__input_tokens=None if usage is None else usage.input_tokens,
        gen_ai__usage__output_tokens=None if usage is None else usage.output_tokens,
        gen_ai__usage__cache_read__input_tokens=None if usage is None else usage.cached_input_tokens,
        gen_ai__usage__reasoning__output_tokens=None if usage is None else usage.reasoning_output_tokens,
        http__request__resend_count=requests - 1 if requests > 1 else None,
        http__response__status_code=status,
    )


def tool_span(conversation_id: str, outcome: CallOutcome) -> Span:
    """A tool call; what it was called with is an event's matter, and not told here."""
    attributes = known(
        gen_ai__operation__name="execute_tool",
        gen_ai__conversation__id=conversation_id,
        gen_ai__tool__name=outcome.tool,
        gen_ai__tool__call__id=outcome.call_id,
        gen_ai__tool__type="function",
    )
    return Span(f"execute_tool {outcome.tool}", attributes)


def approval_span(conversation_id: str, decision: Decision) -> Span:
    """The time that the user took to answer a question."""
    attributes = known(
        gen_ai__conversation__id=conversation_id,
        gen_ai__tool__name=decision.tool,
        gen_ai__tool__call__id=decision.call_id,
        octavo__approval__decision=decision.decision,
        octavo__approval__source=decision.source,
    )
    return Span(f"await_approval {decision.tool}", attributes)


def provider_of(turn: ObservedTurn) -> str:
    """The provider's name in the form of the conventions: lower case."""
    return turn.model.provider.name.lower()
