"""Taking answers apart: whatever the network cuts, and whatever a server may not send."""

from __future__ import annotations

import random

import pytest

from octavo.http.body import ChunkedBody, body_of
from octavo.http.head import AnswerHead, BadMessage, read_answer_head, request_head

CHUNKED = b"5\r\nhello\r\n1;note=x\r\n \r\n00a\r\nbig\r\nworld\r\n5\r\nagain\r\n0\r\nx-trailer: 1\r\n\r\n"
CONTENT = b"hello big\r\nworldagain"


def fed(pieces: list[bytes]) -> tuple[bytes, bytes, bool]:
    body, received, content = ChunkedBody(), bytearray(), b""
    for piece in pieces:
        received += piece
        content += body.take(received)
    return content, bytes(received), body.is_whole


def cut(data: bytes, rng: random.Random) -> list[bytes]:
    places = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(8)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]


def head_of(data: bytes) -> AnswerHead:
    head = read_answer_head(bytearray(data), 1000)
    assert head is not None
    return head


@pytest.mark.parametrize("seed", range(60))
def test_chunks_give_the_same_content_however_they_are_cut(seed: int) -> None:
    pieces = cut(CHUNKED + b"next", random.Random(seed))
    assert fed(pieces) == (CONTENT, b"next", True)


@pytest.mark.parametrize(
    "broken",
    [
        b"5\r\nhello!\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"five\r\nhello\r\n",
        b"-1\r\n",
        b"\r\n",
        b"+5\r\nhello\r\n",
        b"x" * 2000,
    ],
)
def test_chunks_that_break_their_own_rules_are_refused(broken: bytes) -> None:
    with pytest.raises(BadMessage):
        fed([broken])


def test_a_body_that_is_cut_off_is_told() -> None:
    body, received = ChunkedBody(), bytearray(b"5\r\nhel")
    assert body.take(received) == b"hel"
    with pytest.raises(BadMessage, match="middle of the body"):
        body.end()


def test_a_sized_body_leaves_what_comes_behind_it() -> None:
    body = body_of("GET", head_of(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"))
    received = bytearray(b"abcdef")
    assert (body.take(received), bytes(received), body.is_whole) == (b"abc", b"def", True)


@pytest.mark.parametrize(
    "fields",
    [b"content-length: 1\r\ncontent-length: 2\r\n", b"content-length: x\r\n", b"transfer-encoding: gzip, chunked\r\n"],
)
def test_headers_that_contradict_each_other_are_refused(fields: bytes) -> None:
    with pytest.raises(BadMessage):
        body_of("GET", head_of(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n"))


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_answers_without_content_end_with_their_head(status: bytes) -> None:
    assert body_of("GET", head_of(b"HTTP/1.1 " + status + b"\r\ncontent-length: 5\r\n\r\n")).is_whole


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    ],
)
def test_heads_that_are_not_http_are_refused(head: bytes) -> None:
    with pytest.raises(BadMessage):
        read_answer_head(bytearray(head), 1000)


def test_a_head_that_never_ends_is_refused() -> None:
    with pytest.raises(BadMessage, match="too large"):
        read_answer_head(bytearray(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 2000), 1000)


@pytest.mark.parametrize(
    ("fields", "keeps"),
    [(b"", True), (b"Connection: close\r\n", False), (b"Connection: keep-alive, Close\r\n", False)],
)
def test_a_connection_is_kept_unless_the_server_closes_it(fields: bytes, keeps: bool) -> None:
    assert head_of(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n").keeps_connection is keeps


@pytest.mark.parametrize("field", [(b"a", b"b\r\nc: d"), (b"a b", b"c"), (b"", b"c"), (b"a", b"\0")])
def test_a_header_cannot_smuggle_another_one(field: tuple[bytes, bytes]) -> None:
    with pytest.raises(BadMessage, match="cannot carry"):
        request_head("GET", b"/", [field])


def test_a_target_cannot_smuggle_a_header() -> None:
    with pytest.raises(BadMessage):
        request_head("GET", b"/ HTTP/1.1\r\nx: y", [])
