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
    if len(data) <= max_bytes:
        return text
    marker = _marker(1)
    prefix, suffix = b"", b""
    for _ in range(ROUNDS):
        budget = max_bytes - len(marker)
        if budget <= 0:
            return _marker(_tokens(len(data))).decode()
        left = budget // 2
        prefix_end = _prefix_end(data, left)
        suffix_start = max(_suffix_start(data, budget - left), prefix_end)
        prefix, suffix = data[:prefix_end], data[suffix_start:]
        recounted = _marker(_tokens(suffix_start - prefix_end))
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
