"""Starts a new session from the first part of a saved one (`docs/rollouts.md`)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from octavo.protocol.json_text import encode_json
from octavo.protocol.session_prefix import is_real_user_message
from octavo.rollout.later_events import flat_events
from octavo.rollout.lines import BAD_JSON, RolloutLine, decode_line, kind_of
from octavo.rollout.persistence import SAVED_EVENT_TYPES, encode_item
from octavo.rollout.read import LoadedRollout
from octavo.rollout.saved_items import items_of


def cut_before_user_message(source: LoadedRollout, n: int) -> LoadedRollout | None:
    """The session as it was before the user's message number `n` (from 0); `meta` stays the source's.

    None when there are not that many, or when nothing would be left: the new session then starts empty.
    """
    seen = 0
    start = 0
    for end, line in source.lines_from(0):
        may_be = b'"user"' in line and kind_of(line) == "response_item"
        if may_be and any(is_real_user_message(item) for item in items_of(line)):
            if seen == n:
                return msgspec.structs.replace(source, size=start, missing=()) if start else None
            seen += 1
        start = end
    return None


def copied_lines(source: LoadedRollout) -> Iterator[RolloutLine]:
    """The lines as the new session's file repeats them, for `RolloutRecorder.record_copied`.

    What we would not have saved ourselves is left out; the source's own facts are kept.
    """
    for line in source.lines:
        decoded = decode_line(line)
        if decoded is None:
            continue
        if decoded.kind == "response_item":
            yield from (RolloutLine("response_item", encode_item(item)) for item in items_of(line))
        elif decoded.kind != "event_msg" or _is_saved_event(decoded.payload):
            yield decoded
        else:
            yield from (RolloutLine("event_msg", encode_json(event)) for event in flat_events(decoded.payload))


class _Tagged(msgspec.Struct):
    type: str


def _is_saved_event(payload: bytes) -> bool:
    try:
        kind = msgspec.json.decode(payload, type=_Tagged).type
    except BAD_JSON:
        return False
    # A roll-back changes which of the copied items count.
    return kind in SAVED_EVENT_TYPES or kind == "thread_rolled_back"
