"""From the events of a Responses stream to model events (`docs/models.md`).

The type inside the JSON decides, not the event's name. What cannot be read, and what
is of no use here, is skipped. Whether the answer is whole shows at the end of the
body only: completion and failure are remembered until then.
"""

# No `from __future__ import annotations` here, for the reason given in `config.schema`.

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from octavo.model.error_body import ErrorBody
from octavo.model.errors import AnswerIncomplete, EmptyAnswer, ModelError, StreamBroken
from octavo.model.events import (
    CallInputDelta,
    Completed,
    Created,
    ItemAdded,
    ItemDone,
    ModelEvent,
    RawReasoningDelta,
    SummaryDelta,
    SummarySectionBreak,
    TextDelta,
)
from octavo.model.failure import failure_of
from octavo.model.responses_leftovers import AT_ONCE, PIECE_ENDS, Leftovers, counts
from octavo.model.server_words import is_failure, words_of, words_of_body
from octavo.model.usage import read_usage
from octavo.protocol.items import CustomToolCall, FunctionCall, Message, Reasoning, ResponseItem, decode_item

_log = logging.getLogger("octavo.model")

_NULL = Raw(b"null")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_WATCHED = "apply_patch"
"""The tool whose input is told while the model writes it."""
_INPUTS = {"response.custom_tool_call_input.delta": False, "response.function_call_arguments.delta": True}
"""Pieces of what a call is given, and whether that is JSON."""

NOT_COMPLETED = "stream closed before response.completed"


class _Event(msgspec.Struct, frozen=True):
    """Any event; items and responses stay undecoded until it is known that they matter."""

    type: str
    delta: str | None = None
    item: Raw = _NULL
    response: Raw = _NULL


class _CompletedResponse(msgspec.Struct, frozen=True):
    """What counts of a response that is over. Nothing of it fails an answer by being absent or odd."""

    status: Any = None
    usage: Any = None
    output: Any = None
    error: Any = None
    incomplete_details: Any = None


_decode_event = msgspec.json.Decoder(_Event).decode


class ResponsesStream:
    """Reads one stream: `feed` each event's data, and `end` where the body ends."""

    def __init__(self, deltas: bool = True) -> None:
        self._deltas = deltas
        self._completed: Completed | None = None
        self._error: ModelError | None = None
        self.has_content = False
        """Whether an item came that makes the answer one: a text or a call."""
        self._leftovers = Leftovers()
        self._watched: str | None = None  # the call that is being written, if its input is to be told

    def feed(self, data: bytes) -> ModelEvent | None:
        """What an event means; None for nothing, or nothing yet."""
        try:
            event = _decode_event(data)
        except _UNREADABLE as error:
            _log.debug("skipped an event that cannot be read: %s", error)
            self._note_failure(data)
            return None
        kind = event.type
        if kind.endswith(".delta"):
            if not self.has_content:
                self._leftovers.pieces.append(data)
                if len(self._leftovers.pieces) >= AT_ONCE:
                    self._leftovers.fold()
            return self._delta(kind, event.delta)
        if kind == "response.output_item.done":
            return self._item_done(event.item)
        if kind == "response.output_item.added":
            return self._item_added(event.item)
        if kind == "response.reasoning_summary_part.added":
            return SummarySectionBreak()
        if kind == "response.created":
            return None if _is_null(event.response) else Created()
        self._read_end(kind, event.response, data)
        return None

    def skipped(self, deltas: Sequence[bytes]) -> None:
        """Deltas that nobody reads: they are kept, unread, as long as they are all there is of the answer."""
        if not self.has_content:
            self._leftovers.pieces.extend(deltas)
            if len(self._leftovers.pieces) >= AT_ONCE:
                self._leftovers.fold()

    def document(self, body: bytes) -> None:
        """A body that is no event stream: a whole answer in JSON, or something else that the server said."""
        try:
            response = msgspec.json.decode(body)
        except _UNREADABLE:
            response = None
        if isinstance(response, dict) and not is_failure(response) and isinstance(response.get("output"), list):
            self._complete(Raw(body))
        elif body.strip():
            self._error = StreamBroken(words_of_body(body) or NOT_COMPLETED)

    def fail(self, data: bytes) -> None:
        """An event called `error` came whose data is none of ours."""
        if self._error is None and (words := words_of_body(data)):
            self._error = StreamBroken(words)

    @property
    def is_complete(self) -> bool:
        """Whether the answer has ended in the server's view, whatever may follow."""
        return self._completed is not None or isinstance(self._error, AnswerIncomplete)

    def end(self) -> Iterator[ModelEvent]:
        """The body is over: what came of the answer in no other way, then `Completed`.

        Raises what went wrong instead; `AnswerIncomplete` behind what came.
        """
        cut_off = self._completed is None and isinstance(self._error, AnswerIncomplete)
        if self._completed is None and not cut_off:
            raise self._error or StreamBroken(NOT_COMPLETED)
        leftovers = [] if self.has_content else self._leftovers.items()
        if cut_off:  # what it calls is not to run
            leftovers = [item for item in leftovers if isinstance(item, Message | Reasoning)]
        yield from map(ItemDone, leftovers)
        if self._completed is None:
            raise self._error or StreamBroken(NOT_COMPLETED)
        if not self.has_content and not any(map(counts, leftovers)):
            raise self._error or EmptyAnswer()
        yield self._completed

    def _delta(self, kind: str, delta: str | None) -> ModelEvent | None:
        if delta is None or not self._deltas:
            return None
        if kind == "response.output_text.delta":
            return TextDelta(delta)
        if kind == "response.reasoning_summary_text.delta":
            return SummaryDelta(delta)
        if kind == "response.reasoning_text.delta":
            return RawReasoningDelta(delta)
        if self._watched is not None and kind in _INPUTS:
            return CallInputDelta(self._watched, delta, _INPUTS[kind])
        return None

    def _item_added(self, raw: Raw) -> ModelEvent | None:
        event = _with_item(ItemAdded, raw)
        item = event.item if event is not None else None
        self._watched = None
        if isinstance(item, CustomToolCall | FunctionCall) and item.name == _WATCHED:
            self._watched = item.call_id
        if isinstance(item, FunctionCall) and not self.has_content:
            self._leftovers.begun.append(item)
        return event

    def _item_done(self, raw: Raw) -> ModelEvent | None:
        self._watched = None
        event = _with_item(ItemDone, raw)
        if isinstance(event, ItemDone):
            if _is_cut(event.item, raw):
                return None  # a limit ended the answer in the middle of this call
            self._leftovers.had_items = True
            if not self.has_content and counts(event.item):
                self.has_content = True
                self._leftovers.forget_pieces()
        elif not _is_null(raw):
            self._leftovers.loose.append(raw)
        return event

    def _read_end(self, kind: str, response: Raw, data: bytes) -> None:
        """Events that tell how the answer ends."""
        if kind == "response.completed":
            self._complete(response)
        elif kind == "response.failed" and not _is_null(response):
            self._error = _failure(response)
        elif kind == "response.incomplete":
            self._cut_off(response)
        elif kind in ("response.cancelled", "error"):
            self._error = failure_of(msgspec.json.decode(data))
        elif kind in PIECE_ENDS and not self.has_content:
            self._leftovers.pieces.append(data)

    def _note_failure(self, data: bytes) -> None:
        """An error in a form of its own, without a type."""
        if b'"error"' in data:
            try:
                said = msgspec.json.decode(data)
            except _UNREADABLE:
                return
            if is_failure(said):
                self._error = failure_of(said)

    def _complete(self, response: Raw) -> None:
        if _is_null(response):
            return
        try:
            done = msgspec.json.decode(response, type=_CompletedResponse)
        except _UNREADABLE as error:
            self._error = StreamBroken(f"failed to parse ResponseCompleted: {error}")
            return
        if done.status == "incomplete":
            self._cut_off(response)
        elif done.status == "failed" and done.error is not None:
            self._error = _failure(response)
        else:
            self._leftovers.output, self._completed = done.output, Completed(read_usage(done.usage))

    def _cut_off(self, response: Raw) -> None:
        try:
            told = msgspec.json.decode(response, type=_CompletedResponse)
        except _UNREADABLE:
            told = _CompletedResponse()
        details = told.incomplete_details
        reason = details.get("reason") if isinstance(details, dict) else details
        self._leftovers.output = told.output
        self._error = AnswerIncomplete(reason if isinstance(reason, str) else "", read_usage(told.usage))


def is_delta(data: bytes) -> bool:
    """Whether an event is a delta, told without decoding it; False where its type does not come first."""
    end = data.find(b'"', 18)
    return data[end - 6 : end] == b".delta" and data.startswith((b'{"type":"response.', b'{"type": "response.'))


def _is_null(value: Raw) -> bool:
    return bytes(value) == b"null"


def _is_cut(item: ResponseItem, raw: Raw) -> bool:
    """Whether a call is not whole, as its status says."""
    if not isinstance(item, FunctionCall) or b'"incomplete"' not in bytes(raw):
        return False
    return bool(msgspec.json.decode(raw).get("status") == "incomplete")


def _with_item(kind: type[ItemDone] | type[ItemAdded], item: Raw) -> ItemDone | ItemAdded | None:
    try:
        return kind(decode_item(item))
    except _UNREADABLE as error:
        _log.debug("skipped an item that cannot be read: %s", error)
        return None


def _failure(response: Raw) -> ModelError:
    try:
        failed = msgspec.json.decode(response)
    except _UNREADABLE:
        failed = {}
    if not isinstance(failed, dict) or "error" not in failed:
        return StreamBroken("response.failed event received")
    if words_of(failed):
        return failure_of(failed)
    try:
        msgspec.convert(failed["error"], ErrorBody)
    except msgspec.ValidationError as problem:
        return StreamBroken(f"failed to parse ErrorResponse: {problem}")
    return failure_of(failed)
