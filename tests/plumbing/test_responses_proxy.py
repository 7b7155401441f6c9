"""The proxy that adds a key, against a server that keeps what it got."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from octavo.frontends.responses_proxy.key import BadKey, Key, read_key
from octavo.frontends.responses_proxy.serve import ProxySettings, serve


class Upstream:
    """A server that answers each request with the next of these bytes; the parts of one wait for `more`."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.got: list[bytes] = []
        self.more = asyncio.Event()
        self.more.set()
        self.url = ""

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Upstream]:
        server = await asyncio.start_server(self._visit, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/responses"
        try:
            yield self
        finally:
            server.close()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
        self.got.append(head + await reader.readexactly(length))
        for part in self.answers.pop(0).split(b"|"):
            writer.write(part)
            await writer.drain()
            await self.more.wait()
        writer.close()


ANSWER = b"HTTP/1.1 429 Slow Down\r\nx-a: 1\r\nx-a: 2\r\nkeep-alive: 5\r\ncontent-length: 5\r\n\r\n\xff\x00abc"
POST = b"POST /v1/responses HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer theirs\r\nX-B: 1\r\nX-B: 2\r\n"


@contextlib.asynccontextmanager
async def proxy(upstream: str, *, shutdown: bool = False) -> AsyncIterator[tuple[int, asyncio.Task[None]]]:
    """A running proxy; its port."""
    told: asyncio.Queue[str] = asyncio.Queue()
    settings = ProxySettings(http_shutdown=shutdown, upstream=upstream)
    task = asyncio.create_task(serve(Key(b"sk-ours"), settings, {}, told.put_nowait))
    try:
        yield int((await told.get()).rpartition(":")[2]), task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def ask(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_request_goes_on_with_our_key_and_its_own_headers() -> None:
    async with Upstream(ANSWER).serving() as upstream, proxy(upstream.url) as (port, _):
        answer = await ask(port, POST + b'Content-Length: 10\r\n\r\n{"a":"\xc3\xa4"}')
    (got,) = upstream.got
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert body == b'{"a":"\xc3\xa4"}'
    assert [line for line in lines if line.startswith(b"authorization")] == [b"authorization: bearer sk-ours"]
    assert [line for line in lines if line.startswith(b"x-b")] == [b"x-b: 1", b"x-b: 2"]
    assert [line for line in lines if line.startswith(b"host")] == [b"host: " + upstream.url.split("/")[2].encode()]
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 429 ")
    assert b"x-a: 1\r\nx-a: 2" in head
    assert b"keep-alive" not in head
    assert body == b"\xff\x00abc"


async def test_a_body_in_chunks_is_put_together() -> None:
    async with Upstream(ANSWER).serving() as upstream, proxy(upstream.url) as (port, _):
        await ask(port, POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
    assert upstream.got[0].endswith(b"\r\n\r\nabcde")


async def test_an_answer_comes_piece_by_piece() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    async with Upstream(head + b"data: 1\n\n|data: 2\n\n").serving() as upstream, proxy(upstream.url) as (port, _):
        upstream.more.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + b"\r\n")
        first = await reader.readuntil(b"data: 1\n\n\r\n")
        upstream.more.set()
        rest = await reader.read()
        writer.close()
    assert b"transfer-encoding: chunked" in first
    assert rest == b"9\r\ndata: 2\n\n\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    "first",
    [
        b"POST /v1/responses?x=1 HTTP/1.1",
        b"GET /v1/responses HTTP/1.1",
        b"POST /v1/models HTTP/1.1",
        b"GET /shutdown HTTP/1.1",
        b"POST /v1/responses HTTP/1.1\r\nHost: evil.example:80",
    ],
)
async def test_anything_else_is_refused(first: bytes) -> None:
    async with Upstream().serving() as upstream, proxy(upstream.url) as (port, _):
        answer = await ask(port, first + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n")
    assert upstream.got == []


@pytest.mark.parametrize("data", [b"nonsense\r\n\r\n", POST + b"Content-Length: x\r\n\r\n"])
async def test_what_is_no_request_is_refused(data: bytes) -> None:
    async with proxy("http://127.0.0.1:1/v1/responses") as (port, _):
        assert (await ask(port, data)).startswith(b"HTTP/1.1 400 ")


async def test_a_server_that_is_not_there_is_a_bad_gateway() -> None:
    async with proxy("http://127.0.0.1:1/v1/responses") as (port, _):
        assert (await ask(port, POST + b"\r\n")).startswith(b"HTTP/1.1 502 ")


async def test_an_answer_that_breaks_off_has_no_end() -> None:
    torn = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"
    async with Upstream(torn).serving() as upstream, proxy(upstream.url) as (port, _):
        with contextlib.suppress(ConnectionResetError):
            assert not (await ask(port, POST + b"\r\n")).endswith(b"\r\n0\r\n\r\n")


async def test_shutdown_ends_the_server_where_it_is_allowed() -> None:
    async with proxy("http://127.0.0.1:1/", shutdown=True) as (port, task):
        assert (await ask(port, b"GET /shutdown HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        await asyncio.wait_for(task, 10)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (b"", "OPENAI_API_KEY must be provided via stdin"),
        (b"\n", "OPENAI_API_KEY must be provided via stdin"),
        (b"a b\n", "OPENAI_API_KEY may only contain"),
        ("sk-é\n".encode(), "OPENAI_API_KEY may only contain"),
        (b"a" * 1017 + b"\n", "OPENAI_API_KEY is too large"),
    ],
)
def test_what_is_no_key_is_refused(given: bytes, error: str) -> None:
    reading, writing = os.pipe()
    os.write(writing, given)
    os.close(writing)
    with pytest.raises(BadKey, match=error):
        read_key(reading)
    os.close(reading)


@pytest.mark.parametrize("given", [b"sk-a_1", b"sk-a_1\r\n", b"sk-a_1\nmore"])
def test_a_key_is_the_first_line(given: bytes) -> None:
    reading, writing = os.pipe()
    os.write(writing, given)
    os.close(writing)
    assert read_key(reading).bearer == b"Bearer sk-a_1"
    os.close(reading)


def test_the_command_tells_where_it_is_and_ends_when_asked(tmp_path: Path) -> None:
    info = tmp_path / "new" / "info.json"
    words = [sys.executable, "-m", "octavo", "responses-api-proxy", "--server-info", str(info), "--http-shutdown"]
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with subprocess.Popen(words, env=environ, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"sk-a\n")
        process.stdin.close()
        line = process.stderr.readline().decode()
        told = json.loads(info.read_text())
        assert told["pid"] == process.pid
        assert info.read_text() == f'{{"port":{told["port"]},"pid":{told["pid"]}}}\n'
        assert line == f"responses-api-proxy listening on 127.0.0.1:{told['port']}\n"
        asyncio.run(ask(told["port"], b"GET /shutdown HTTP/1.1\r\n\r\n"))
        assert process.wait(10) == 0
