"""Which provider's models answered in a saved session (`docs/rollouts.md`).

A session belongs to the provider that its first line names. What another one answers,
after a resume, is told by the settings of that attempt.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from octavo.protocol.items import Message, Reasoning
from octavo.rollout.lines import BAD_JSON, CompactedLine, decode_line, decode_meta, kind_of

_Entry = TypeVar("_Entry")


class _Settings(msgspec.Struct):
    model_provider: str | None = None


class Origin:
    """Follows the lines of a session, in order."""

    def __init__(self) -> None:
        self.home: str | None = None
        """The provider of answers whose settings name none; None where the file does not say."""
        self.provider: str | None = None
        """The provider of the answers behind the lines so far; None where the file does not say."""

    def copy(self) -> Origin:
        """Another one that has followed the same lines."""
        other = Origin()
        other.home, other.provider = self.home, self.provider
        return other

    def follow(self, line: bytes) -> None:
        """Take the next line."""
        kind = kind_of(line)
        if kind == "session_meta":
            decoded = decode_line(line)
            meta = decode_meta(decoded.payload) if decoded else None
            if meta is not None:
                self.home = self.provider = meta.model_provider
        elif kind == "turn_context":
            self.provider = _named(line) or self.home

    def is_foreign_to(self, provider: str) -> bool:
        """Whether another provider answers here. Files of old do not say: they count as the same one's."""
        return self.provider is not None and self.provider != provider


def for_another_provider(entry: _Entry) -> _Entry | CompactedLine | None:
    """What another provider may see of an entry: nothing that only the one that made it can use.

    That is its reasoning, and the phases of messages, a member that others may refuse.
    """
    if isinstance(entry, Reasoning):
        return None
    if isinstance(entry, Message) and entry.phase is not msgspec.UNSET:
        return msgspec.structs.replace(entry, phase=msgspec.UNSET)
    if isinstance(entry, CompactedLine) and entry.replacement_history:
        kept = tuple(item for item in map(for_another_provider, entry.replacement_history) if item is not None)
        return msgspec.structs.replace(entry, replacement_history=kept)
    return entry


def _named(line: bytes) -> str | None:
    if b'"model_provider"' not in line:
        return None
    decoded = decode_line(line)
    try:
        return msgspec.json.decode(decoded.payload, type=_Settings).model_provider if decoded else None
    except BAD_JSON:
        return None
