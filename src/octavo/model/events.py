"""What comes back from a model while it answers (`docs/models.md`)."""

from __future__ import annotations

import msgspec

from octavo.protocol.items import ResponseItem
from octavo.protocol.usage import RateLimitSnapshot, TokenUsage


class Created(msgspec.Struct, frozen=True):
    """The answer begins."""


class RateLimits(msgspec.Struct, frozen=True):
    """What the answer's headers told: limits, and which model answers, if they name one."""

    snapshot: RateLimitSnapshot
    model: str | None = None


class ItemAdded(msgspec.Struct, frozen=True):
    """An item begins; deltas for it follow."""

    item: ResponseItem


class ItemDone(msgspec.Struct, frozen=True):
    """An item is whole."""

    item: ResponseItem


class TextDelta(msgspec.Struct, frozen=True):
    """The next piece of a message."""

    delta: str


class SummaryDelta(msgspec.Struct, frozen=True):
    """The next piece of a reasoning summary."""

    delta: str


class SummarySectionBreak(msgspec.Struct, frozen=True):
    """A new section of the summary begins."""


class RawReasoningDelta(msgspec.Struct, frozen=True):
    """The next piece of raw reasoning."""

    delta: str


class CallInputDelta(msgspec.Struct, frozen=True):
    """The next piece of what the model writes into a call that is watched while it grows: a patch.

    `is_json` says that the pieces are the arguments of a function, and not free text.
    """

    call_id: str
    delta: str
    is_json: bool


class Completed(msgspec.Struct, frozen=True):
    """The answer is whole; no usage where the server told none."""

    usage: TokenUsage | None = None


ModelEvent = (
    Created
    | RateLimits
    | ItemAdded
    | ItemDone
    | TextDelta
    | SummaryDelta
    | SummarySectionBreak
    | RawReasoningDelta
    | CallInputDelta
    | Completed
)
