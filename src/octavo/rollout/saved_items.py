"""Reads the history items of saved sessions, those of later releases included (`docs/rollouts.md`)."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from octavo.protocol.items import CustomToolCallOutput, FunctionCall, FunctionCallOutput, ResponseItem, decode_item
from octavo.rollout.lines import BAD_JSON, CompactedLine, DroppedOutput, decode_line, usual_payload

T = TypeVar("T")


class _UncalledOutput(msgspec.Struct, tag_field="type", tag="function_call_output"):
    """An output that answers no call; later releases bring messages from outside in this form."""

    name: str
    output: msgspec.Raw


class _SavedCompacted(msgspec.Struct):
    message: str = ""
    replacement_history: list[msgspec.Raw] | None = None
    dropped: msgspec.Raw | UnsetType = UNSET
    others: msgspec.Raw | UnsetType = UNSET
    takes_back: msgspec.Raw | UnsetType = UNSET


_decode_compacted = msgspec.json.Decoder(_SavedCompacted).decode
_decode_uncalled = msgspec.json.Decoder(_UncalledOutput).decode
_decode_output = msgspec.json.Decoder(FunctionCallOutput).decode


def decode_items(payload: bytes) -> tuple[ResponseItem, ...]:
    """The item; none when it is unknown or torn; a call and its output when the output came alone."""
    try:
        return (decode_item(payload),)
    except BAD_JSON:
        return _paired_output(payload)


def items_of(line: bytes) -> tuple[ResponseItem, ...]:
    """The items of a `response_item` line."""
    items = decode_items(usual_payload(line))
    if not items and (decoded := decode_line(line)):
        return decode_items(decoded.payload)
    return items


def decode_compacted(payload: bytes) -> CompactedLine | None:
    """The marker of a compaction; items of its replacement that are unknown are left out."""
    try:
        saved = _decode_compacted(payload)
    except BAD_JSON:
        return None
    items: tuple[ResponseItem, ...] | UnsetType = UNSET
    if saved.replacement_history is not None:
        items = tuple(item for raw in saved.replacement_history for item in decode_items(bytes(raw)))
    return CompactedLine(
        saved.message,
        items,
        _readable(saved.dropped, tuple[DroppedOutput, ...]),
        _readable(saved.others, int),
        _readable(saved.takes_back, bool),
    )


def _readable(raw: msgspec.Raw | UnsetType, wanted: type[T]) -> T | UnsetType:
    """The value, if it is of this type: what else a line may say of a compaction is no reason to lose it."""
    try:
        return UNSET if raw is UNSET else msgspec.json.decode(raw, type=wanted)
    except BAD_JSON:
        return UNSET


def in_request_order(items: list[ResponseItem]) -> list[ResponseItem]:
    """The items with each tool output right behind its call, otherwise as they came."""
    calls = {call for item in items if (call := _called(item)) is not None}
    outputs = [item for item in items if _answers(item) in calls]
    ordered: list[ResponseItem] = []
    for item in items:
        if _answers(item) in calls:
            continue
        ordered.append(item)
        call = _called(item)
        if call is not None:
            ordered += [output for output in outputs if _answers(output) == call]
            outputs = [output for output in outputs if _answers(output) != call]
    return ordered


def _called(item: ResponseItem) -> str | None:
    if isinstance(item, FunctionCallOutput | CustomToolCallOutput):
        return None
    call_id = getattr(item, "call_id", None)
    return call_id if isinstance(call_id, str) else None


def _answers(item: ResponseItem) -> str | None:
    return item.call_id if isinstance(item, FunctionCallOutput | CustomToolCallOutput) else None


def _paired_output(payload: bytes) -> tuple[ResponseItem, ...]:
    try:
        uncalled = _decode_uncalled(payload)
        # The id only has to be the same on both sides and steady from one reading to the next.
        call_id = f"uncalled_{_checksum(payload):08x}"
        text = b'{"type":"function_call_output","call_id":"%s","output":%s}' % (
            call_id.encode(),
            bytes(uncalled.output),
        )
        return FunctionCall(uncalled.name, "{}", call_id), _decode_output(text)
    except BAD_JSON:
        return ()


def _checksum(payload: bytes) -> int:
    import zlib

    return zlib.crc32(payload)
