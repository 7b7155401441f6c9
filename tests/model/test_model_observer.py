"""What telemetry hears of model calls."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from model_calls import CONVERSATION, Waits, collect, prompt, provider, responses_backend, settings
from model_server import Reply, Server, completed, message, sse, stream

from octavo.model.client import ModelClient
from octavo.model.errors import ModelError
from octavo.protocol.usage import TokenUsage


class Notes:
    """Writes down what it is told, without the durations."""

    def __init__(self) -> None:
        self.requests: list[tuple[int, int | None, str | None, str | None]] = []
        self.events: list[tuple[str | None, bool, str | None]] = []
        self.usage: list[TokenUsage] = []
        self.ends: list[str | None] = []

    def request_sent(
        self, attempt: int, duration_ms: int, status: int | None, error: str | None, cf_ray: str | None
    ) -> None:
        assert duration_ms >= 0
        self.requests.append((attempt, status, error, cf_ray))

    def event_read(self, kind: str | None, duration_ms: int | None, error: str | None = None) -> None:
        self.events.append((kind, duration_ms is not None, error))

    def answer_completed(self, usage: TokenUsage) -> None:
        self.usage.append(usage)

    def call_ended(self, error: str | None) -> None:
        self.ends.append(error)


async def notes_of(home: Path, *replies: Reply, **changes: object) -> Notes:
    notes = Notes()
    with Server(replies) as server:
        chosen = settings(served_by=provider(server.url, **changes))
        client = ModelClient(responses_backend(home), chosen, CONVERSATION, sleep=Waits(), observer=notes)
        with contextlib.suppress(ModelError):
            await collect(client.call(prompt()))
    return notes


async def test_each_attempt_is_told_with_its_outcome(tmp_path: Path) -> None:
    good = stream(message("a"), completed(3), headers=[("cf-ray", "ray-1")])
    notes = await notes_of(tmp_path, Reply(503), Reply(drop=True), good)
    assert notes.requests[0] == (0, 503, "503 Service Unavailable", None)
    assert notes.requests[1][:2] == (1, None)
    assert "without an answer" in str(notes.requests[1][2])
    assert notes.requests[2] == (2, 200, None, "ray-1")
    assert notes.usage == [TokenUsage(3, 0, 0, 0, 3)]


async def test_each_event_is_told_by_its_name(tmp_path: Path) -> None:
    body = b"event: response.created\n" + sse({"type": "response.created"}) + sse(message("a")) + b"data: [DONE]\n\n"
    notes = await notes_of(tmp_path, Reply(body=[body + b"event: x\ndata: {bad\n\n" + sse(completed())]))
    assert [kind for kind, _, _ in notes.events] == ["response.created", "message", "message", "x", "message"]
    assert [error is not None for _, _, error in notes.events] == [False, False, False, True, False]
    assert notes.usage == []


async def test_failures_of_the_stream_are_told(tmp_path: Path) -> None:
    failed = b'event: response.failed\ndata: {"type":"response.failed","response":{"error":{"message":"no"}}}\n\n'
    notes = await notes_of(tmp_path, Reply(body=[failed]))
    assert notes.events == [
        ("response.failed", True, '{"type":"response.failed","response":{"error":{"message":"no"}}}'),
        ("response.completed", False, "stream disconnected before completion: no"),
    ]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply(hold=True), "idle timeout waiting for SSE"),
        (Reply(body=[sse({"type": "x"})], cut=True), "Transport error: "),
        (Reply(body=[b"data: \xff\n\n"]), "UTF8 error: "),
    ],
)
async def test_silence_and_breaks_are_told_without_a_kind(tmp_path: Path, reply: Reply, text: str) -> None:
    notes = await notes_of(tmp_path, reply, stream_idle_timeout_ms=100)
    kind, has_duration, error = notes.events[-1]
    assert (kind, has_duration) == (None, True)
    assert error is not None
    assert error.startswith(text)


async def test_the_end_of_a_call_is_told_once_with_its_reason(tmp_path: Path) -> None:
    good = await notes_of(tmp_path, Reply(503), stream(message("a"), completed(3)))
    assert good.ends == [None]
    bad = await notes_of(tmp_path, Reply(400, body=[b"no"]))
    assert len(bad.ends) == 1
    assert bad.ends[0]
