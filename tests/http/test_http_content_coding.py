"""Answers that a server compresses though nobody asked it to."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest
from model_server import Reply, Server

from octavo.http.client import HttpClient, HttpResponse
from octavo.http.wire import TransportError

TEXT = b"event: \xc3\xa9\n" * 5000


def raw_deflate(data: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezer.compress(data) + squeezer.flush()


async def body_of(coding: str, *pieces: bytes, length: str = "chunked", cut: bool = False) -> bytes:
    reply = Reply(headers=[("content-encoding", coding)], body=pieces, length=length, cut=cut)
    with Server([reply]) as server:
        http = HttpClient(None, {})
        try:
            return (await http.request("GET", server.url)).body
        finally:
            await http.aclose()


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        pytest.param("gzip", gzip.compress(TEXT), id="gzip"),
        pytest.param("x-gzip", gzip.compress(TEXT), id="x-gzip"),
        pytest.param(" GZIP ", gzip.compress(TEXT), id="capitals"),
        pytest.param("deflate", zlib.compress(TEXT), id="deflate"),
        pytest.param("deflate", raw_deflate(TEXT), id="raw deflate"),
        pytest.param("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), id="two parts"),
        pytest.param("gzip", gzip.compress(TEXT) + b"\0\0", id="something behind"),
        pytest.param("gzip", TEXT, id="not compressed at all"),
        pytest.param("identity", TEXT, id="identity"),
        pytest.param("", TEXT, id="nothing"),
    ],
)
@pytest.mark.parametrize("length", ["chunked", "exact", "close"])
async def test_a_compressed_body_is_read(coding: str, data: bytes, length: str) -> None:
    assert await body_of(coding, data, length=length) == TEXT
    assert await body_of(coding, *(data[place : place + 1] for place in range(40)), data[40:], length=length) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_an_empty_body_is_empty(coding: str) -> None:
    assert await body_of(coding, length="exact") == b""


async def test_each_event_comes_as_soon_as_the_server_lets_it_go() -> None:
    squeezer = zlib.compressobj(wbits=31)
    pieces = [squeezer.compress(b"data: %d\n\n" % n) + squeezer.flush(zlib.Z_SYNC_FLUSH) for n in range(2)]
    reply = Reply(headers=[("content-encoding", "gzip")], body=pieces, hold=True)
    with Server([reply]) as server:
        http = HttpClient(None, {})
        async with http.stream("GET", server.url) as response:
            assert await _until(response, b"data: 1\n\n") == b"data: 0\n\ndata: 1\n\n"
        assert await asyncio.to_thread(server.hung_up.wait, 5)


async def _until(response: HttpResponse, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        data += await response.next_chunk()
    return data


async def test_a_few_bytes_that_unfold_to_very_many_come_in_pieces() -> None:
    reply = Reply(headers=[("content-encoding", "gzip")], body=[gzip.compress(bytes(50_000_000))], length="exact")
    with Server([reply]) as server:
        http = HttpClient(None, {})
        async with http.stream("GET", server.url) as response:
            sizes = []
            while chunk := await response.next_chunk():
                sizes.append(len(chunk))
        await http.aclose()
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 256 * 1024


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_compressed_body_that_breaks_off_is_an_error(coding: str) -> None:
    data = gzip.compress(TEXT) if coding == "gzip" else zlib.compress(TEXT)
    with pytest.raises(TransportError, match="in the middle of a compressed body"):
        await body_of(coding, data[:-9])


async def test_a_damaged_body_is_an_error() -> None:
    with pytest.raises(TransportError, match="cannot be read"):
        await body_of("gzip", gzip.compress(b"x")[:10] + b"\xff" * 40)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br"])
async def test_what_cannot_be_unfolded_is_named(coding: str) -> None:
    with pytest.raises(TransportError, match=f"compressed in a way that was not asked for: {coding}"):
        await body_of(coding, b"x")
