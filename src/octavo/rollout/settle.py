"""Takes over what a killed process left in a session's journal (`docs/rollouts.md`).

The missing items go to the end of the rollout, in the order in which a batch would
have had them. What is already there is not taken twice; what belongs before a turn
that another program has added since is left out, because it would come out of order.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence

from octavo.protocol.items import Message, ResponseItem, ToolOutput
from octavo.rollout.journal import Entry, journal_path, lock_journal, parse_entries
from octavo.rollout.lines import kind_of
from octavo.rollout.persistence import encode_item
from octavo.rollout.saved_items import decode_items, in_request_order, items_of

logger = logging.getLogger(__name__)


def missing_items(tail: bytes, entries: Sequence[Entry]) -> list[bytes]:
    """The journal's items that the rollout lacks, as JSON texts.

    `tail` is the rollout from the first entry's `at` on.
    """
    present: Counter[bytes] = Counter()
    answered: set[str] = set()
    for line in tail.split(b"\n"):
        kind = kind_of(line)
        if kind in ("turn_context", "session_meta"):
            return []
        if kind == "response_item":
            items = items_of(line)
            if any(isinstance(item, Message) and item.role == "user" for item in items):
                return []
            present.update(encode_item(item) for item in items)
            answered.update(item.call_id for item in items if isinstance(item, ToolOutput))
    missing: list[ResponseItem] = []
    for entry in entries:
        for item in decode_items(bytes(entry.item)):
            text = encode_item(item)
            if present[text]:
                present[text] -= 1
            elif not (isinstance(item, ToolOutput) and item.call_id in answered):
                missing.append(item)  # a call that was recorded as aborted keeps that one answer
    return [encode_item(item) for item in in_request_order(missing)]


@contextlib.contextmanager
def left_items(rollout_path: str, rollout: int) -> Iterator[list[bytes]]:
    """The items to append to the rollout, whose open descriptor is `rollout`; empty when a living process owns them.

    The journal is locked meanwhile, and removed if the block ends without an error.
    """
    path = journal_path(rollout_path)
    try:
        fd = lock_journal(path, create=False)
    except OSError as error:
        logger.warning("the journal of %s cannot be read: %s", rollout_path, error)
        fd = None
    if fd is None:
        yield []
        return
    try:
        entries = parse_entries(_read_from(fd, 0))
        yield missing_items(_read_from(rollout, entries[0].at), entries) if entries else []
        os.unlink(path)
    finally:
        os.close(fd)


def _read_from(fd: int, offset: int) -> bytes:
    size = os.fstat(fd).st_size
    parts = []
    while offset < size and (part := os.pread(fd, size - offset, offset)):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)
