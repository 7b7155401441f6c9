"""The plain values that everything told is made of (`docs/telemetry.md`)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Value = str | int | float | bool
Attributes = Mapping[str, Value]


class Event(msgspec.Struct, frozen=True):
    """Something that happened. What is not known is left out of the attributes."""

    name: str
    attributes: Attributes


class Span(msgspec.Struct, frozen=True):
    """Something that takes time. `outward` is true where another machine is asked."""

    name: str
    attributes: Attributes
    outward: bool = False


class SpanIds(msgspec.Struct, frozen=True):
    """What a span and its trace are called (W3C Trace Context): 16 bytes, 8 bytes, flags."""

    trace: bytes
    span: bytes
    flags: int


class Measurement(msgspec.Struct, frozen=True):
    """A number for the instrument of that name (`metrics.INSTRUMENTS`)."""

    instrument: str
    value: float
    attributes: Attributes


def known(**attributes: Value | None) -> dict[str, Value]:
    """The attributes that have a value; in the names, `__` stands for a dot."""
    return {name.replace("__", "."): value for name, value in attributes.items() if value is not None}
