"""Cutting the middle out of a long text, and saying how much went (`docs/history.md`).

Sizes are bytes of UTF-8; the text is cut at line ends where there is one, else
between characters. What went is told in tokens, estimated at four bytes each.
"""

from __future__ import annotations

BYTES_PER_TOKEN = 4
ROUNDS = 4


def cut_middle(text: str, max_bytes: int) -> str:
    """The text itself if it fits, else its head, a marker and its tail."""
    data = text.encode("utf-8", "replace")
    return text if len(data) <= max_bytes else _cut(data, data, len(data), max_bytes)


class JoinedTexts:
    """Texts with a blank line between them, of which as much is kept as `cut` needs, however many come."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._head, self._tail = bytearray(), bytearray()
        self._size = 0

    def add(self, text: str) -> None:
        """Append a text; an empty one adds nothing."""
        if not text:
            return
        data = (b"\n\n" if self._size else b"") + text.encode("utf-8", "replace")
        self._size += len(data)
        self._head += data[: max(self._max_bytes + 1 - len(self._head), 0)]
        self._tail += data
        if len(self._tail) > 4 * self._max_bytes:
            del self._tail[: -self._max_bytes]

    def cut(self) -> str:
        """What `cut_middle` gives for all of them together."""
        if self._size <= self._max_bytes:
            return self._head.decode()
        return _cut(bytes(self._head), bytes(self._tail), self._size, self._max_bytes)


def _cut(head: bytes, tail: bytes, size: int, max_bytes: int) -> str:
    """The cut of a text that is too long, of which the first and the last `max_bytes` and one more are at hand."""
    marker = _marker(1)
    prefix, suffix = b"", b""
    tail_at = size - len(tail)
    for _ in range(ROUNDS):
        budget = max_bytes - len(marker)
        if budget <= 0:
            return _marker(_tokens(size)).decode()
        left = budget // 2
        prefix_end = _prefix_end(head, left)
        suffix_start = max(_suffix_start(tail, budget - left), prefix_end - tail_at)
        prefix, suffix = head[:prefix_end], tail[suffix_start:]
        recounted = _marker(_tokens(tail_at + suffix_start - prefix_end))
        stable = len(recounted) == len(marker)
        marker = recounted
        if stable:
            break
    return b"".join((prefix, marker, b"\n", suffix)).decode()


def _marker(tokens: int) -> bytes:
    return f"\u2026{tokens} tokens truncated\u2026".encode()


def _tokens(size: int) -> int:
    return -(-size // BYTES_PER_TOKEN)


def _is_boundary(data: bytes, place: int) -> bool:
    return place >= len(data) or data[place] & 0xC0 != 0x80


def _prefix_end(data: bytes, size: int) -> int:
    """Behind the last line end within the first `size` bytes, else the last character boundary there."""
    if _is_boundary(data, size) and (newline := data.rfind(b"\n", 0, size)) >= 0:
        return newline + 1
    while not _is_boundary(data, size):
        size -= 1
    return size


def _suffix_start(data: bytes, size: int) -> int:
    """Behind the first line end within the last `size` bytes, else the first character boundary there."""
    start = len(data) - size
    if _is_boundary(data, start) and (newline := data.find(b"\n", start)) >= 0 and newline + 1 < len(data):
        return newline + 1
    while not _is_boundary(data, start):
        start += 1
    return start
