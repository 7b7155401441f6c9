"""The key, from stdin into memory that is kept off the disk (`docs/responses-proxy.md`)."""

from __future__ import annotations

import ctypes
import os

from octavo.errors import OctavoError

_LARGEST = 1016
_ALLOWED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class BadKey(OctavoError):
    """What stdin holds is no key."""


class Key:
    """An API key in memory that is not swapped out, where the system allows that."""

    def __init__(self, text: bytes) -> None:
        self._buffer = ctypes.create_string_buffer(text, len(text))
        # Without the right to do so the key works all the same.
        ctypes.CDLL(None).mlock(self._buffer, ctypes.c_size_t(len(text)))

    @property
    def bearer(self) -> bytes:
        """The value of an authorization header."""
        return b"Bearer " + self._buffer.raw

    def __repr__(self) -> str:
        return "Key()"


def read_key(descriptor: int = 0) -> Key:
    """The key up to the first line end. Raises `BadKey`."""
    text = b""
    while b"\n" not in text and len(text) <= _LARGEST + 2:
        try:
            piece = os.read(descriptor, 4096)
        except OSError as error:
            raise BadKey(f"OPENAI_API_KEY cannot be read from stdin: {error.strerror}") from None
        if not piece:
            break
        text += piece
    text = text.partition(b"\n")[0].rstrip(b"\r\n")
    if not text:
        raise BadKey(
            "OPENAI_API_KEY must be provided via stdin (e.g. printenv OPENAI_API_KEY | octavo responses-api-proxy)"
        )
    if len(text) > _LARGEST:
        raise BadKey(f"OPENAI_API_KEY is too large: more than {_LARGEST} bytes")
    if not _ALLOWED.issuperset(text):
        raise BadKey("OPENAI_API_KEY may only contain ASCII letters, numbers, '-' or '_'")
    return Key(text)
