"""From the events of a Responses stream to model events (`docs/models.md`).

The type inside the JSON decides, not the event's name. What cannot be read, and what
is of no use here, is skipped. Whether the answer is whole shows at the end of the
body only: completion and failure are remembered until then.
"""

from __future__ import annotations

import logging
import re

import msgspec
from msgspec import Raw

from octavo.model.error_body import ErrorBody
from octavo.model.errors import ContextWindowExceeded, ModelError, StreamBroken
from octavo.model.events import (
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
from octavo.model.usage import ResponsesUsage
from octavo.protocol.items import decode_item

_log = logging.getLogger("octavo.model")

_NULL = Raw(b"null")


class _Event(msgspec.Struct, frozen=True):
    """Any event; items and responses stay undecoded until it is known that they matter."""

    type: str
    delta: str | None = None
    item: Raw = _NULL
    response: Raw = _NULL


class _CompletedResponse(msgspec.Struct, frozen=True):
    id: str
    usage: ResponsesUsage | None = None


_decode_event = msgspec.json.Decoder(_Event).decode


class ResponsesStream:
    """Reads one stream: `feed` each event's data, and `end` where the body ends."""

    def __init__(self, deltas: bool = True) -> None:
        self._deltas = deltas
        self._completed: Completed | None = None
        self._error: ModelError | None = None

    def feed(self, data: bytes) -> ModelEvent | None:
        """What an event means; None for nothing, or nothing yet."""
        try:
            event = _decode_event(data)
        except (msgspec.DecodeError, RecursionError) as error:
            _log.debug("skipped an event that cannot be read: %s", error)
            return None
        kind = event.type
        if kind.endswith(".delta"):
            return self._delta(kind, event.delta)
        if kind == "response.output_item.done":
            return _with_item(ItemDone, event.item)
        if kind == "response.output_item.added":
            return _with_item(ItemAdded, event.item)
        if kind == "response.reasoning_summary_part.added":
            return SummarySectionBreak()
        if kind == "response.created":
            return None if _is_null(event.response) else Created()
        if kind == "response.completed":
            self._complete(event.response)
        elif kind == "response.failed" and not _is_null(event.response):
            self._error = _failure(event.response)
        return None

    @property
    def is_complete(self) -> bool:
        """Whether a good completion came, whatever may follow it."""
        return self._completed is not None

    def end(self) -> Completed:
        """The body is over. Raises what went wrong if no completion came."""
        if self._completed is not None:
            return self._completed
        raise self._error or StreamBroken("stream closed before response.completed")

    def _delta(self, kind: str, delta: str | None) -> ModelEvent | None:
        if delta is None or not self._deltas:
            return None
        if kind == "response.output_text.delta":
            return TextDelta(delta)
        if kind == "response.reasoning_summary_text.delta":
            return SummaryDelta(delta)
        return RawReasoningDelta(delta) if kind == "response.reasoning_text.delta" else None

    def _complete(self, response: Raw) -> None:
        if _is_null(response):
            return
        try:
            done = msgspec.json.decode(response, type=_CompletedResponse)
        except (msgspec.DecodeError, RecursionError) as error:
            self._error = StreamBroken(f"failed to parse ResponseCompleted: {error}")
        else:
            self._completed = Completed(done.usage.to_usage() if done.usage else None)


def is_delta(data: bytes) -> bool:
    """Whether an event is a delta, told without decoding it; False where its type does not come first."""
    end = data.find(b'"', 18)
    return data[end - 6 : end] == b".delta" and data.startswith((b'{"type":"response.', b'{"type": "response.'))


def _is_null(value: Raw) -> bool:
    return bytes(value) == b"null"


def _with_item(kind: type[ItemDone] | type[ItemAdded], item: Raw) -> ModelEvent | None:
    try:
        return kind(decode_item(item))
    except (msgspec.DecodeError, RecursionError) as error:
        _log.debug("skipped an item that cannot be read: %s", error)
        return None


def _failure(response: Raw) -> ModelError:
    try:
        failed = msgspec.json.decode(response, type=dict[str, Raw])
    except (msgspec.DecodeError, RecursionError):
        failed = {}
    if "error" not in failed:
        return StreamBroken("response.failed event received")
    try:
        error = msgspec.json.decode(failed["error"], type=ErrorBody)
    except (msgspec.DecodeError, RecursionError) as problem:
        return StreamBroken(f"failed to parse ErrorResponse: {problem}")
    if error.code == "context_length_exceeded":
        return ContextWindowExceeded()
    message = error.message or ""
    return StreamBroken(message, _asked_wait(message) if error.code == "rate_limit_exceeded" else None)


def _asked_wait(message: str) -> float | None:
    """The wait in seconds that a message asks for."""
    found = re.search(r"Please try again in (\d+(?:\.\d+)?)(s|ms)", message)
    if found is None:
        return None
    return float(found[1]) / (1000 if found[2] == "ms" else 1)
