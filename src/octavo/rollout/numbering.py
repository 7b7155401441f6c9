"""Numbered rollouts: later releases number the lines of some files and refuse them when a number is missing.

A file whose first line says `history_mode: paginated` must end in a numbered line
(`docs/rollouts.md`); our own files are never numbered.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from octavo.rollout.lines import decode_line, decode_meta, ordinal_of

_BLOCK = 65536


def next_ordinal(fd: int) -> int | None:
    """The number for the next line; None for a file without numbers."""
    meta_line = decode_line(_first_line(fd))
    meta = decode_meta(meta_line.payload) if meta_line and meta_line.kind == "session_meta" else None
    if meta is None or meta.history_mode != "paginated":
        return None
    return next((number + 1 for line in lines_from_end(fd) if (number := ordinal_of(line)) is not None), 0)


def lines_from_end(fd: int) -> Iterator[bytes]:
    """The lines of a file, last one first, without reading more of it than asked for."""
    end = os.fstat(fd).st_size
    rest = b""
    while end:
        # One very long line must not be put together from thousands of pieces.
        start = max(end - max(_BLOCK, len(rest)), 0)
        lines = (os.pread(fd, end - start, start) + rest).split(b"\n")
        end = start
        # The first piece may be the end of a line whose start is in the block before it.
        rest = lines.pop(0)
        yield from reversed(lines)
    yield rest


def _first_line(fd: int) -> bytes:
    data = b""
    while part := os.pread(fd, _BLOCK, len(data)):
        data += part
        if b"\n" in part:
            break
    return data.split(b"\n", 1)[0]
