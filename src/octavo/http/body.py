"""The body of an HTTP/1.1 answer, taken out of its framing as the bytes come.

A live answer is often sent as one small chunk per event, tens of thousands of
them, so taking chunks apart has to be quick.
"""

from __future__ import annotations

from typing import Protocol

from octavo.http.head import AnswerHead, BadMessage

_LONGEST_SIZE_LINE = 1024
_LARGEST_TRAILER = 16 * 1024


class Body(Protocol):
    """Takes bytes off the front of `received` and gives what they carry."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing more belongs to it."""

    def take(self, received: bytearray) -> bytes:
        """The content that has come since. Raises `BadMessage`."""

    def end(self) -> None:
        """The connection is over. Raises `BadMessage` when the body is not whole."""


def body_of(method: str, head: AnswerHead) -> Body:
    """How the answer to `method` is framed. Raises `BadMessage` when its headers contradict each other."""
    if head.status < 200 or head.status in (204, 304) or method == "HEAD":
        return SizedBody(0)
    if codings := head.values(b"transfer-encoding"):
        if codings == [b"chunked"]:
            return ChunkedBody()
        raise BadMessage("the answer has a transfer encoding that was not asked for")
    sizes = set(head.values(b"content-length"))
    if not sizes:
        return OpenBody()
    if len(sizes) > 1 or not (size := sizes.pop()).isdigit() or len(size) > 18:
        raise BadMessage("the answer's length cannot be read")
    return SizedBody(int(size))


class OpenBody:
    """A body that ends with its connection."""

    is_whole = False

    def take(self, received: bytearray) -> bytes:
        """All that has come."""
        data = bytes(received)
        received.clear()
        return data

    def end(self) -> None:
        """It is whole when the connection ends."""
        self.is_whole = True


class SizedBody:
    """A body whose size was told before."""

    def __init__(self, size: int) -> None:
        self._left = size

    @property
    def is_whole(self) -> bool:
        """Whether as many bytes came as were told."""
        return self._left == 0

    def take(self, received: bytearray) -> bytes:
        """What has come, up to the size."""
        data = bytes(received[: self._left])
        del received[: len(data)]
        self._left -= len(data)
        return data

    def end(self) -> None:
        """Raises `BadMessage` when bytes are missing."""
        if self._left:
            raise BadMessage(f"the server closed the connection with {self._left} bytes of the body missing")


class ChunkedBody:
    """A body in chunks, each with its size before it."""

    def __init__(self) -> None:
        self._left = 0  # content of the chunk that is under way
        self._line_end = b""  # what has to come behind it
        self._in_trailer = False
        self._trailer_size = 0
        self.is_whole = False

    def take(self, received: bytearray) -> bytes:
        """The content of the chunks, and parts of chunks, that have come."""
        if self.is_whole:
            return b""
        pieces: list[bytes] = []
        data = bytes(received)
        place = self._rest_of_chunk(data, pieces)
        if not self._left and not self._line_end and not self._in_trailer:
            place = self._chunks(data, place, pieces)
        if self._in_trailer:
            place = self._trailer(data, place)
        del received[:place]
        return b"".join(pieces)

    def end(self) -> None:
        """Raises `BadMessage` when the last chunk did not come."""
        if not self.is_whole:
            raise BadMessage("the server closed the connection in the middle of the body")

    def _rest_of_chunk(self, data: bytes, pieces: list[bytes]) -> int:
        """Go on with a chunk of which a part had come before."""
        content = min(self._left, len(data))
        pieces.append(data[:content])
        self._left -= content
        if self._left or not self._line_end:
            return content
        return content + self._take_line_end(data[content : content + len(self._line_end)])

    def _take_line_end(self, data: bytes) -> int:
        if not self._line_end.startswith(data):
            raise BadMessage("a chunk of the answer is longer than its size")
        self._line_end = self._line_end[len(data) :]
        return len(data)

    def _chunks(self, data: bytes, place: int, pieces: list[bytes]) -> int:
        """Whole chunks as far as there are; then the beginning of one that is not whole, if its size has come."""
        find, length, add = data.find, len(data), pieces.append
        size_line, size = b"", 0
        while True:
            # Chunks of one stream tend to have the same size, and comparing is quicker than reading a number.
            if not size_line or not data.startswith(size_line, place):
                line_end = find(b"\r\n", place)
                if line_end < 0:
                    if length - place > _LONGEST_SIZE_LINE:
                        raise BadMessage("a chunk of the answer has no size that can be read")
                    return place
                size_line = data[place : line_end + 2]
                size = _size(size_line)
            start = place + len(size_line)
            if not size:
                self._in_trailer = True
                return start
            end = start + size
            if end + 2 > length:
                add(data[start:end])
                self._left, self._line_end = max(end - length, 0), b"\r\n"
                self._take_line_end(data[end:])
                return length
            if not data.startswith(b"\r\n", end):
                raise BadMessage("a chunk of the answer is longer than its size")
            add(data[start:end])
            place = end + 2

    def _trailer(self, data: bytes, place: int) -> int:
        """Headers behind the last chunk, which nobody needs, up to the blank line."""
        while (line_end := data.find(b"\r\n", place)) >= 0:
            is_last = line_end == place
            self._trailer_size += line_end + 2 - place
            place = line_end + 2
            if is_last:
                self.is_whole = True
                return place
        if self._trailer_size + len(data) - place > _LARGEST_TRAILER:
            raise BadMessage("the answer's trailer is too large")
        return place


def _size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 16 or not all(byte in b"0123456789abcdefABCDEF" for byte in digits):
        raise BadMessage("a chunk of the answer has no size that can be read")
    return int(digits, 16)
