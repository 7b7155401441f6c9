"""Reads a saved session, to go on with it (`docs/rollouts.md`).

A session may be far larger than the memory: loading reads the first line, every look
goes through the file once, and only the kinds of lines that the question needs are
decoded. A line that cannot be read is left out, never an error.
"""

from __future__ import annotations

import functools
import operator
import os
from collections.abc import Callable, Iterator

import msgspec

from octavo.protocol import events
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import ResponseItem
from octavo.rollout.errors import RolloutReadError, os_error_text
from octavo.rollout.file_lines import file_lines
from octavo.rollout.journal import read_entries
from octavo.rollout.later_events import each_once, flat_events
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
from octavo.rollout.saved_items import decode_compacted, items_of
from octavo.rollout.settle import missing_items


class ThreadRolledBack(msgspec.Struct, frozen=True, tag_field="type", tag="thread_rolled_back"):
    """The last `num_turns` user turns do not count any more (written by later releases only)."""

    num_turns: int


HistoryLine = ResponseItem | CompactedLine | ThreadRolledBack
"""What matters for the model's view of a conversation, in file order."""


class LoadedRollout(msgspec.Struct, frozen=True):
    """A saved session: its facts, and where its lines are. Nothing of them is kept: each look reads the file anew.

    `size` is how much of the file belongs to it, so what others add meanwhile does not; `missing`
    are lines of which only its journal knows. All that reads raises `RolloutReadError`.
    """

    path: str
    meta: SessionMeta
    size: int
    missing: tuple[bytes, ...] = ()

    @property
    def conversation_id(self) -> ConversationId:
        """The id in the first line about the session; a fork's file names its source in later ones."""
        return self.meta.id

    @property
    def lines(self) -> Iterator[bytes]:
        """All of them, in order."""
        return (line for _, line in self.lines_from(0))

    def lines_from(self, start: int, wanted: Callable[[bytes], bool] = lambda _: True) -> Iterator[tuple[int, bytes]]:
        """The lines from a place on, and where the next one begins; see `file_lines`."""
        try:
            yield from file_lines(self.path, start, self.size, wanted)
        except OSError as error:
            raise RolloutReadError(os_error_text(error)) from None
        for line in self.missing:
            yield self.size, line

    def history(self) -> list[HistoryLine]:
        """The items, and the markers that change what came before them."""
        return [entry for line in self.lines for entry in history_entries(line)]

    def events(self) -> Iterator[events.Msg]:
        """The saved events, as this version knows them: further keys are dropped, events of unknown kinds left out."""
        return each_once(told for line in self.lines for told in events_of(line))


def load_rollout(path: str) -> LoadedRollout:
    """Find out what the session at `path` is, and what only its journal holds. Raises `RolloutReadError`."""
    # The journal first: a batch that moves to the rollout in between is then seen twice, not missed.
    entries = read_entries(path)
    try:
        size = os.stat(path).st_size
        tail = b"\n".join(line for _, line in file_lines(path, entries[0].at, size)) if entries else b""
    except OSError as error:
        raise RolloutReadError(os_error_text(error)) from None
    items = missing_items(tail, entries) if entries else ()
    missing = tuple(encode_line(0, "response_item", item).rstrip() for item in items)
    return LoadedRollout(path, _meta(path, size), size, missing)


def _meta(path: str, size: int) -> SessionMeta:
    is_empty = True
    try:
        for _, line in file_lines(path, 0, size):
            if (meta := meta_of(line)) is not None:
                return meta
            is_empty = is_empty and line.isspace()
    except OSError as error:
        raise RolloutReadError(os_error_text(error)) from None
    if is_empty:
        raise RolloutReadError("empty session file")
    raise RolloutReadError("failed to parse conversation ID from rollout file")


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


def events_of(line: bytes) -> Iterator[tuple[events.Msg, bool]]:
    """The line's event, or those that say the same as an item of a later release, and which of the two it is."""
    if kind_of(line) != "event_msg":
        return
    if b'"item_completed"' in line and (decoded := decode_line(line)) is not None:
        for event in flat_events(decoded.payload):
            yield event, True
    elif (told := _event_of(line)) is not None:
        yield told, False


def _event_of(line: bytes) -> events.Msg | None:
    event = _event(usual_payload(line))
    if event is None and (decoded := decode_line(line)) is not None:
        event = _event(decoded.payload)
    return event


def _event(payload: bytes) -> events.Msg | None:
    try:
        return _event_decoder().decode(payload)
    except BAD_JSON:
        return None


@functools.cache
def _event_decoder() -> msgspec.json.Decoder[events.Msg]:
    # Built on first use: the union of all events costs milliseconds, and a plain run does not need it.
    kinds = [kind for kind in events.Msg.__subclasses__() if kind.__module__ == events.__name__]
    return msgspec.json.Decoder(functools.reduce(operator.or_, kinds))
