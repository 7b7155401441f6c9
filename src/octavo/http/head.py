"""The head of an HTTP/1.1 message: writing requests, reading answers (`docs/models.md`, "HTTP").

Written here because starting is felt at every call and a library for the whole
grammar costs a tenth of a turn. It reads strictly: what is not HTTP is refused,
never guessed at.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Header = tuple[bytes, bytes]

_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_FORBIDDEN_IN_VALUES = (b"\r", b"\n", b"\0")


class BadMessage(ValueError):
    """The bytes are no HTTP/1.1 message, or a request cannot be written as one."""


class AnswerHead(NamedTuple):
    """Status line and headers of an answer; header names are in lower case."""

    status: int
    headers: tuple[Header, ...]
    is_http_1_1: bool

    def values(self, name: bytes) -> list[bytes]:
        """The comma-separated values of a header, in lower case."""
        given = b",".join(value for key, value in self.headers if key == name)
        return [word for part in given.lower().split(b",") if (word := part.strip())]

    @property
    def keeps_connection(self) -> bool:
        """Whether the server will read another request."""
        words = self.values(b"connection")
        return b"close" not in words and (self.is_http_1_1 or b"keep-alive" in words)


def request_head(method: str, target: bytes, headers: Iterable[Header]) -> bytes:
    """The head of a request. Raises `BadMessage` for what HTTP cannot carry, without quoting it: it may be secret."""
    lines = [b"%s %s HTTP/1.1" % (method.encode("ascii"), target)]
    for name, value in headers:
        if not name or not _TOKEN.issuperset(name) or any(sign in value for sign in _FORBIDDEN_IN_VALUES):
            raise BadMessage("the request holds characters that HTTP cannot carry")
        lines.append(b"%s: %s" % (name, value))
    if any(byte <= 0x20 or byte == 0x7F for byte in target):
        raise BadMessage("the request holds characters that HTTP cannot carry")
    return b"\r\n".join([*lines, b"", b""])


def read_answer_head(received: bytearray, largest: int) -> AnswerHead | None:
    """Take the head off the front of `received`; None while it is not whole.

    Raises `BadMessage`, also when it is larger than `largest` bytes.
    """
    while received[:2] == b"\r\n":  # some servers end a body with a line end too many
        del received[:2]
    end = received.find(b"\r\n\r\n", 0, largest + 4)
    length = 4
    if end < 0 and (end := received.find(b"\n\n", 0, largest + 4)) >= 0:
        length = 2
    if end < 0:
        if len(received) > largest:
            raise BadMessage("the answer's headers are too large")
        return None
    lines = bytes(received[:end]).split(b"\n")
    del received[: end + length]
    status, is_http_1_1 = _status_line(lines[0].removesuffix(b"\r"))
    return AnswerHead(status, tuple(_header(line.removesuffix(b"\r")) for line in lines[1:]), is_http_1_1)


def _status_line(line: bytes) -> tuple[int, bool]:
    version, _, rest = line.partition(b" ")
    code = rest[:3]
    if version[:7] != b"HTTP/1." or len(version) != 8 or not version[7:].isdigit():
        raise BadMessage("the answer is not HTTP/1.1")
    if not code.isdigit() or len(code) != 3 or rest[3:4] not in (b"", b" "):
        raise BadMessage("the answer's status line cannot be read")
    return int(code), version != b"HTTP/1.0"


def _header(line: bytes) -> Header:
    name, colon, value = line.partition(b":")
    if not colon or not name or not _TOKEN.issuperset(name) or b"\0" in value or b"\r" in value:
        raise BadMessage("the answer has a header that cannot be read")
    return name.lower(), value.strip(b" \t")
