"""Ids as clients give them, and new ones for subscriptions, logins and reports."""

from __future__ import annotations

import os

from octavo.protocol.ids import ConversationId, parse_conversation_id


def usual_uuid(text: str) -> ConversationId:
    """A UUID of any spelling in lower case with hyphens. Raises `InvalidConversationId` for what is none."""
    return parse_conversation_id(text.removeprefix("urn:uuid:").removeprefix("{").removesuffix("}"))


def random_uuid() -> str:
    """A new id, of version 4. The module `uuid` would cost more to import than everything else here."""
    number = int.from_bytes(os.urandom(16), "big")
    number = number & ~(0xF << 76) | 0x4 << 76
    digits = f"{number & ~(0x3 << 62) | 0x2 << 62:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
