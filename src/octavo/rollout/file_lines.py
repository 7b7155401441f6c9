"""The lines of a saved session's file, however long it and they are (`docs/rollouts.md`).

A few blocks and one line are in memory at a time. A line that is very long and that
nobody wants is passed over without being put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from octavo.files.plain_file import open_patiently

_BLOCK = 1 << 20
_LONG = 4 << 20
"""So much of a line is read before somebody is asked whether it is wanted."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def file_lines(
    path: str, start: int, end: int, wanted: Callable[[bytes], bool] = lambda _: True
) -> Iterator[tuple[int, bytes]]:
    """The lines between two places of a file, without their ends, and where the next one begins.

    What is empty is left out, and so is a very long line of whose beginning `wanted` says no. A mark of the byte order
    before the first line is no part of it. Raises `OSError`.
    """
    with open_patiently(path) as file:
        file.seek(start)
        place = start
        long: list[bytes] = []
        is_wanted = True
        while place < end and (block := file.read(min(_BLOCK, end - place))):
            if place == 0 and block.startswith(_BYTE_ORDER_MARK):
                place, block = len(_BYTE_ORDER_MARK), block.removeprefix(_BYTE_ORDER_MARK)
            first, *others = block.split(b"\n")
            if not others:
                place += len(block)
                long, is_wanted = _longer(long, block, is_wanted, wanted)
                continue
            *whole, rest = others
            place += len(first) + 1
            if is_wanted and (line := b"".join([*long, first])):
                yield place, line
            for line in whole:
                place += len(line) + 1
                if line:
                    yield place, line
            place += len(rest)
            long, is_wanted = [rest], True
        if is_wanted and (line := b"".join(long)):
            yield place, line


def _longer(
    parts: list[bytes], block: bytes, is_wanted: bool, wanted: Callable[[bytes], bool]
) -> tuple[list[bytes], bool]:
    """A line that goes on over another whole block."""
    if not is_wanted:
        return [], False
    size = sum(map(len, parts))
    parts.append(block)
    if size < _LONG <= size + len(block) and not wanted(b"".join(parts)):
        return [], False
    return parts, True
