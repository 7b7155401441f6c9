"""Bodies that a server compressed, though nobody asked it to (`docs/models.md`).

Only what the standard library can read is read. What comes out comes as soon as it
can, in pieces of bounded size, however much a few bytes may unfold to.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from octavo.http.head import BadMessage

_GZIP_START = b"\x1f\x8b"
_PIECE = 256 * 1024
_EITHER_HEADER = 47  # of gzip or of zlib


def decoder_of(values: Iterable[bytes]) -> Decoder:
    """What undoes the values of `content-encoding`. Raises `BadMessage` for what cannot be undone here."""
    names = [name.strip() for value in values for name in value.lower().split(b",")]
    left = [name for name in names if name not in (b"", b"identity")]
    if len(left) > 1 or (left and left[0] not in (b"gzip", b"x-gzip", b"deflate")):
        told = b", ".join(left).decode("utf-8", "replace")
        raise BadMessage(f"the answer is compressed in a way that was not asked for: {told}")
    return Decoder(left[0] if left else b"identity")


class Decoder:
    """Takes a compressed body in pieces. A body that only says that it is gzip is passed on as it is."""

    def __init__(self, coding: bytes) -> None:
        self._is_gzip = coding in (b"gzip", b"x-gzip")
        self._plain = coding == b"identity"
        self._pending = b""
        self._had_part = False
        self._state: zlib._Decompress | None = None

    def give(self, data: bytes) -> None:
        """Take the next piece."""
        self._pending += data

    def take(self) -> bytes:
        """Some of what can be read by now; `b""` when more has to come. Raises `BadMessage`."""
        while self._pending:
            if self._plain:
                data, self._pending = self._pending, b""
                return data
            if self._state is None and not self._begin():
                return b""
            if self._state is not None and (data := self._unfold(self._state)):
                return data
        return b""

    def end(self) -> bytes:
        """The body is over; what was too short to tell. Raises `BadMessage` when it is not whole."""
        if self._state is not None and not self._state.eof:
            raise BadMessage("the server closed the connection in the middle of a compressed body")
        data, self._pending = self._pending, b""
        return b"" if self._had_part else data

    def _begin(self) -> bool:
        """Look at the first bytes of a body, or of its next part; False while there are too few."""
        if self._is_gzip:
            if len(self._pending) < len(_GZIP_START) and _GZIP_START.startswith(self._pending):
                return False
            self._plain = not self._had_part and not self._pending.startswith(_GZIP_START)
        if self._had_part and not (self._is_gzip and self._pending.startswith(_GZIP_START)):
            self._pending = b""  # what stands behind the end is no content
        elif not self._plain:
            self._state = zlib.decompressobj(_EITHER_HEADER if self._is_gzip else self._deflate_window())
        return True

    def _deflate_window(self) -> int:
        """Servers mean two things by deflate: with the header of zlib, and without."""
        return zlib.MAX_WBITS if self._pending[0] & 0x0F == 8 else -zlib.MAX_WBITS

    def _unfold(self, state: zlib._Decompress) -> bytes:
        try:
            data = state.decompress(self._pending, _PIECE)
        except zlib.error as error:
            raise BadMessage(f"the compressed answer cannot be read: {error}") from None
        self._pending = state.unconsumed_tail
        if state.eof:  # another part may follow
            self._pending, self._state, self._had_part = state.unused_data, None, True
        return data
