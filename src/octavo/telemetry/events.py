"""The events: each is made by one function of what happened, and nothing else (`docs/telemetry.md`, "Events").

Durations and most counts are texts, as collectors of Codex events expect.
"""

from __future__ import annotations

from octavo.protocol.policy import sandbox_mode
from octavo.protocol.usage import TokenUsage
from octavo.telemetry.texts import Redact, output_preview, prompt_text
from octavo.telemetry.values import Event, known
from octavo.tools.telemetry import Assessment, CallOutcome, ConversationStart, Decision


def conversation_starts(start: ConversationStart) -> Event:
    """A conversation starts: new, resumed, forked or inside of another."""
    config, model = start.config, start.model
    attributes = known(
        provider_name=model.provider.name,
        reasoning_effort=model.effort,
        reasoning_summary=model.summary,
        context_window=model.context_window,
        max_output_tokens=model.max_output,
        auto_compact_token_limit=model.auto_compact_limit,
        approval_policy=config.approval_policy,
        sandbox_policy=sandbox_mode(config.sandbox_policy),
        mcp_servers=", ".join(config.mcp_servers),
        active_profile=config.active_profile,
    )
    return Event("codex.conversation_starts", attributes)


def user_prompt(text: str, *, shown: bool, redact: Redact) -> Event:
    """The user said something; its length is in characters."""
    attributes = known(prompt_length=str(len(text)), prompt=prompt_text(text, shown=shown, redact=redact))
    return Event("codex.user_prompt", attributes)


def api_request(
    attempt: int, duration_ms: int, status: int | None, error: str | None, cf_ray: str | None, redact: Redact
) -> Event:
    """The head of an answer came, or none did."""
    attributes = known(
        attempt=attempt,
        duration_ms=str(duration_ms),
        http__response__status_code=status,
        error__message=None if error is None else redact(error),
        cf_ray=cf_ray,
    )
    return Event("codex.api_request", attributes)


def sse_event(kind: str | None, duration_ms: int | None, error: str | None, redact: Redact) -> Event:
    """An event of the stream came after that time of waiting, or something broke instead."""
    attributes = known(
        event__kind=kind,
        duration_ms=None if duration_ms is None else str(duration_ms),
        error__message=None if error is None else redact(error),
    )
    return Event("codex.sse_event", attributes)


def answer_completed(usage: TokenUsage) -> Event:
    """The whole answer came; how many tokens it took. The tool tokens are, by custom, the sum of all."""
    attributes = known(
        event__kind="response.completed",
        input_token_count=str(usage.input_tokens),
        output_token_count=str(usage.output_tokens),
        cached_token_count=usage.cached_input_tokens,
        reasoning_token_count=usage.reasoning_output_tokens,
        tool_token_count=str(usage.total_tokens),
    )
    return Event("codex.sse_event", attributes)


def tool_decision(decision: Decision) -> Event:
    """It was decided whether a call may run."""
    attributes = known(
        tool_name=decision.tool,
        call_id=decision.call_id,
        decision=decision.decision,
        source=decision.source,
    )
    return Event("codex.tool_decision", attributes)


def tool_result(outcome: CallOutcome, redact: Redact) -> Event:
    """A call ended: what it was called with, whether it succeeded, and the beginning of its output."""
    attributes = known(
        tool_name=outcome.tool,
        call_id=outcome.call_id,
        arguments=None if outcome.arguments is None else redact(outcome.arguments),
        duration_ms=str(int(outcome.seconds * 1000)),
        success="true" if outcome.success else "false",
        output=output_preview(outcome.output, redact),
    )
    return Event("codex.tool_result", attributes)


def sandbox_assessment_latency(assessment: Assessment) -> Event:
    """How long a second opinion took."""
    attributes = known(call_id=assessment.call_id, duration_ms=str(int(assessment.seconds * 1000)))
    return Event("codex.sandbox_assessment_latency", attributes)


def sandbox_assessment(assessment: Assessment) -> Event:
    """What the second opinion was, if one came."""
    risk = assessment.risk
    attributes = known(
        call_id=assessment.call_id,
        duration_ms=str(int(assessment.seconds * 1000)),
        status=assessment.status,
        risk_level=None if risk is None else risk.risk_level,
        risk_categories=None if risk is None else ", ".join(risk.risk_categories or ()),
    )
    return Event("codex.sandbox_assessment", attributes)
