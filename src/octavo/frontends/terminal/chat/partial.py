"""What a command has said so far, for the case that it never ends: both ends of it, in bounded memory."""

from __future__ import annotations

from octavo.frontends.terminal.cells.output import Output, limited

_KEPT = 16_384
"""Bytes of each end."""


class PartialOutput:
    """Chunks in; the lines that are shown out. Chunks may split a character."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped_lines = 0

    def add(self, chunk: bytes) -> None:
        """The next piece."""
        room = _KEPT - len(self._head)
        self._head += chunk[: max(room, 0)]
        self._tail += chunk[max(room, 0) :]
        if len(self._tail) > 4 * _KEPT:
            self._dropped_lines += self._tail.count(b"\n", 0, -_KEPT)
            del self._tail[:-_KEPT]

    @property
    def text(self) -> str:
        """Both ends."""
        return (self._head + self._tail).decode("utf-8", "replace")

    def output(self, most_lines: int) -> Output:
        """As the output of a command that ended is shown."""
        shown = limited(self.text, most_lines)
        return shown._replace(omitted=shown.omitted + self._dropped_lines) if shown.tail else shown
