"""Traces and metrics as a collector gets them, and the context of a trace on its way in and out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from collector import GrpcCollector, HttpCollector, attributes
from exec_model_server import answer, runs, says
from exec_place import Place

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


def tables(taken: HttpCollector, *signals: str, protocol: str = "binary") -> str:
    keys = {"traces": "trace_exporter", "metrics": "metrics_exporter", "logs": "exporter"}
    return "\n".join(
        f'[otel.{keys[signal]}.otlp-http]\nendpoint = "{taken.url(signal)}"\nprotocol = "{protocol}"\nheaders = {{}}'
        for signal in signals
    )


@pytest.fixture
def taken() -> Iterator[HttpCollector]:
    with HttpCollector().serving() as collector:
        yield collector


def by_name(spans: list[Any]) -> dict[str, Any]:
    return {span.name: span for span in spans}


def test_a_turn_is_a_trace_of_its_model_and_tool_calls(place: Place, taken: HttpCollector) -> None:
    place.model(answer(runs("echo hi; exit 1"), tokens=(10, 4, 2)), answer(says("done")), more=tables(taken, "traces"))
    assert place.exec("hi").code == 0
    spans = by_name(taken.spans)
    turn = spans["invoke_agent octavo"]
    assert sorted(span.name for span in taken.spans) == [
        "chat gpt-5-codex", "chat gpt-5-codex", "execute_tool shell", "invoke_agent octavo",
    ]  # fmt: skip
    assert {span.trace_id for span in taken.spans} == {turn.trace_id}
    assert {span.parent_span_id for span in taken.spans if span is not turn} == {turn.span_id}
    assert turn.parent_span_id == b""
    told = attributes(turn)
    assert (told["gen_ai.operation.name"], told["gen_ai.agent.name"]) == ("invoke_agent", "octavo")
    assert (told["gen_ai.request.model"], told["octavo.turn.end"]) == ("gpt-5-codex", "completed")
    first = attributes(next(span for span in taken.spans if span.name.startswith("chat")))
    assert (first["gen_ai.operation.name"], first["gen_ai.provider.name"]) == ("chat", "mock")
    assert (first["gen_ai.usage.input_tokens"], first["gen_ai.usage.output_tokens"]) == (10, 2)
    assert first["gen_ai.usage.cache_read.input_tokens"] == 4
    tool = attributes(spans["execute_tool shell"])
    assert (tool["gen_ai.tool.name"], tool["gen_ai.tool.call.id"]) == ("shell", "c1")
    assert spans["execute_tool shell"].status.code == 2
    assert turn.start_time_unix_nano < spans["execute_tool shell"].start_time_unix_nano < turn.end_time_unix_nano
    assert taken.resource("traces")["service.name"] == "codex-cli"


def test_a_failed_turn_shows_its_reason(place: Place, taken: HttpCollector) -> None:
    place.model(400, 400, more=tables(taken, "traces"))
    assert place.exec("hi").code == 1
    spans = by_name(taken.spans)
    assert spans["invoke_agent octavo"].status.code == spans["chat gpt-5-codex"].status.code == 2
    assert "400" in spans["chat gpt-5-codex"].status.message
    assert attributes(spans["invoke_agent octavo"])["octavo.turn.end"] == "failed"


def test_traces_hold_no_words(place: Place, taken: HttpCollector) -> None:
    place.model(answer(runs("echo loud-output")), answer(says("an-answer")), more=tables(taken, "traces", "metrics"))
    assert place.exec("my-prompt").code == 0
    for words in (b"loud-output", b"an-answer", b"my-prompt"):
        assert words not in taken.raw


def test_a_trace_goes_on_from_outside_into_commands(place: Place, taken: HttpCollector) -> None:
    script = "echo $TRACEPARENT > seen"
    place.model(answer(runs(script)), answer(says("done")), more=tables(taken, "traces"))
    assert place.exec("--full-auto", "hi", env={"TRACEPARENT": TRACEPARENT}).code == 0
    turn = by_name(taken.spans)["invoke_agent octavo"]
    assert (turn.trace_id.hex(), turn.parent_span_id.hex()) == (TRACE, PARENT)
    assert (place.workspace / "seen").read_text() == f"00-{TRACE}-{turn.span_id.hex()}-01\n"


def test_events_name_the_span_they_happened_in(place: Place, taken: HttpCollector) -> None:
    place.model(answer(says("hi")), more=tables(taken, "traces", "logs"))
    assert place.exec("hi").code == 0
    spans = by_name(taken.spans)
    prompt, request = (
        next(one for one in taken.records if attributes(one)["event.name"] == name)
        for name in ("codex.user_prompt", "codex.api_request")
    )
    assert prompt.span_id == spans["invoke_agent octavo"].span_id
    assert request.span_id == spans["chat gpt-5-codex"].span_id


def test_the_numbers_of_a_run(place: Place, taken: HttpCollector) -> None:
    more = tables(taken, "metrics")
    place.model(answer(runs("exit 1"), tokens=(10, 4, 2)), answer(says("done"), tokens=(20, 0, 3)), more=more)
    assert place.exec("hi").code == 0
    tokens = {attributes(one)["gen_ai.token.type"]: one for one in taken.points("gen_ai.client.token.usage")}
    assert {kind: (point.count, point.sum) for kind, point in tokens.items()} == {
        "input": (2, 30), "output": (2, 5),
    }  # fmt: skip
    (cached,), (reasoning,) = (taken.points(f"octavo.tokens.{kind}") for kind in ("cached_input", "reasoning_output"))
    assert (cached.as_int, reasoning.as_int) == (4, 0)
    (calls,) = taken.points("gen_ai.client.operation.duration")
    assert (calls.count, attributes(calls)["gen_ai.request.model"]) == (2, "gpt-5-codex")
    (turns,) = taken.points("octavo.turn.duration")
    assert (turns.count, attributes(turns)["octavo.turn.end"]) == (1, "completed")
    (tools,) = taken.points("octavo.tool.duration")
    assert (attributes(tools)["gen_ai.tool.name"], attributes(tools)["success"]) == ("shell", False)
    (decisions,) = taken.points("octavo.tool.decisions")
    assert (decisions.as_int, attributes(decisions)["source"]) == (1, "config")


def test_traces_and_metrics_as_json(place: Place, taken: HttpCollector) -> None:
    place.model(answer(says("hi")), more=tables(taken, "traces", "metrics", protocol="json"))
    assert place.exec("hi", env={"TRACEPARENT": TRACEPARENT}).code == 0
    turn = by_name(taken.spans)["invoke_agent octavo"]
    assert turn.trace_id.hex() == TRACE
    assert taken.points("octavo.turn.duration")
    assert f'"traceId":"{TRACE}"'.encode() in taken.raw


def test_traces_and_metrics_by_grpc(place: Place) -> None:
    with GrpcCollector().serving() as taken:
        keys = ("exporter", "trace_exporter", "metrics_exporter")
        more = "\n".join(f'[otel.{key}.otlp-grpc]\nendpoint = "{taken.url}"\nheaders = {{}}' for key in keys)
        place.model(answer(says("hi")), more=more)
        result = place.exec("--json", "hi")
        assert (result.code, result.err) == (0, "")
    assert by_name(taken.spans)["invoke_agent octavo"]
    assert taken.points("octavo.turn.duration")
    assert taken.events("codex.conversation_starts")
