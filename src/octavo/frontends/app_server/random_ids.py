"""Ids for subscriptions, logins and reports: UUIDs of version 4."""

from __future__ import annotations

import os


def random_uuid() -> str:
    """A new id. The module `uuid` would cost more to import than everything else here."""
    number = int.from_bytes(os.urandom(16), "big")
    number = number & ~(0xF << 76) | 0x4 << 76
    digits = f"{number & ~(0x3 << 62) | 0x2 << 62:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
