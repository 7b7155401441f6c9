"""Events as collectors read them (OTLP 1.x, `ExportLogsServiceRequest`): in the binary form of protobuf, or as JSON.

The message is a small one, and the official packages take longer to import than all of a turn's events to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from octavo.telemetry.values import Attributes, SpanIds, Value

_SCOPE = "octavo"
_INFO = 9
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
"""Kinds of fields on the wire. Below, the key of a field is its number times 8 and its kind."""


class Record(msgspec.Struct, frozen=True):
    """An event on its way: Unix time in nanoseconds, and the span that it happened in, if any."""

    at: int
    attributes: Attributes
    span: SpanIds | None


# --- JSON ----------------------------------------------------------------------------------


def as_json(resource: Mapping[str, str], records: Iterable[Record]) -> bytes:
    """A batch as JSON; whole numbers of 64 bits are texts there, ids are hexadecimal."""
    scope_logs = {"scope": {"name": _SCOPE}, "logRecords": [_json_record(one) for one in records]}
    resource_logs = {"resource": {"attributes": _json_attributes(resource)}, "scopeLogs": [scope_logs]}
    return msgspec.json.encode({"resourceLogs": [resource_logs]})


def _json_record(one: Record) -> dict[str, object]:
    """No body, no time of its own, everything in the attributes."""
    record: dict[str, object] = {
        "observedTimeUnixNano": str(one.at),
        "severityNumber": _INFO,
        "severityText": "INFO",
        "attributes": _json_attributes(one.attributes),
    }
    if one.span is not None:
        record |= {"traceId": one.span.trace.hex(), "spanId": one.span.span.hex(), "flags": one.span.flags}
    return record


def _json_attributes(attributes: Attributes) -> list[dict[str, object]]:
    return [{"key": name, "value": _json_value(value)} for name, value in attributes.items()]


def _json_value(value: Value) -> dict[str, object]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}


# --- binary --------------------------------------------------------------------------------

_Known = dict[tuple[str, type[Value], Value], bytes]
"""A record's attributes as they were written before, by name, type (1 is True to a dictionary) and value."""


def as_protobuf(resource: Mapping[str, str], records: Iterable[Record]) -> bytes:
    """A batch in binary form."""
    known: _Known = {}  # most attributes come again and again
    scope = _message(1, _message(1, _SCOPE.encode()))
    scope_logs = scope + b"".join(_message(2, _record(one, known)) for one in records)
    of_resource = _message(1, b"".join(_message(1, _pair(name, value)) for name, value in resource.items()))
    return _message(1, of_resource + _message(2, scope_logs))


def _record(one: Record, known: _Known) -> bytes:
    pieces = [_RECORD_HEAD]
    for name, value in one.attributes.items():
        key = (name, type(value), value)
        attribute = known.get(key)
        if attribute is None:
            attribute = known[key] = _message(6, _pair(name, value))
        pieces.append(attribute)
    if one.span is not None:
        pieces.append(bytes([8 << 3 | _FIXED32]) + one.span.flags.to_bytes(4, "little"))
        pieces += [_message(9, one.span.trace), _message(10, one.span.span)]
    pieces.append(bytes([11 << 3 | _FIXED64]) + one.at.to_bytes(8, "little"))
    return b"".join(pieces)


def _pair(name: str, value: Value) -> bytes:
    return _message(1, name.encode()) + _message(2, _any_value(value))


def _any_value(value: Value) -> bytes:
    match value:
        case bool():
            return bytes([2 << 3 | _VARINT, value])
        case int():
            return bytes([3 << 3 | _VARINT]) + _varint(value & 0xFFFF_FFFF_FFFF_FFFF)
        case float():
            return bytes([4 << 3 | _FIXED64]) + _double(value)
        case str():
            return _message(1, value.encode("utf-8", "replace"))


def _double(value: float) -> bytes:
    import struct  # no event has one today

    return struct.pack("<d", value)


def _message(number: int, content: bytes) -> bytes:
    """A field with that content: a message, a text or bytes."""
    return bytes([number << 3 | _BYTES]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    if number < 0x80:
        return bytes([number])
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


_RECORD_HEAD = bytes([2 << 3 | _VARINT, _INFO]) + _message(3, b"INFO")
