"""What users decide, second opinions and logins, from a conversation in this process to the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from collector import HttpCollector, attributes
from story import answer, conversation, folder_outside_tmp, make_config, says, shell

from octavo.model.settings import model_settings
from octavo.protocol import ops
from octavo.protocol.ids import ConversationId
from octavo.protocol.review import ReviewRequest
from octavo.telemetry.attach import Attached, attach
from octavo.telemetry.common import Login
from octavo.telemetry.events import sse_event
from octavo.telemetry.exporters.build import flush_seconds
from octavo.telemetry.texts import output_preview
from octavo.tools.telemetry import ConversationStart


@contextmanager
def attached(tmp_path: Path, login: Login = Login()) -> Iterator[tuple[HttpCollector, Attached]]:  # noqa: B008 - frozen
    """Exporters for everything, and a collector. The exporters are closed by the test."""
    with HttpCollector().serving() as taken:
        keys = {"logs": "exporter", "traces": "trace_exporter", "metrics": "metrics_exporter"}
        tables = {
            key: {"otlp-http": {"endpoint": taken.url(signal), "headers": {}, "protocol": "binary"}}
            for signal, key in keys.items()
        }
        config = make_config(tmp_path / "c", otel=tables)
        yield taken, attach(config, "test-terminal", lambda: login)


@pytest.fixture
def outside() -> Iterator[Path]:
    with folder_outside_tmp() as folder:
        yield folder


async def test_what_the_user_decides_is_an_event_and_his_time_a_span(tmp_path: Path) -> None:
    with attached(tmp_path) as (taken, telemetry):
        script = [part for item in ("c1", "c2", "c3") for part in (answer(shell("touch x", item)), says("ok"))]
        settings: dict[str, Any] = {"approval_policy": "untrusted", "services": {"telemetry": telemetry}}
        async with conversation(tmp_path / "w", script, **settings) as talk:
            for decision in ("denied", "approved_for_session", None):
                turn_id = await talk.say("go")
                if decision is not None:
                    await talk.decide(decision)
                await talk.rest_of(turn_id)
        telemetry.close()
        told = [(one["call_id"], one["decision"], one["source"]) for one in taken.events("codex.tool_decision")]
        assert told == [
            ("c1", "denied", "user"),
            ("c2", "approved_for_session", "user"),
            ("c3", "approved_for_session", "user"),
        ]
        waits = [span for span in taken.spans if span.name == "await_approval shell"]
        assert [attributes(span)["octavo.approval.decision"] for span in waits] == ["denied", "approved_for_session"]
        turns = {span.span_id for span in taken.spans if span.name == "invoke_agent octavo"}
        assert {span.parent_span_id for span in waits} <= turns
        assert sum(point.count for point in taken.points("octavo.approval.duration")) == 2


async def test_a_review_is_inside_of_the_turn_that_asked_for_it(tmp_path: Path) -> None:
    with attached(tmp_path) as (taken, telemetry):
        async with conversation(tmp_path / "w", [says("fine")], services={"telemetry": telemetry}) as talk:
            await talk.rest_of(await talk.submit(ops.Review(ReviewRequest("look", "changes"))))
        telemetry.close()
        turns = [span for span in taken.spans if span.name == "invoke_agent octavo"]
        inner, outer = sorted(turns, key=lambda span: span.parent_span_id == b"")
        assert (inner.trace_id, inner.parent_span_id) == (outer.trace_id, outer.span_id)
        ids = {attributes(span)["gen_ai.conversation.id"] for span in turns}
        assert len(ids) == len(taken.events("codex.conversation_starts")) == 2


async def test_a_second_opinion_is_told_with_its_latency(tmp_path: Path, outside: Path) -> None:
    with attached(tmp_path) as (taken, telemetry):
        opinion = '{"description":"writes","risk_level":"high","risk_categories":["data_deletion","compliance"]}'
        settings: dict[str, Any] = {
            "approval_policy": "on-failure",
            "features": {"experimental_sandbox_command_assessment": True},
            "services": {"telemetry": telemetry},
        }
        script = [answer(shell(f"echo 1 > {outside}/x")), says(opinion), says("done")]
        async with conversation(tmp_path / "w", script, **settings) as talk:
            turn_id = await talk.say("go")
            await talk.decide("abort")
            await talk.rest_of(turn_id)
        telemetry.close()
        (latency,) = taken.events("codex.sandbox_assessment_latency")
        (assessment,) = taken.events("codex.sandbox_assessment")
        assert latency["duration_ms"].isdigit()
        assert (latency["call_id"], assessment["call_id"]) == ("c1", "c1")
        assert (assessment["status"], assessment["risk_level"]) == ("success", "high")
        assert assessment["risk_categories"] == "data_deletion, compliance"
        decisions = [(one["decision"], one["source"]) for one in taken.events("codex.tool_decision")]
        assert decisions == [("approved", "config"), ("abort", "user")]
        (turn,) = (span for span in taken.spans if span.name == "invoke_agent octavo")
        assert attributes(turn)["octavo.turn.end"] == "aborted"


async def test_who_is_logged_in_stands_in_every_event(tmp_path: Path) -> None:
    login = Login("ChatGPT", "account-1", "me@example.org")
    with attached(tmp_path, login) as (taken, telemetry):
        async with conversation(tmp_path / "w", [says("hi")], services={"telemetry": telemetry}) as talk:
            await talk.user("go")
        telemetry.close()
        told = taken.events()
        assert told
        for event in told:
            assert (event["auth_mode"], event["user.account_id"]) == ("ChatGPT", "account-1")
            assert (event["user.email"], event["terminal.type"]) == ("me@example.org", "test-terminal")


async def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    with attached(tmp_path) as (taken, telemetry):
        async with conversation(tmp_path / "w", [says("hi")], services={"telemetry": telemetry}) as talk:
            await talk.user("go")
        telemetry.close()
        telemetry.close()
        assert len(taken.events("codex.conversation_starts")) == 1


async def test_a_text_that_utf_8_cannot_hold_does_not_cost_the_others(tmp_path: Path) -> None:
    with attached(tmp_path) as (taken, telemetry):
        config = make_config(tmp_path / "w")
        settings = model_settings(config, config.model, None, "auto")
        start = ConversationStart(ConversationId("0199a213-81c0-7800-8aa1-bbab2a035a53"), config, settings, "exec")
        told = telemetry.conversation_started(start)
        told.tell(sse_event(None, None, "a\udcffb", told.redact), "m", "f")
        telemetry.close()
        (event,) = taken.events("codex.sse_event")
        assert event["error.message"] == "a?b"
        assert taken.events("codex.conversation_starts")


def test_the_limit_of_the_end() -> None:
    assert flush_seconds({}) == flush_seconds({"OTEL_BLRP_EXPORT_TIMEOUT": "soon"}) == 5
    assert flush_seconds({"OTEL_BLRP_EXPORT_TIMEOUT": "250"}) == 0.25
    assert flush_seconds({"OTEL_BLRP_EXPORT_TIMEOUT": "-1"}) == 0


def same(text: str) -> str:
    return text


@pytest.mark.parametrize("text", ["", "short", "x" * 2048, "\n".join("y" * 64), "é" * 1024])
def test_an_output_within_the_limits_is_told_whole(text: str) -> None:
    assert output_preview(text, same) == text


@pytest.mark.parametrize("text", ["x" * 2049, "é" * 1025, "\n".join("y" * 65), "z" * 1_000_000])
def test_a_longer_one_is_cut_with_a_notice_on_a_line_of_its_own(text: str) -> None:
    shown, _, notice = output_preview(text, same).rpartition("\n")
    assert text.startswith(shown)
    assert len(shown.encode()) <= 2048
    assert len(shown.splitlines()) <= 64
    assert "output" in notice
