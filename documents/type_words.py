"""Types of messages and settings in words, for the generated pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import NODEFAULT, UNSET, inspect

from octavo.frontends.app_server.v2.types.every_item import BASES

PLAIN = {
    inspect.AnyType: "any value",
    inspect.RawType: "any value",
    inspect.StrType: "text",
    inspect.BytesType: "base64",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
}


def words(kind: Any) -> str:
    """The type in a cell of a table."""
    match kind:
        case inspect.UnionType():
            return " or ".join(dict.fromkeys(words(one) for one in kind.types))
        case inspect.LiteralType():
            return " ".join(f"`{value}`" for value in kind.values)
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            return f"list of {words(kind.item_type)}"
        case inspect.TupleType():
            return f"list of {', '.join(words(one) for one in kind.item_types)}"
        case inspect.DictType():
            return f"table of {words(kind.value_type)}"
        case inspect.StructType(cls=cls) if cls in BASES:
            return words(inspect.type_info(BASES[cls]))
        case inspect.StructType():
            return f"[{name_of(kind)}](#{name_of(kind).lower()})"
        case inspect.EnumType():
            return " ".join(f"`{member.value}`" for member in kind.cls)
        case inspect.Metadata():
            return words(kind.type)
        case _:
            return PLAIN.get(type(kind), "custom value")


def name_of(kind: inspect.StructType) -> str:
    """What the type is called."""
    return str(kind.cls.__name__)


def about(kind: inspect.StructType) -> str:
    """What the type is, in the words of the code."""
    return " ".join((kind.cls.__doc__ or "").split())


def fields_table(kind: inspect.StructType) -> Iterator[str]:
    """A Markdown table of the fields; nothing for a type without any."""
    if kind.tag_field is None and not kind.fields:
        return
    yield "| Field | Type | |"
    yield "|---|---|---|"
    if kind.tag_field is not None:
        yield f"| `{kind.tag_field}` | `{kind.tag}` | |"
    for field in kind.fields:
        yield f"| `{field.encode_name}` | {words(field.type)} | {presence(field)} |"
    yield ""


def presence(field: inspect.Field) -> str:
    """What happens where nobody says anything."""
    if field.required:
        return "always there"
    if field.default is UNSET:
        return "may be absent"
    if field.default is NODEFAULT:
        return "empty by default"
    return f"`{_shown(field.default)}` by default"


def _shown(value: Any) -> str:
    if isinstance(value, bool | type(None)):
        return {True: "true", False: "false", None: "null"}[value]
    return "[]" if value == () else str(value)


def structs_in(kind: Any, known: dict[str, inspect.StructType]) -> None:
    """Gather the types that a type is made of, by name."""
    match kind:
        case inspect.StructType(cls=cls) if cls in BASES:
            structs_in(inspect.type_info(BASES[cls]), known)
        case inspect.StructType():
            if name_of(kind) not in known:
                known[name_of(kind)] = kind
                for field in kind.fields:
                    structs_in(field.type, known)
        case inspect.UnionType():
            for one in kind.types:
                structs_in(one, known)
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            structs_in(kind.item_type, known)
        case inspect.TupleType():
            for one in kind.item_types:
                structs_in(one, known)
        case inspect.DictType():
            structs_in(kind.value_type, known)
        case inspect.Metadata():
            structs_in(kind.type, known)
