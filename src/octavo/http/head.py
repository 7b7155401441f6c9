"""The heads of HTTP/1.1 messages: writing a request's, and what an answer's says (`docs/models.md`, "HTTP")."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

Header = tuple[bytes, bytes]

_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_FORBIDDEN_IN_VALUES = (b"\r", b"\n", b"\0")


class BadMessage(ValueError):
    """The bytes are no HTTP/1.1 message, or a request cannot be written as one."""


class AnswerHead(msgspec.Struct, frozen=True):
    """Status line and headers of an answer; header names are in lower case."""

    status: int
    headers: tuple[Header, ...]
    version: str

    def values(self, name: bytes) -> list[bytes]:
        """The comma-separated values of a header, in lower case."""
        given = b",".join(value for key, value in self.headers if key == name)
        return [word for part in given.lower().split(b",") if (word := part.strip())]

    @property
    def keeps_connection(self) -> bool:
        """Whether the server will read another request."""
        words = self.values(b"connection")
        return b"close" not in words and (self.version != "1.0" or b"keep-alive" in words)


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
