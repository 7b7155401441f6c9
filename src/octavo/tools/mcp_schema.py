"""Foreign tool schemas, in the subset of JSON Schema that all providers take (`docs/models.md`).

The subset: `type` (one or several), `enum`, `anyOf`, `array` with `items`, `object` with
`properties`, `required` and `additionalProperties`; a description of everything but
objects. What else says something about values is put in these words: references are
written out, `const` is an `enum`, `oneOf` is `anyOf`, `allOf` is one schema. Properties
come out in alphabetical order, and the top is a plain object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from octavo.errors import OctavoError
from octavo.tools.schema_merge import both_of, choice_of, either_of, without_doubles
from octavo.tools.schema_refs import References

Schema = dict[str, Any]

_TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")
_HINTS = (
    ("object", ("properties", "required", "additionalProperties", "patternProperties")),
    ("array", ("items", "prefixItems")),
    ("string", ("format", "pattern", "minLength", "maxLength")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)


class UnusableSchema(OctavoError):
    """A tool's parameters do not fit; the tool has to be left out."""


def tool_parameters(input_schema: Mapping[str, Any]) -> Schema:
    """A tool's parameters from what its server declares. Raises `UnusableSchema`."""
    plain = _Reader(input_schema).read({"type": "object", **input_schema}, ())
    for member in plain.pop("anyOf", ()):  # a top that is one of several things is refused by providers
        if member.get("type") == "object":
            plain = either_of(plain, member) if plain.get("properties") else {**member}
    if plain.get("type") != "object":
        raise UnusableSchema(f"the parameters are of type {plain.get('type')}, not object")
    plain.pop("additionalProperties", None)
    plain.pop("enum", None)
    return plain


class _Reader:
    """Puts the schemas of one tool into the subset."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._references = References(root)

    def read(self, schema: Any, inside: tuple[str, ...]) -> Schema:
        if isinstance(schema, bool):
            return {"type": "string"}
        if not isinstance(schema, Mapping):
            raise UnusableSchema(f"{schema!r} is no schema")
        schema, inside = self._references.resolved(schema, inside)
        plain = self._own(schema, inside)
        for part in _list(schema, "allOf"):
            plain = both_of(plain, self.read(part, inside))
        for key in ("anyOf", "oneOf"):
            if choices := _list(schema, key):
                plain = _one_of(plain, [self.read(choice, inside) for choice in choices])
        return _nullable(plain) if schema.get("nullable") is True else plain

    def _own(self, schema: Mapping[str, Any], inside: tuple[str, ...]) -> Schema:
        """What a schema says by itself, without what it combines."""
        kinds, values = _kinds_of(schema), _values(schema)
        plain: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds} if kinds else {}
        if values is not None:
            plain["enum"] = values
        if "object" in kinds:
            plain |= self._object(schema, inside)
        if "array" in kinds:
            plain["items"] = self._items(schema, inside)
        if kinds != ["object"] and isinstance(schema.get("description"), str):
            plain["description"] = schema["description"]
        return plain

    def _object(self, schema: Mapping[str, Any], inside: tuple[str, ...]) -> Schema:
        properties = schema.get("properties")
        if properties is None:
            properties = {}
        if not isinstance(properties, Mapping):
            raise UnusableSchema("properties are no object")
        plain: Schema = {"properties": {name: self.read(properties[name], inside) for name in sorted(properties)}}
        required, extra = schema.get("required"), schema.get("additionalProperties")
        if required is not None:
            if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
                raise UnusableSchema("required is no list of names")
            plain["required"] = required
        if extra is False and schema.get("patternProperties"):
            extra = None  # more is allowed, under names that the subset cannot describe
        if extra is not None:
            plain["additionalProperties"] = extra if isinstance(extra, bool) else self.read(extra, inside)
        return plain

    def _items(self, schema: Mapping[str, Any], inside: tuple[str, ...]) -> Schema:
        items = schema.get("items", schema.get("additionalItems"))
        first = _list(schema, "prefixItems") or (items if isinstance(items, list) else [])
        if not first:
            return self.read(items, inside) if items is not None and items is not False else {"type": "string"}
        rest = [] if isinstance(items, list | bool) or items is None else [items]
        return choice_of([self.read(one, inside) for one in (*first, *rest)])


def _one_of(plain: Schema, choices: Sequence[Schema]) -> Schema:
    """One of the choices, each together with what the schema says beside them."""
    beside = {key: value for key, value in plain.items() if key != "description"}
    whole = choice_of([both_of(beside, choice) for choice in choices])
    said = {"description": plain["description"]} if "description" in plain else {}
    return whole if whole.get("type") == "object" else {**whole, **said}


def _nullable(plain: Schema) -> Schema:
    null = {"type": "null"}
    if "anyOf" in plain:
        return {**plain, "anyOf": without_doubles([*plain["anyOf"], null])}
    kinds = plain.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    values = {"enum": [*plain["enum"], None]} if "enum" in plain and None not in plain["enum"] else {}
    return {**plain, **values, "type": kinds if "null" in kinds else [*kinds, "null"]}


def _values(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values = schema.get("enum")
    return list(values) if isinstance(values, list) and values else None


def _kinds_of(schema: Mapping[str, Any]) -> list[str]:
    """The declared types, or what the other keywords let guess; none where only choices say it."""
    declared = schema.get("type")
    if isinstance(declared, str):
        if declared not in _TYPES:
            raise UnusableSchema(f"type {declared!r} is not supported")
        return [declared]
    if isinstance(declared, list) and (known := [one for one in declared if one in _TYPES]):
        return list(dict.fromkeys(known))
    guess = next((kind for kind, keys in _HINTS if any(key in schema for key in keys)), None)
    if guess is None and (values := _values(schema)) is not None:
        return list(dict.fromkeys(map(_kind_of_value, values)))
    if guess is None and any(_list(schema, key) for key in ("anyOf", "oneOf", "allOf")):
        return []
    return [guess or "string"]


def _kind_of_value(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _list(schema: Mapping[str, Any], key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []
