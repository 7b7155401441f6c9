"""How a Responses server tells what went wrong, in a refusal or in a stream (`docs/models.md`)."""

from __future__ import annotations

import msgspec


class ErrorBody(msgspec.Struct, frozen=True):
    """The `error` object; `resets_at` is in Unix seconds."""

    type: str | None = None
    code: str | None = None
    message: str | None = None
    plan_type: str | None = None
    resets_at: int | None = None


class _Refusal(msgspec.Struct, frozen=True):
    error: ErrorBody


def read_refusal(body: bytes) -> ErrorBody:
    """The error that a refusal tells; an empty one if it cannot be read."""
    try:
        return msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.DecodeError, RecursionError):
        return ErrorBody()
