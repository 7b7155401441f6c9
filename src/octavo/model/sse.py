"""Event streams (SSE), decoded from bytes as they come (`docs/models.md`).

Lines end with LF, CRLF or CR and nothing else, wherever the network cut the
bytes. An event is whole at the blank line after it: one that the end of the body
cuts off is never given out. How the bytes were cut makes no difference.
"""

from __future__ import annotations

_BOM = b"\xef\xbb\xbf"


class EventStream:
    """Takes the body in pieces and gives out each event's data.

    After `feed`, `damage` may tell of bytes that are not UTF-8: the events before
    them have been given out, and nothing follows. `failure` is the data of the first
    event called `error`, which is given out like any other.
    """

    def __init__(self) -> None:
        self.damage: str | None = None
        self.failure: bytes | None = None
        self.unfinished_size = 0
        """How many bytes came since the last blank line."""
        self._pieces: list[bytes] = []
        self._at_start = True
        self._after_cr = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of every event that this piece completes; several data lines are joined by LF."""
        found = []
        for block in self._blocks(chunk):
            # Nearly all events are one data line, or a name and one data line.
            name, _, line = block.rpartition(b"\n")
            if line[:5] == b"data:" and (not name or (name[:6] == b"event:" and b"\n" not in name)):
                found.append(line[6:] if line[5:6] == b" " else line[5:])
                if name.endswith(b"error") and name[6:].strip() == b"error":
                    self._note_failure(found[-1])
            elif block:
                name_text, data = _read_block(block)
                if data:
                    found.append(data)
                    if name_text == "error":
                        self._note_failure(data)
        return found

    def feed_named(self, chunk: bytes) -> list[tuple[str, bytes]]:
        """Like `feed`, each event with its name; `message` is the name of those without."""
        events = []
        for block in self._blocks(chunk):
            name, data = _read_block(block)
            if data:
                events.append((name, data))
                if name == "error":
                    self._note_failure(data)
        return events

    def end(self) -> bytes:
        """The body is over: what is left is no event, but it may be `damage`. Data of one that lacks its blank line."""
        rest = b"".join(self._pieces)
        self._pieces.clear()
        if self.damage is None:
            rest = _readable(self._checked(rest))
        return _read_block(rest)[1] if self.damage is None else b""

    def _note_failure(self, data: bytes) -> None:
        if self.failure is None:
            self.failure = data

    def _blocks(self, chunk: bytes) -> list[bytes]:
        """The runs of lines that a blank line has ended."""
        chunk = self._with_plain_line_ends(chunk)
        pieces = self._pieces
        if b"\n\n" not in chunk and not (chunk[:1] == b"\n" and pieces and pieces[-1][-1:] == b"\n"):
            if chunk:
                pieces.append(chunk)
                self.unfinished_size += len(chunk)
            return []
        pieces.append(chunk)
        whole = b"".join(pieces)
        pieces.clear()
        if self.damage is not None:
            return []
        if self._at_start:
            self._at_start = False
            whole = whole.removeprefix(_BOM)
        end = whole.rindex(b"\n\n") + 2
        self.unfinished_size = len(whole) - end
        if end < len(whole):
            pieces.append(whole[end:])
        return _readable(self._checked(whole[: end - 2])).split(b"\n\n")

    def _with_plain_line_ends(self, chunk: bytes) -> bytes:
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk

    def _checked(self, block: bytes) -> bytes:
        """The bytes up to the last event before the first that is not UTF-8."""
        if block.isascii():
            return block
        try:
            block.decode()
        except UnicodeDecodeError as error:
            self.damage = f"invalid UTF-8 ({error.reason}, byte 0x{block[error.start]:02x})"
            return block[: max(block.rfind(b"\n\n", 0, error.start), 0)]
        return block


def _readable(text: bytes) -> bytes:
    """The text, in which no escaped half of a surrogate pair stands alone: it would make a whole event unreadable."""
    if b"\\ud" not in text and b"\\uD" not in text:
        return text
    from octavo.protocol.whole_characters import with_whole_characters  # few answers have any

    return with_whole_characters(text)


def _read_block(block: bytes) -> tuple[str, bytes]:
    """Name and data of the lines of one event; empty data means that there is nothing to give out."""
    name, data = "message", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode("utf-8", "replace")
    return name, b"\n".join(data)
