"""Whole lines, as a terminal in line mode hands them over."""

from __future__ import annotations

from octavo.frontends.terminal.keys.key import Entered, Input, Key

END = b"\x04"
"""What stands for the end of the input: Ctrl+D on an empty line."""


class LineParser:
    """Bytes in, lines out. Lines that come together were pasted, and are one."""

    patience: float | None = None

    def __init__(self) -> None:
        self._partial = b""

    def feed(self, data: bytes) -> list[Input]:
        """Take bytes; the lines that they complete."""
        found: list[Input] = []
        *lines, self._partial = (self._partial + data.removesuffix(END)).split(b"\n")
        if lines:
            found.append(Entered("\n".join(line.rstrip(b"\r").decode("utf-8", "replace") for line in lines)))
        if data.endswith(END):
            found.append(Key("d", ctrl=True))
        return found

    def flush(self) -> list[Input]:
        """A line has no half that would mean something."""
        return []
