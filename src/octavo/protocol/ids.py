"""Conversation ids: UUID version 7 in lower-case hyphenated text (`docs/protocol.md`)."""

from __future__ import annotations

from typing import NewType

from octavo.errors import OctavoError

ConversationId = NewType("ConversationId", str)


class InvalidConversationId(OctavoError):
    """The text is not a UUID."""


def make_conversation_id(unix_ms: int, randomness: bytes) -> ConversationId:
    """A UUID version 7 from the time in milliseconds and ten random bytes."""
    number = (unix_ms & (1 << 48) - 1) << 80 | int.from_bytes(randomness[:10], "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return ConversationId(_hyphenate(f"{number:032x}"))


def parse_conversation_id(text: str) -> ConversationId:
    """The id in its usual spelling; upper case and a missing hyphen are forgiven.

    Raises `InvalidConversationId`.
    """
    digits = text.lower()
    if len(digits) == 36 and all(digits[place] == "-" for place in (8, 13, 18, 23)):
        digits = digits.replace("-", "")
    if len(digits) != 32 or not all(digit in "0123456789abcdef" for digit in digits):
        raise InvalidConversationId(f"invalid conversation id: {text!r} is not a UUID")
    return ConversationId(_hyphenate(digits))


def _hyphenate(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
