"""Telling the four kinds of JSON-RPC messages apart (`docs/app-server.md`, "Lines").

The first of request, notification, response and error that fits wins; members that
the kind does not have are never looked at. What is none of them is `BadLine`.
"""

# No `from __future__ import annotations` here, for the reason given in `config.schema`.

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from octavo.errors import OctavoError

RequestId = str | int
"""Text, or an integer of 64 bits with a sign."""

_INT64 = range(-(2**63), 2**63)
_OF_REQUESTS = ("id", "method", "params")
_OF_ANSWERS = ("id", "result", "error")

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding of bytes that somebody else wrote may raise."""


class BadLine(OctavoError):
    """The line is no message; nobody can be answered."""


class Request(msgspec.Struct, frozen=True):
    """A request; `params` is JSON text, None where there were none."""

    id: RequestId
    method: str
    params: msgspec.Raw | None = None


class Notification(msgspec.Struct, frozen=True):
    """A message that wants no answer."""

    method: str
    params: msgspec.Raw | None = None


class Response(msgspec.Struct, frozen=True):
    """The answer to a request of ours; `result` is JSON text."""

    id: RequestId
    result: msgspec.Raw


class ErrorResponse(msgspec.Struct, frozen=True):
    """The other side could not answer a request of ours."""

    id: RequestId
    code: int
    message: str


Incoming = Request | Notification | Response | ErrorResponse


class _Envelope(msgspec.Struct, frozen=True):
    id: Any = UNSET
    method: Any = UNSET
    params: msgspec.Raw | UnsetType = UNSET
    result: msgspec.Raw | UnsetType = UNSET
    error: msgspec.Raw | UnsetType = UNSET


class _Error(msgspec.Struct, frozen=True):
    code: int
    message: str


_decode_envelope = msgspec.json.Decoder(_Envelope).decode


def read_message(line: bytes) -> Incoming:
    """The message that a line holds. Raises `BadLine`."""
    try:
        envelope = _decode_envelope(line)
        _check_text(line)
    except NOT_JSON as error:
        raise BadLine(str(error)) from None
    _check_members(line, envelope)
    has_id = _is_id(envelope.id)
    if isinstance(envelope.method, str):
        params = None if envelope.params is UNSET else envelope.params
        return Request(envelope.id, envelope.method, params) if has_id else Notification(envelope.method, params)
    if has_id and envelope.result is not UNSET:
        return Response(envelope.id, envelope.result)
    if has_id and envelope.error is not UNSET:
        try:
            told = msgspec.json.decode(envelope.error, type=_Error)
        except NOT_JSON:
            raise BadLine("its error has no code or no message") from None
        return ErrorResponse(envelope.id, told.code, told.message)
    raise BadLine("neither request, notification, response nor error")


def _is_id(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, str) or (isinstance(value, int) and value in _INT64)


def _check_text(line: bytes) -> None:
    """Look at what the envelope leaves unread: it has to be UTF-8, without halves of surrogate pairs."""
    if not line.isascii():
        line.decode()
    if b"\\ud" in line or b"\\uD" in line:
        msgspec.json.decode(line)


def _check_members(line: bytes, envelope: _Envelope) -> None:
    """A member that stands twice leaves open what is meant, and a decoder would silently choose one."""
    outside = line
    for value in (envelope.params, envelope.result, envelope.error):
        if value is not UNSET:
            outside = outside.replace(bytes(value), b"", 1)
    expected = _OF_REQUESTS if isinstance(envelope.method, str) else _OF_ANSWERS
    if not any(outside.count(b'"%s"' % name.encode()) > 1 for name in expected):
        return
    import json  # slow to import, and hardly any client ever gets here

    try:
        members = json.loads(line, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise BadLine(str(error)) from None
    names = [name for name, _ in members]
    if any(names.count(name) > 1 for name in expected):
        raise BadLine("a member stands in it twice")
