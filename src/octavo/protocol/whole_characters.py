"""JSON of programs that cut texts in the middle of a character (JavaScript's do): escapes that mean no character."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""An escaped backslash, which begins nothing, both halves of a character, or one without the other."""


def with_whole_characters(text: bytes) -> bytes:
    """The JSON text with U+FFFD for each escaped half of a surrogate pair that stands alone."""
    return _ESCAPES.sub(lambda found: b"\\ufffd" if found["half"] else found[0], text)
