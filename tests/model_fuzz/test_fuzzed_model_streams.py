"""Damaged answers of model servers: every call ends, with an answer or with an error that a user can read."""

from __future__ import annotations

import asyncio
import os
import random
import re
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from model_server import Server as ModelServer
from model_server import completed, json_reply, message, sse, stream
from raw_server import HEAD, Answer, chunked, raw_server
from wire_calls import WIRES, Wire, call

from octavo.model.errors import ModelError
from octavo.model.events import Completed, ItemDone

STREAMS = 10_000 if os.environ.get("OCTAVO_SOAK") else 300

ITEM = {"type": "message", "role": "assistant", "id": "m1", "content": []}
CALL = {"type": "function_call", "name": "shell", "call_id": "c1", "arguments": '{"command":["ls"]}'}
RESPONSES = sse(
    {"type": "response.created", "response": {"id": "r1"}},
    {"type": "response.output_item.added", "item": ITEM},
    {"type": "response.output_text.delta", "delta": "grüße 👋"},
    message("grüße 👋"),
    {"type": "response.reasoning_summary_text.delta", "delta": "hm"},
    {"type": "response.output_item.done", "item": CALL},
    completed(12),
)


def _chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"delta": delta, "finish_reason": finish}]}


CHAT = (
    sse(
        _chunk(role="assistant", content="grü"),
        _chunk(content="ße 👋"),
        _chunk(reasoning="hm"),
        _chunk(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "shell", "arguments": '{"comm'}}]),
        _chunk(tool_calls=[{"index": 0, "function": {"arguments": 'and":["ls"]}'}}]),
        _chunk("tool_calls"),
    )
    + b"data: [DONE]\n\n"
)
BODIES: dict[Wire, bytes] = {"responses": RESPONSES, "chat": CHAT}

NOISE = (
    b"\0",
    b"\xff",
    b"\r",
    b"\n\n",
    b"data:",
    b"data: {",
    b"event: x\n",
    b'"',
    b"}",
    b"[",
    b"null",
    b"1e999",
    b"\\ud800",
)
Mutation = Callable[[random.Random, bytes], bytes]


def _flip(chance: random.Random, body: bytes) -> bytes:
    place = chance.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1 << chance.randrange(8)]) + body[place + 1 :]


def _insert(chance: random.Random, body: bytes) -> bytes:
    place = chance.randrange(len(body))
    return body[:place] + chance.choice(NOISE) * chance.choice((1, 1, 3, 2000)) + body[place:]


def _drop(chance: random.Random, body: bytes) -> bytes:
    place = chance.randrange(len(body))
    return body[:place] + body[place + chance.randrange(1, 60) :]


def _repeat(chance: random.Random, body: bytes) -> bytes:
    events = body.split(b"\n\n")
    events.insert(chance.randrange(len(events)), chance.choice(events))
    return b"\n\n".join(events)


def _shuffle(chance: random.Random, body: bytes) -> bytes:
    events = body.split(b"\n\n")
    chance.shuffle(events)
    return b"\n\n".join(events)


def _cut(chance: random.Random, body: bytes) -> bytes:
    return body[: chance.randrange(len(body))]


def _swap_value(chance: random.Random, body: bytes) -> bytes:
    values = (b"null", b"[]", b"{}", b"-1", b"0.5", b"99999999999999999999", b'""', b"true", b'"\\u0000"')
    parts = body.split(b":")
    place = chance.randrange(len(parts))
    _, comma, rest = parts[place].partition(b",")
    parts[place] = chance.choice(values) + comma + rest
    return b":".join(parts)


MUTATIONS: tuple[Mutation, ...] = (_flip, _insert, _drop, _repeat, _shuffle, _cut, _swap_value)


def _answer(chance: random.Random, body: bytes) -> Answer:
    """The damaged body in sound framing, or now and then in damaged framing."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        body = chance.choice(MUTATIONS)(chance, body) or b" "
    most = chance.choice((1, 7, 64, 4096))
    if chance.random() < 0.3:
        return Answer([HEAD + b"connection: close\r\n\r\n", body])
    parts = [HEAD + b"transfer-encoding: chunked\r\n\r\n", *chunked(body, lambda: chance.randint(1, most))]
    if chance.random() < 0.3:
        place = chance.randrange(len(parts))
        parts[place] = chance.choice(MUTATIONS)(chance, parts[place] or b" ")
    return Answer([b"".join(parts)] if chance.random() < 0.5 else parts)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_damaged_answer_ends_in_an_answer_or_in_one_clear_error(wire: Wire, tmp_path: Path) -> None:
    chance = random.Random(53)
    ends = {"answered": 0, "failed": 0}
    async with raw_server(Answer([])) as server:
        for number in range(STREAMS):
            server.answer = _answer(chance, BODIES[wire])
            error = None
            try:
                # A stream that cannot end by itself ends at the limit for silence.
                events = await call(wire, server.url, tmp_path, stream_idle_timeout_ms=1000)
            except ModelError as raised:
                error = raised
            ends["failed" if error else "answered"] += 1
            assert error is None or re.fullmatch(r"[^\n]+", str(error)), (number, error)
            assert error is not None or isinstance(events[-1], Completed), (number, events[-1:])
    assert len(server.requests) == STREAMS
    assert min(ends.values()) > STREAMS // 50, ends


@pytest.mark.parametrize("wire", WIRES)
async def test_a_sound_answer_in_single_bytes_arrives_whole(wire: Wire, tmp_path: Path) -> None:
    writes = [HEAD + b"connection: close\r\n\r\n", *(BODIES[wire][at : at + 1] for at in range(len(BODIES[wire])))]
    async with raw_server(Answer(writes)) as server:
        events = await call(wire, server.url, tmp_path)
    items = [event.item for event in events if isinstance(event, ItemDone)]
    assert "grüße 👋" in repr(items)
    assert '{"command":["ls"]}' in repr(items)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_slow_drip_that_says_nothing_ends_at_the_limit_for_silence(wire: Wire, tmp_path: Path) -> None:
    async with raw_server(Answer([HEAD + b"\r\n", b": still here\n\n", b"data: "], hold=True)) as server:
        with pytest.raises(ModelError, match="idle timeout waiting for SSE"):
            await call(wire, server.url, tmp_path, stream_idle_timeout_ms=50)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_page_instead_of_a_stream_is_no_answer(wire: Wire, tmp_path: Path) -> None:
    page = b"<html><body>Sign in to the hotel's network</body></html>"
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n" % len(page)
    async with raw_server(Answer([head + page])) as server:
        with pytest.raises(ModelError, match="Sign in to the hotel's network"):
            await call(wire, server.url, tmp_path)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_redirect_is_followed_with_the_same_body(wire: Wire, tmp_path: Path) -> None:
    answer = BODIES[wire]
    async with raw_server(Answer([HEAD + b"connection: close\r\n\r\n", answer])) as target:
        move = b"HTTP/1.1 307 Moved\r\nlocation: %s/v1/there\r\ncontent-length: 0\r\n\r\n" % target.url.encode()
        async with raw_server(Answer([move])) as server:
            events = await call(wire, server.url, tmp_path)
        assert isinstance(events[-1], Completed)
        assert target.requests[0].startswith(b"POST /v1/there ")
        assert target.requests[0].partition(b"\r\n\r\n")[2] == server.requests[0].partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("wire", WIRES)
async def test_redirects_in_a_circle_end(wire: Wire, tmp_path: Path) -> None:
    async with raw_server(Answer([])) as server:
        server.answer = Answer([b"HTTP/1.1 307 Moved\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n"])
        with pytest.raises(ModelError, match="redirects"):
            await call(wire, server.url, tmp_path)
    assert len(server.requests) == 11


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that only its owner believes in, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    pem = folder / "server.pem"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        ["openssl", *words, "-keyout", str(folder / "key"), "-out", str(pem)], check=True, capture_output=True
    )
    pem.write_text(pem.read_text() + (folder / "key").read_text())
    return pem


@pytest.mark.parametrize("wire", WIRES)
async def test_a_certificate_that_nobody_signed_is_named_and_nothing_is_sent(
    wire: Wire, tmp_path: Path, certificate: Path
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    good = Answer([HEAD + b"connection: close\r\n\r\n", BODIES[wire]])
    async with raw_server(good, ssl=context) as server:
        with pytest.raises(ModelError, match=r"(?i)certificate"):
            await call(wire, server.url, tmp_path)
        assert not server.requests
        events = await call(wire, server.url, tmp_path, environ={"SSL_CERT_FILE": str(certificate)})
        assert isinstance(events[-1], Completed)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_server_without_tls_behind_an_https_address_is_an_error(wire: Wire, tmp_path: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(ModelError, match=r"(?i)tls|ssl|version"):
            await call(wire, f"https://127.0.0.1:{port}", tmp_path)


@pytest.mark.parametrize("wire", WIRES)
async def test_an_answer_comes_through_a_proxy_and_a_missing_proxy_is_an_error(wire: Wire, tmp_path: Path) -> None:
    async with raw_server(Answer([HEAD + b"connection: close\r\n\r\n", BODIES[wire]])) as proxy:
        events = await call(wire, "http://model.invalid", tmp_path, environ={"HTTP_PROXY": proxy.url})
        assert isinstance(events[-1], Completed)
        assert proxy.requests[0].startswith(b"POST http://model.invalid/v1/")
    with pytest.raises(ModelError):
        await call(wire, "http://model.invalid", tmp_path, environ={"HTTP_PROXY": proxy.url})


@pytest.mark.parametrize("wire", WIRES)
async def test_an_error_object_instead_of_a_stream_is_told(wire: Wire, tmp_path: Path) -> None:
    refusal = json_reply({"error": {"message": "no such model"}}, 404)
    with ModelServer([refusal]) as server, pytest.raises(ModelError, match=r"404.*no such model"):
        await call(wire, server.url, tmp_path)


async def test_the_damaged_streams_start_from_sound_ones(tmp_path: Path) -> None:
    with ModelServer([stream(message("whole"), completed(3))]) as server:
        assert isinstance((await call("responses", server.url, tmp_path))[-1], Completed)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"type":' * 100_000])
async def test_an_event_that_is_nested_beyond_all_measure_is_passed_over(
    wire: Wire, deep: bytes, tmp_path: Path
) -> None:
    body = b"data: " + deep + b"\n\n" + BODIES[wire]
    async with raw_server(Answer([HEAD + b"connection: close\r\n\r\n", body])) as server:
        assert isinstance((await call(wire, server.url, tmp_path))[-1], Completed)
