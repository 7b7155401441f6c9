"""Items that few turns have."""

from __future__ import annotations

from octavo.frontends.app_server.v2.types.items import Item
from octavo.protocol.items import OutputPart


class ImageViewItem(Item, frozen=True, kw_only=True, tag="imageView"):
    """The agent looked at a picture on the disk."""

    path: str


class EnteredReviewItem(Item, frozen=True, kw_only=True, tag="enteredReviewMode"):
    """A review begins; `review` says of what."""

    review: str


class ExitedReviewItem(Item, frozen=True, kw_only=True, tag="exitedReviewMode"):
    """A review is over; `review` is what it found."""

    review: str


class CompactionItem(Item, frozen=True, kw_only=True, tag="contextCompaction"):
    """The history is being replaced by a summary."""


class ToolOutputItem(Item, frozen=True, kw_only=True, tag="functionCallOutput"):
    """Words from outside that have a tool's authority."""

    name: str
    output: str | tuple[OutputPart, ...]
    namespace: str | None = None
