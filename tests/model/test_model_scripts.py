"""Answers from memory and from files, and that they equal answers over HTTP."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from model_calls import (
    CONVERSATION,
    Waits,
    client_for,
    client_on,
    collect,
    prompt,
    provider,
    responses_backend,
    settings,
)
from model_server import Reply, Server, completed, json_reply, message, sse, stream

from octavo.errors import ConfigError
from octavo.model.backend import ModelRequest
from octavo.model.client import ModelClient
from octavo.model.errors import ContextWindowExceeded, FatalModelError, ModelError, RetryableTransport
from octavo.model.events import Completed, ItemDone, ModelEvent, RateLimits, TextDelta
from octavo.model.recording import RecordingBackend
from octavo.model.scripted import Script, ScriptedBackend, ScriptedError
from octavo.protocol.items import Message, OutputText
from octavo.protocol.usage import RateLimitSnapshot, TokenUsage

RICH: list[dict[str, Any]] = [
    {"type": "response.created", "response": {}},
    {"type": "response.output_item.added", "item": {"type": "reasoning", "summary": [], "id": "rs_1"}},
    {"type": "response.reasoning_summary_part.added"},
    {"type": "response.reasoning_summary_text.delta", "delta": "**Think**"},
    {"type": "response.reasoning_text.delta", "delta": "raw"},
    {
        "type": "response.output_item.done",
        "item": {
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": "**Think**"}],
            "content": [{"type": "reasoning_text", "text": "raw"}],
            "encrypted_content": "ENC",
            "id": "rs_1",
        },
    },
    {
        "type": "response.output_item.done",
        "item": {"type": "function_call", "name": "shell", "arguments": "{ }", "call_id": "c1", "id": "fc_1"},
    },
    {"type": "response.output_text.delta", "delta": "é"},
    message("é"),
    completed(9),
]


async def test_memory_and_http_give_the_same_events_for_the_same_payload(tmp_path: Path) -> None:
    headers = {"x-codex-primary-used-percent": "5", "x-codex-primary-window-minutes": "60"}
    scripted = ScriptedBackend([Script(RICH, headers=headers)])
    in_memory = await collect(client_for(scripted).call(prompt()))
    with Server([stream(*RICH, headers=list(headers.items()))]) as server:
        over_http = await collect(client_on(server, tmp_path).call(prompt()))
    assert in_memory == over_http
    assert msgspec.json.encode(scripted.requests[0].payload) == server.seen[0].body


@pytest.mark.parametrize(
    ("scripts", "replies"),
    [
        ([ScriptedError("http", status=502)], [Reply(502)]),
        ([ScriptedError("http", status=500)], [Reply(500)]),
        (
            [ScriptedError("http", status=429, delay=3.0, request_id="r")],
            [Reply(429, [("retry-after", "3"), ("cf-ray", "r")])],
        ),
    ],
)
async def test_failures_read_the_same_from_memory_and_over_http(
    tmp_path: Path, scripts: list[ScriptedError], replies: list[Reply]
) -> None:
    waits = Waits(), Waits()
    with pytest.raises(ModelError) as in_memory:
        await collect(client_for(ScriptedBackend([Script([], scripts[0])] * 5), waits=waits[0]).call(prompt()))
    with Server(replies) as server, pytest.raises(ModelError) as over_http:
        await collect(client_on(server, tmp_path, waits=waits[1]).call(prompt()))
    assert str(in_memory.value) == str(over_http.value)
    assert waits[0].seconds == waits[1].seconds


async def test_a_retry_sends_the_same_payload_under_the_next_number() -> None:
    backend = ScriptedBackend([Script([], ScriptedError("transport", "no route")), RICH])
    await collect(client_for(backend).call(prompt()))
    first, second = backend.requests
    assert (first.attempt, second.attempt) == (0, 1)
    assert first.payload is second.payload
    assert (first.wire, first.conversation_id, first.subagent) == ("responses", CONVERSATION, None)


async def test_model_events_are_given_out_as_they_are() -> None:
    events: list[ModelEvent] = [TextDelta("a"), ItemDone(Message("assistant", (OutputText("a"),))), Completed()]
    assert await collect(client_for(ScriptedBackend([events])).call(prompt())) == events


async def test_a_backend_cannot_end_an_answer_by_falling_silent() -> None:
    with pytest.raises(ModelError, match=r"stream closed before response\.completed"):
        await collect(client_for(ScriptedBackend([[TextDelta("a")]])).call(prompt()))


async def test_scripts_that_run_out_are_named() -> None:
    client = client_for(ScriptedBackend([RICH], name="my script"))
    await collect(client.call(prompt()))
    with pytest.raises(ModelError, match="my script has answers for 1 attempts") as caught:
        await collect(client.call(prompt()))
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("error", "text", "retryable"),
    [
        (ScriptedError("stream", "cut"), "stream disconnected before completion: cut", True),
        (ScriptedError("model", "unexpected status 400 Bad Request: x"), "unexpected status 400 Bad Request: x", True),
        (ScriptedError("final", "no more"), "no more", False),
        (ScriptedError("context_window"), str(ContextWindowExceeded()), False),
        (FatalModelError(ModelError("own")), "own", True),
    ],
)
async def test_a_script_may_end_in_any_error(error: ScriptedError | Exception, text: str, retryable: bool) -> None:
    with pytest.raises(ModelError) as caught:
        await collect(client_for(ScriptedBackend([Script(RICH[:3], error)])).call(prompt()))
    assert (str(caught.value), caught.value.retryable) == (text, retryable)


async def test_a_break_after_the_answer_has_begun_is_not_attempted_again() -> None:
    backend = ScriptedBackend([Script([TextDelta("a")], RetryableTransport("reset")), RICH])
    with pytest.raises(ModelError, match="stream disconnected before completion: reset"):
        await collect(client_for(backend).call(prompt()))
    assert len(backend.requests) == 1


async def test_a_barrier_holds_the_answer_until_it_is_set() -> None:
    gate = asyncio.Event()
    events = client_for(ScriptedBackend([[TextDelta("a"), gate, Completed()]])).call(prompt())
    assert await anext(events) == TextDelta("a")
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.set()
    assert await waiting == Completed()


async def test_pieces_are_left_out_where_nobody_reads_them() -> None:
    plain: list[ModelEvent] = [TextDelta("a"), Completed()]
    for script in (RICH, plain):
        client = ModelClient(ScriptedBackend([script]), settings(), CONVERSATION, deltas=False)
        events = await collect(client.call(prompt()))
        assert not any(isinstance(event, TextDelta) for event in events)
        assert isinstance(events[-1], Completed)


async def test_closing_the_call_closes_the_backend() -> None:
    closed = asyncio.Event()

    class Endless:
        async def attempt(self, request: ModelRequest) -> Any:
            try:
                while True:
                    yield TextDelta("a")
            finally:
                closed.set()

    events = client_for(Endless()).call(prompt())
    await anext(events)
    await events.aclose()
    assert closed.is_set()


async def test_the_chat_wire_refuses_a_schema_before_any_request() -> None:
    backend = ScriptedBackend([])
    client = client_for(backend, settings(served_by=provider(wire_api="chat")))
    with pytest.raises(ModelError) as caught:
        await collect(client.call(prompt(output_schema={})))
    assert str(caught.value) == "unsupported operation: output_schema is not supported for Chat Completions API"
    assert backend.requests == []


async def test_the_chat_wire_joins_the_pieces_of_a_message() -> None:
    backend = ScriptedBackend([[TextDelta("a"), TextDelta("b"), Completed()]] * 2)
    chat = provider(wire_api="chat")
    whole = ItemDone(Message("assistant", (OutputText("ab"),)))
    assert await collect(client_for(backend, settings(served_by=chat)).call(prompt())) == [whole, Completed()]
    raw = settings(served_by=chat, show_raw_reasoning=True)
    events = await collect(client_for(backend, raw).call(prompt()))
    assert events == [TextDelta("a"), TextDelta("b"), whole, Completed()]
    assert backend.requests[0].wire == "chat"


# --- recorded runs --------------------------------------------------------------------------


async def test_a_recorded_run_plays_as_it_was(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    headers = {
        "x-codex-primary-used-percent": "5.5",
        "x-codex-secondary-used-percent": "1",
        "x-codex-secondary-reset-at": "9",
    }
    live = ScriptedBackend([Script([], ScriptedError("http", status=503)), Script(RICH, headers=headers)])
    expected = await collect(client_for(RecordingBackend(live, path)).call(prompt()))
    again = ScriptedBackend.from_file(path)
    assert await collect(client_for(again).call(prompt())) == expected
    assert isinstance(expected[0], RateLimits)
    assert (tmp_path / "run.jsonl").stat().st_mode & 0o777 == 0o600


async def test_a_recording_over_http_holds_no_key(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Server([stream(*RICH, headers=[("set-cookie", "hush")])]) as server:
        chosen = settings(served_by=provider(server.url, experimental_bearer_token="tok-secret"))
        await collect(client_for(RecordingBackend(responses_backend(tmp_path), str(path)), chosen).call(prompt()))
    text = path.read_text()
    assert "tok-secret" not in text
    assert "hush" not in text


async def test_a_recording_holds_what_the_model_was_told_once(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recording = client_for(RecordingBackend(ScriptedBackend([[Completed()]] * 2), str(path)))
    for _ in range(2):
        await collect(recording.call(prompt()))
    heard = [json.loads(line).get("heard") for line in path.read_text().splitlines()]
    assert heard[1] is None
    assert "hello" in json.dumps(heard[0])


async def test_every_kind_of_end_is_recorded(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    ends = [
        ScriptedError("http", status=429, delay=2.0, request_id="r"),
        ScriptedError("transport", "no"),
        ScriptedError("stream", "cut", delay=1.5),
        ScriptedError("model", "x"),
        ScriptedError("final", "y"),
        ScriptedError("context_window"),
    ]
    for end in ends:
        recording = RecordingBackend(ScriptedBackend([Script(RICH[:2], end)] * 5), path)
        with pytest.raises(ModelError):
            await collect(client_for(recording, settings(served_by=provider(request_max_retries=0))).call(prompt()))
    lines = [msgspec.json.decode(line) for line in Path(path).read_bytes().splitlines()]
    assert [msgspec.convert(line["error"], ScriptedError) for line in lines] == ends


async def test_an_answer_cut_short_is_recorded_as_broken_off(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    events = client_for(RecordingBackend(ScriptedBackend([RICH]), path)).call(prompt())
    await anext(events)
    await events.aclose()
    assert msgspec.json.decode(Path(path).read_bytes())["error"] == {"kind": "stream", "message": "cut short"}


@pytest.mark.parametrize("line", ["nonsense", "{}", '{"events": [1]}', '{"events": [], "error": {"kind": "odd"}}'])
def test_a_bad_line_of_a_recorded_run_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text('{"events": []}\n\n' + line + "\n")
    with pytest.raises(ConfigError, match=f"{path}:3: not a recorded attempt: "):
        ScriptedBackend.from_file(str(path))


def test_a_recorded_run_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="cannot read /nowhere: No such file"):
        ScriptedBackend.from_file("/nowhere")


# --- chance ---------------------------------------------------------------------------------


def damaged(chance: random.Random, body: bytes) -> bytes:
    """A stream with something done to it: cut short, overwritten, or with garbage put in."""
    kind, place = chance.choice(["cut", "flip", "put", "drop", "none"]), chance.randrange(len(body))
    junk = chance.choice(
        [b"\xff", b"\r", b"\n\n", b"data:", b"{", b'"', b"\x00", b": c\n", "é".encode()[:1], b"\xef\xbb\xbf"]
    )
    match kind:
        case "cut":
            return body[:place]
        case "flip":
            return body[:place] + junk + body[place + len(junk) :]
        case "put":
            return body[:place] + junk * chance.randint(1, 3) + body[place:]
        case "drop":
            return body[:place] + body[place + chance.randint(1, 40) :]
    return body


async def outcome(client: ModelClient) -> list[ModelEvent] | ModelError:
    try:
        return await collect(client.call(prompt()))
    except ModelError as error:
        return error


async def test_three_hundred_damaged_streams_end_as_they_should(tmp_path: Path) -> None:
    chance = random.Random(20251101)
    whole = sse(*RICH, {"type": "response.in_progress"})
    replies = []
    for _ in range(300):
        body = damaged(chance, whole)
        cuts = sorted(chance.randrange(len(body) + 1) for _ in range(chance.randint(0, 6)))
        pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True) if a < b]
        replies.append(
            Reply(body=pieces, length=chance.choice(["chunked", "exact", "close"]), cut=chance.random() < 0.1)
        )
    ends = {"whole": 0, "broken": 0}
    with Server(replies) as server:
        client = client_on(server, tmp_path)
        for _ in replies:
            async with asyncio.timeout(10):
                end = await outcome(client)
            if isinstance(end, ModelError):
                assert end.retryable
                assert str(end).startswith("stream disconnected before completion: ")
                ends["broken"] += 1
            else:
                assert end[0] == RateLimits(RateLimitSnapshot())
                assert isinstance(end[-1], Completed)
                ends["whole"] += 1
    assert ends["whole"] > 50
    assert ends["broken"] > 50
    assert len(server.seen) == 300


async def test_usage_and_json_errors_do_not_get_mixed_up(tmp_path: Path) -> None:
    with Server([json_reply({"type": "response.completed"}), stream(message("hi"), completed(5))]) as server:
        client = client_on(server, tmp_path)
        with pytest.raises(ModelError):
            await collect(client.call(prompt()))
        assert (await collect(client.call(prompt())))[-1] == Completed(TokenUsage(5, 0, 0, 0, 5))
