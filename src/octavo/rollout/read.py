"""Reads a saved session, to go on with it (`docs/rollouts.md`).

Fast for long sessions: loading splits the file and reads the first line; what the
lines hold is decoded only when asked for, and only the kinds that the question needs.
A line that cannot be read is left out, never an error.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator

import msgspec

from octavo.protocol import events
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import ResponseItem
from octavo.rollout.errors import RolloutReadError, os_error_text
from octavo.rollout.journal import read_entries
from octavo.rollout.lines import (
    BAD_JSON,
    CompactedLine,
    SessionMeta,
    decode_line,
    decode_meta,
    encode_line,
    kind_of,
    usual_payload,
)
from octavo.rollout.origin import Origin, without_reasoning
from octavo.rollout.saved_items import decode_compacted, items_of
from octavo.rollout.settle import missing_items


class ThreadRolledBack(msgspec.Struct, frozen=True, tag_field="type", tag="thread_rolled_back"):
    """The last `num_turns` user turns do not count any more (written by later releases only)."""

    num_turns: int


HistoryLine = ResponseItem | CompactedLine | ThreadRolledBack
"""What matters for the model's view of a conversation, in file order."""


class LoadedRollout(msgspec.Struct, frozen=True):
    """A saved session: its facts, and its lines as they stand in the file."""

    path: str
    meta: SessionMeta
    lines: tuple[bytes, ...]

    @property
    def conversation_id(self) -> ConversationId:
        """The id in the first line about the session; a fork's file names its source in later ones."""
        return self.meta.id

    def history(self) -> list[HistoryLine]:
        """The items, and the markers that change what came before them."""
        return [entry for line in self.lines for entry in history_entries(line)]

    def history_for(self, provider: str, origin: Origin) -> Iterator[HistoryLine]:
        """The same as that provider may see it: without the reasoning of others. `origin` follows the lines."""
        for line in self.lines:
            origin.follow(line)
            for entry in history_entries(line):
                own = without_reasoning(entry) if origin.is_foreign_to(provider) else entry
                if own is not None:
                    yield own

    def initial_messages(self) -> tuple[msgspec.Raw, ...]:
        """The saved events, unchanged; those of an unknown kind or shape are left out."""
        return tuple(payload for line in self.lines if (payload := _event_of(line)) is not None)


def load_rollout(path: str) -> LoadedRollout:
    """Read the session at `path`, with the items that only its journal holds.

    Raises `RolloutReadError`.
    """
    # The journal first: a batch that moves to the rollout in between is then seen twice, not missed.
    entries = read_entries(path)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise RolloutReadError(os_error_text(error)) from None
    lines = data.split(b"\n")
    if not any(line and not line.isspace() for line in lines):
        raise RolloutReadError("empty session file")
    if entries:
        missing = missing_items(data[entries[0].at :], entries)
        lines += [encode_line(0, "response_item", item).rstrip() for item in missing]
    meta = next((meta for line in lines if (meta := meta_of(line))), None)
    if meta is None:
        raise RolloutReadError("failed to parse conversation ID from rollout file")
    return LoadedRollout(path, meta, tuple(line for line in lines if line))


def meta_of(line: bytes) -> SessionMeta | None:
    """The facts of the session, if that is what the line holds."""
    if kind_of(line) != "session_meta":
        return None
    decoded = decode_line(line)
    return decode_meta(decoded.payload) if decoded else None


def history_entries(line: bytes) -> tuple[HistoryLine, ...]:
    """What the line adds to the history; mostly one entry or none."""
    kind = kind_of(line)
    if kind == "response_item":
        return items_of(line)
    if kind == "compacted":
        decoded = decode_line(line)
        compacted = decode_compacted(decoded.payload) if decoded else None
        return (compacted,) if compacted else ()
    if kind == "event_msg" and b"thread_rolled_back" in line:
        return tuple(_roll_backs(line))
    return ()


def _roll_backs(line: bytes) -> Iterator[ThreadRolledBack]:
    decoded = decode_line(line)
    try:
        if decoded:
            yield msgspec.json.decode(decoded.payload, type=ThreadRolledBack)
    except BAD_JSON:
        return


def _event_of(line: bytes) -> msgspec.Raw | None:
    if kind_of(line) != "event_msg":
        return None
    payload = usual_payload(line)
    if _is_event(payload):
        return msgspec.Raw(payload)
    decoded = decode_line(line)
    return msgspec.Raw(decoded.payload) if decoded and _is_event(decoded.payload) else None


def _is_event(payload: bytes) -> bool:
    try:
        _event_decoder().decode(payload)
    except BAD_JSON:
        return False
    return True


@functools.cache
def _event_decoder() -> msgspec.json.Decoder[events.Msg]:
    # Built on first use: the union of all events costs milliseconds, and a plain run does not need it.
    kinds = [kind for kind in events.Msg.__subclasses__() if kind.__module__ == events.__name__]
    return msgspec.json.Decoder(functools.reduce(operator.or_, kinds))
