"""All types of the language by name, read off the types that decode and encode it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from octavo.frontends.app_server.dialect import Method, NoParams
from octavo.frontends.app_server.export import names
from octavo.frontends.app_server.export.names import Names
from octavo.frontends.app_server.export.shapes import (
    Choice,
    Either,
    Field,
    ListOf,
    MapOf,
    Named,
    Plain,
    Record,
    Ref,
    Shape,
    Variant,
)
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v1 import methods
from octavo.frontends.app_server.v1.types.from_server import EventParams
from octavo.frontends.jsonrpc.places import at_place
from octavo.protocol import events, items

_NULL = Plain("null")
_PLAIN = {
    inspect.StrType: Plain("string"),
    inspect.BytesType: Plain("string"),  # base64
    inspect.IntType: Plain("integer"),
    inspect.FloatType: Plain("number"),
    inspect.BoolType: Plain("boolean"),
    inspect.NoneType: _NULL,
}


def language() -> Named:
    """Every type that crosses the wire, and what it looks like."""
    collector = Collector(names.FIRST)
    named = collector.named
    named |= {"ConversationId": Plain("string"), "GitSha": Plain("string")}
    collector.shape(events.TurnAborted)  # its reason stands in an answer, too
    named["RequestId"] = Either((Plain("string"), Plain("integer")))
    named["ClientRequest"] = Either(tuple(collector.request(*entry) for entry in methods.REQUESTS.items()))
    named["ServerRequest"] = Either(tuple(collector.request(*entry) for entry in methods.SERVER_REQUESTS.items()))
    named["ServerNotification"] = Either(
        tuple(collector.notification(name, at_place(place)) for name, place in methods.NOTIFICATIONS.items())
    )
    named["ClientNotification"] = Either(tuple(message(name) for name in methods.CLIENT_NOTIFICATIONS))
    collector.shape(items.ResponseItem)
    kinds = events.Msg.__subclasses__()
    named["EventMsg"] = Either(tuple(collector.event(inspect.type_info(kind)) for kind in kinds))
    collector.shape(EventParams)
    return named


def message(method: str, *fields: Field) -> Variant:
    """A message that its method tells from others."""
    return Variant("method", method, Record(fields))


class Collector:
    """Gathers named types on the way through others, under the names of a dialect."""

    def __init__(self, names: Names) -> None:
        self.named: Named = {}
        self._names = names

    def shape(self, kind: Any) -> Shape:
        """What a type looks like."""
        return self._shape(inspect.type_info(kind), "")

    def body(self, kind: Any) -> Shape:
        """The same, without the name that the type itself may have."""
        info = inspect.type_info(kind)
        return self._body(info) if isinstance(info, inspect.StructType) else self._shape(info, "")

    def request(self, method: str, types: Method) -> Variant:
        """A request as it crosses the wire."""
        if types.result is Empty:
            self.named[self._names.done_name(method)] = Record((), closed=True)
        else:
            self.shape(types.result)
        given = _NULL if types.params is NoParams else self.shape(types.params)
        return message(method, Field("id", Ref("RequestId")), Field("params", given, may_lack=given is _NULL))

    def notification(self, method: str, params: Any) -> Variant:
        """A notification as it crosses the wire."""
        return message(method, Field("params", self.shape(params)))

    def event(self, info: inspect.Type) -> Variant:
        """An event of the first generation."""
        if not isinstance(info, inspect.StructType):
            raise TypeError(info)
        # Clients know what events leave out as null.
        record = Record(tuple(map(_null_when_unset, self._record(info).fields)))
        name = (
            self._names.class_name(info.cls) if record.fields or info.cls is events.AgentReasoningSectionBreak else None
        )
        if name is not None:
            self.named[name] = record
        return Variant("type", str(info.tag), record, name)

    def _shape(self, info: inspect.Type, field: str) -> Shape:
        if plain := _PLAIN.get(type(info)):
            return Plain("big") if field in self._names.big and plain.kind == "integer" else plain
        match info:
            case inspect.Metadata(type=inner, extra_json_schema=extra):
                titled = (extra or {}).get("title")
                return Ref(titled) if titled else self._shape(inner, field)
            case inspect.LiteralType(values=values):
                return self._choice(tuple(map(str, values)), field)
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                return ListOf(self._shape(item, field))
            case inspect.DictType(value_type=value):
                return MapOf(self._shape(value, field))
            case inspect.UnionType(types=options):
                return self._union(options, field)
            case inspect.StructType():
                return self._struct(info)
            case inspect.RawType() | inspect.AnyType():
                return Ref(name) if (name := self._names.field_name(field)) else Plain("any")
        raise TypeError(f"no shape for {info}")

    def _choice(self, words: tuple[str, ...], field: str) -> Shape:
        name, ordered = self._names.choice(words, field)
        if name is None:
            return Choice(ordered)
        self.named[name] = Choice(ordered)
        return Ref(name)

    def _union(self, options: Sequence[inspect.Type], field: str) -> Shape:
        structs = [option for option in options if isinstance(option, inspect.StructType) and option.tag is not None]
        others = [self._shape(option, field) for option in options if option not in structs]
        nulls = [_NULL] if _NULL in others else []
        rest: list[Shape] = [shape for shape in others if shape is not _NULL]
        if len(structs) == 1:
            rest.append(self._struct(structs[0]))
        elif structs:
            rest.append(self._tagged_union(structs))
        return rest[0] if len(rest) == 1 and not nulls else Either((*rest, *nulls))

    def _tagged_union(self, structs: Iterable[inspect.StructType]) -> Shape:
        name = self._names.union_name([struct.cls for struct in structs])
        if name is not None and name in self.named:
            return Ref(name)
        if name is not None:
            self.named[name] = Plain("any")  # known from here on, for types that speak of themselves
        union = Either(tuple(self._variant(struct) for struct in structs))
        if name is None:
            return union
        self.named[name] = union
        return Ref(name)

    def _variant(self, info: inspect.StructType) -> Variant:
        record = self._record(info)
        # An item's id is never written, nor is the key that reasoning came under: they stay in memory.
        kept = tuple(field for field in record.fields if not (field.name in ("id", "key") and field.is_left_out))
        return Variant(info.tag_field or "type", str(info.tag), Record(kept, record.closed))

    def _struct(self, info: inspect.StructType) -> Shape:
        if info.cls is events.Msg:
            return Ref("EventMsg")
        if (union := self._names.bases.get(info.cls)) is not None:
            return self.shape(union)
        if info.cls.__name__ in self._names.inline:
            return self._body(info)
        name = self._names.class_name(info.cls)
        if name not in self.named:
            self.named[name] = Plain("any")
            self.named[name] = self._body(info)
        return Ref(name)

    def _body(self, info: inspect.StructType) -> Shape:
        if info.tag is not None:
            return self._variant(info)
        record = self._record(info)
        if info.cls.__struct_config__.omit_defaults:
            # Exactly one of them is set, and the others are left out.
            return Either(tuple(Record((Field(field.name, _without_null(field.shape)),)) for field in record.fields))
        return record

    def _record(self, info: inspect.StructType) -> Record:
        return Record(tuple(map(self._field, info.fields)), closed=info.forbid_unknown_fields)

    def _field(self, field: inspect.Field) -> Field:
        shape = self._shape(field.type, field.encode_name)
        known = self._names.field_name(field.encode_name)
        if known in self.named:
            shape = _with_string(shape, Ref(known))
        unset = not field.required and field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        return Field(field.encode_name, shape, not field.required, unset)


def _with_string(shape: Shape, ref: Ref) -> Shape:
    """The shape with the name of a kind of string for every string in it."""
    if isinstance(shape, Either):
        return Either(tuple(_with_string(option, ref) for option in shape.options))
    return ref if shape == Plain("string") else shape


def _null_when_unset(field: Field) -> Field:
    if not field.is_left_out:
        return field
    options = field.shape.options if isinstance(field.shape, Either) else (field.shape,)
    return Field(field.name, Either((*options, *(() if _NULL in options else (_NULL,)))), may_lack=True)


def _without_null(shape: Shape) -> Shape:
    if not isinstance(shape, Either):
        return shape
    options = tuple(option for option in shape.options if option is not _NULL)
    return options[0] if len(options) == 1 else Either(options)
