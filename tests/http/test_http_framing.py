"""Taking answers apart: whatever the network cuts, and whatever a server may not send."""

from __future__ import annotations

import random

import pytest

from octavo.http.answer import Answer
from octavo.http.head import AnswerHead, BadMessage, request_head

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED_HEAD = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKED = b"5\r\nhello\r\n1;note=x\r\n \r\n00a\r\nbig\r\nworld\r\n5\r\nagain\r\n0\r\nx-trailer: 1\r\n\r\n"
CONTENT = b"hello big\r\nworldagain"


def fed(pieces: list[bytes], method: str = "GET") -> tuple[bytes, Answer]:
    answer, content = Answer(method), b""
    for piece in pieces:
        answer.feed(piece)
        content += answer.take()
    return content, answer


def cut(data: bytes, rng: random.Random) -> list[bytes]:
    places = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(8)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]


def head_of(data: bytes) -> AnswerHead:
    _, answer = fed([data])
    assert answer.head is not None
    return answer.head


@pytest.mark.parametrize("seed", range(60))
def test_an_answer_is_the_same_however_it_is_cut(seed: int) -> None:
    before = b"\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
    content, answer = fed(cut(before + CHUNKED_HEAD + CHUNKED, random.Random(seed)))
    assert (content, answer.is_whole, answer.has_surplus) == (CONTENT, True, False)
    assert answer.head == AnswerHead(200, ((b"transfer-encoding", b"chunked"),), "1.1")


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("more", [b"next", b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad", b"0\r\n\r\n"])
def test_what_comes_behind_an_answer_is_noted_and_never_read_as_content(seed: int, more: bytes) -> None:
    for answer_bytes in (CHUNKED_HEAD + CHUNKED, OK + b"Content-Length: 21\r\n\r\n" + CONTENT):
        content, answer = fed(cut(answer_bytes + more, random.Random(seed)))
        assert (content, answer.is_whole, answer.has_surplus) == (CONTENT, True, True)
        assert answer.head is not None
        assert len(answer.head.headers) == 1


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
        b"5\nhello\n0\n\n",
        b"11111111111111111\r\n",
        b"5 \r\nhello\r\n",
    ],
)
def test_chunks_that_break_their_own_rules_are_refused(broken: bytes) -> None:
    with pytest.raises(BadMessage):
        fed([CHUNKED_HEAD + broken])


@pytest.mark.parametrize(
    "endless", [b"1;" + b"x" * 200_000, b"0\r\n" + b"a: b\r\n" * 30_000], ids=["size line", "trailer"]
)
def test_framing_without_content_may_not_go_on_for_ever(endless: bytes) -> None:
    pieces = [endless[start : start + 4096] for start in range(0, len(endless), 4096)]
    with pytest.raises(BadMessage, match="too large"):
        fed([CHUNKED_HEAD, *pieces])


@pytest.mark.parametrize("head", [CHUNKED_HEAD + b"5\r\nhel", OK + b"Content-Length: 5\r\n\r\nhel"])
def test_a_body_that_is_cut_off_is_told(head: bytes) -> None:
    content, answer = fed([head])
    assert content == b"hel"
    with pytest.raises(BadMessage, match="middle of the body"):
        answer.end()


def test_a_body_of_no_told_length_ends_with_the_connection() -> None:
    content, answer = fed([OK + b"\r\n", b"abc", b"def"])
    assert (content, answer.is_whole) == (b"abcdef", False)
    answer.end()
    assert answer.is_whole


@pytest.mark.parametrize(
    "fields",
    [
        b"content-length: 1\r\ncontent-length: 2\r\n",
        b"content-length: 1\r\ncontent-length: 1\r\n",
        b"content-length: x\r\n",
        b"content-length: -1\r\n",
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        b"transfer-encoding: gzip, chunked\r\n",
        b"transfer-encoding: chunked, gzip\r\n",
        b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding: xchunked\r\n",
    ],
)
def test_headers_that_contradict_each_other_are_refused(fields: bytes) -> None:
    with pytest.raises(BadMessage):
        fed([OK + fields + b"\r\n"])


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_answers_without_content_end_with_their_head(status: bytes) -> None:
    _, answer = fed([b"HTTP/1.1 " + status + b"\r\ncontent-length: 5\r\n\r\n"])
    assert answer.is_whole


def test_the_answer_to_a_question_for_the_head_has_no_content() -> None:
    _, answer = fed([OK + b"content-length: 5\r\n\r\n"], "HEAD")
    assert answer.is_whole


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/0.9 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n",
        b"HTTP/1.1 200 OK\na: b\n\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ],
)
def test_heads_that_are_not_http_are_refused(head: bytes) -> None:
    with pytest.raises(BadMessage):
        fed([head])


def test_a_head_that_never_ends_is_refused() -> None:
    with pytest.raises(BadMessage, match="too large"):
        fed([OK + b"x: ", *[b"y" * 4096] * 30])


@pytest.mark.parametrize(
    ("fields", "keeps"),
    [(b"", True), (b"Connection: close\r\n", False), (b"Connection: keep-alive, Close\r\n", False)],
)
def test_a_connection_is_kept_unless_the_server_closes_it(fields: bytes, keeps: bool) -> None:
    assert head_of(OK + fields + b"\r\n").keeps_connection is keeps


def test_an_old_server_keeps_a_connection_only_if_it_says_so() -> None:
    assert not head_of(b"HTTP/1.0 200 OK\r\n\r\n").keeps_connection
    assert head_of(b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n\r\n").keeps_connection


@pytest.mark.parametrize("field", [(b"a", b"b\r\nc: d"), (b"a b", b"c"), (b"", b"c"), (b"a", b"\0")])
def test_a_header_cannot_smuggle_another_one(field: tuple[bytes, bytes]) -> None:
    with pytest.raises(BadMessage, match="cannot carry"):
        request_head("GET", b"/", [field])


def test_a_target_cannot_smuggle_a_header() -> None:
    with pytest.raises(BadMessage):
        request_head("GET", b"/ HTTP/1.1\r\nx: y", [])
