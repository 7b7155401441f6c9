"""What all messages have in common."""

from __future__ import annotations

import msgspec


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A message or a part of one: members that are null may be missing, unknown ones are ignored."""


class Empty(Wire, frozen=True, kw_only=True):
    """An object that says nothing; its presence may say something."""
