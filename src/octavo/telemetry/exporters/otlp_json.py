"""OTLP as JSON: protobuf's own JSON, but ids are hexadecimal and choices are numbers."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec
from google.protobuf.json_format import MessageToDict

if TYPE_CHECKING:
    from google.protobuf.message import Message

_IDS = frozenset({"traceId", "spanId", "parentSpanId"})


def otlp_json(message: Message) -> bytes:
    """The message as collectors read it (OTLP 1.x, "JSON Protobuf Encoding"); 64-bit numbers are texts there."""
    plain = MessageToDict(message, use_integers_for_enums=True)
    return msgspec.json.encode(_with_hexadecimal_ids(plain))


def _with_hexadecimal_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_hexadecimal_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(inner).hex() if name in _IDS else _with_hexadecimal_ids(inner)
        for name, inner in value.items()
    }
