"""What a type looks like in JSON, apart from the notation it is written in."""

from __future__ import annotations

from typing import Literal

import msgspec


class Plain(msgspec.Struct, frozen=True):
    """A value without parts; `any` is whatever JSON can say, `big` a whole number of 64 bits."""

    kind: Literal["string", "number", "integer", "big", "boolean", "null", "any"]


class Ref(msgspec.Struct, frozen=True):
    """A type that has a name."""

    name: str


class Choice(msgspec.Struct, frozen=True):
    """One of these strings."""

    values: tuple[str, ...]


class ListOf(msgspec.Struct, frozen=True):
    """A list."""

    item: Shape


class MapOf(msgspec.Struct, frozen=True):
    """An object with any keys."""

    value: Shape


class Field(msgspec.Struct, frozen=True):
    """A key of an object. `may_lack`: readers accept it missing; `is_left_out`: writers leave it out when unset."""

    name: str
    shape: Shape
    may_lack: bool = False
    is_left_out: bool = False


class Record(msgspec.Struct, frozen=True):
    """An object with known keys; `closed`: and with no others."""

    fields: tuple[Field, ...]
    closed: bool = False


class Variant(msgspec.Struct, frozen=True):
    """An object that a key tells from its siblings. `name` is set where its other fields have a name of their own."""

    tag_field: str
    tag: str
    record: Record
    name: str | None = None


class Either(msgspec.Struct, frozen=True):
    """One of these."""

    options: tuple[Shape, ...]


Shape = Plain | Ref | Choice | ListOf | MapOf | Record | Variant | Either

Named = dict[str, Shape]
"""All types that have a name."""


def references(shape: Shape) -> set[str]:
    """The names that a shape speaks of itself."""
    match shape:
        case Ref(name):
            return {name}
        case ListOf(part) | MapOf(part):
            return references(part)
        case Record(fields):
            return set[str]().union(*(references(field.shape) for field in fields))
        case Variant(_, _, record, name):
            return {name} if name else references(record)
        case Either(options):
            return set[str]().union(*map(references, options))
        case _:
            return set()
