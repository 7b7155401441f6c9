"""JSON schemas of types: what a model is told to write, and reading what it wrote.

`msgspec` knows structs, dataclasses, typed dictionaries and what Python has built in. A pydantic model
describes and reads itself, where the program brings one: nothing of it is imported here.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import msgspec

from octavo.errors import OctavoError


class NoSchema(OctavoError):
    """A type that JSON has no words for."""


def json_schema(kind: Any) -> dict[str, Any]:
    """The schema of a type. Raises `NoSchema`."""
    if reads_itself(kind):
        return dict(kind.model_json_schema())
    try:
        return msgspec.json.schema(kind, schema_hook=_foreign_schema)
    except (TypeError, NotImplementedError, RecursionError) as error:
        raise NoSchema(f"{_name(kind)} has no JSON schema: {str(error).splitlines()[0]}") from None


def from_json(text: str, kind: Any) -> Any:
    """The text as a value of the type. Raises `ValueError`, which says what does not fit."""
    if reads_itself(kind):
        return kind.model_validate_json(text)
    try:
        return msgspec.json.decode(text, type=kind, dec_hook=_foreign_value)
    except (UnicodeEncodeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def to_json(value: Any) -> str:
    """A value as a model reads it: a text as it is, everything else as JSON. Raises `TypeError`."""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value, enc_hook=_plain_value).decode()


def reads_itself(kind: Any) -> bool:
    """Whether the type is a pydantic model."""
    return isinstance(kind, type) and hasattr(kind, "model_json_schema") and hasattr(kind, "model_validate_json")


def strict_schema(kind: Any) -> tuple[dict[str, Any], bool]:
    """The schema that an answer can be held to, and whether the value stands in it under `value`.

    Every member is required and none may be added, as strict structured output wants it; what is no object stands in
    one. Raises `NoSchema`.
    """
    schema = dict(kind) if isinstance(kind, Mapping) else json_schema(kind)
    shared = schema.pop("$defs", {})
    if isinstance(reference := schema.get("$ref"), str):
        name = reference.rpartition("/")[2]
        schema = shared[name] if _is_used(name, shared) else shared.pop(name)
    wrapped = schema.get("type") != "object"
    if wrapped:
        schema = {"type": "object", "properties": {"value": schema}}
    strict: dict[str, Any] = _strict(schema, "")
    if shared:
        strict["$defs"] = {name: _strict(one, name) for name, one in shared.items()}
    return strict, wrapped


_DROPPED = ("title", "default", "discriminator", "examples")


def _strict(schema: Any, place: str) -> Any:
    if isinstance(schema, list):
        return [_strict(one, place) for one in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: value for key, value in schema.items() if key not in _DROPPED}
    for key in ("anyOf", "oneOf", "allOf", "items", "prefixItems"):
        if key in strict:
            strict[key] = _strict(strict[key], place)
    if strict.get("type") == "object" or "properties" in strict:
        members = strict.get("properties", {})
        if not members and strict.get("additionalProperties") is not False:
            where = f" at {place}" if place else ""
            raise NoSchema(f"an object with free names{where} cannot be asked for: name its members, or use a list")
        strict["properties"] = {name: _strict(one, f"{place}.{name}".lstrip(".")) for name, one in members.items()}
        strict["required"] = list(members)
        strict["additionalProperties"] = False
    return strict


def _is_used(name: str, shared: Mapping[str, Any]) -> bool:
    return f'"#/$defs/{name}"' in msgspec.json.encode(shared).decode()


def _foreign_schema(kind: Any) -> dict[str, Any]:
    if not reads_itself(kind):
        raise NotImplementedError(f"{_name(kind)} is not supported")
    from octavo.tools.mcp_schema import tool_parameters  # writes references out

    return tool_parameters(kind.model_json_schema())


def _foreign_value(kind: Any, value: Any) -> Any:
    if reads_itself(kind):
        return kind.model_validate(value)
    raise NotImplementedError(f"{_name(kind)} is not supported")


def _plain_value(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, enum.Enum):
        return value.value
    return str(value)


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))
