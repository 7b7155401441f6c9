"""Foreign tool schemas, squeezed into the subset of JSON Schema that all providers take (`docs/models.md`).

The subset: `boolean`, `string` and `number` with a description, `array` with `items`
and a description, `object` with `properties`, `required` and `additionalProperties`.
Properties come out in alphabetical order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from octavo.errors import OctavoError

Schema = dict[str, Any]

_TYPES = ("object", "array", "string", "number", "integer", "boolean")
_SCALARS = {"string": "string", "boolean": "boolean", "number": "number", "integer": "number"}
_HINTS = (
    ("object", ("properties", "required", "additionalProperties")),
    ("array", ("items", "prefixItems")),
    ("string", ("enum", "const", "format")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)


class UnusableSchema(OctavoError):
    """A tool's parameters do not fit; the tool has to be left out."""


def tool_parameters(input_schema: Mapping[str, Any]) -> Schema:
    """A tool's parameters from what its server declares. Raises `UnusableSchema`."""
    squeezed = _squeeze({**input_schema, "properties": input_schema.get("properties") or {}})
    if squeezed.get("type") != "object":
        raise UnusableSchema(f"the parameters are of type {squeezed.get('type')}, not object")
    squeezed.pop("additionalProperties", None)
    return squeezed


def _squeeze(schema: Any) -> Schema:
    if isinstance(schema, bool):
        return {"type": "string"}
    if not isinstance(schema, Mapping):
        raise UnusableSchema(f"{schema!r} is no schema")
    kind = _kind_of(schema)
    if kind == "object":
        return _object(schema)
    described = {"description": schema["description"]} if isinstance(schema.get("description"), str) else {}
    if kind == "array":
        items = _squeeze(schema["items"]) if "items" in schema else {"type": "string"}
        return {"type": "array", "items": items, **described}
    if kind not in _SCALARS:
        raise UnusableSchema(f"type {kind!r} is not supported")
    return {"type": _SCALARS[kind], **described}


def _object(schema: Mapping[str, Any]) -> Schema:
    properties = schema.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, Mapping):
        raise UnusableSchema("properties are no object")
    squeezed: Schema = {
        "type": "object",
        "properties": {name: _squeeze(properties[name]) for name in sorted(properties)},
    }
    required, extra = schema.get("required"), schema.get("additionalProperties")
    if required is not None:
        if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
            raise UnusableSchema("required is no list of names")
        squeezed["required"] = required
    if extra is not None:
        squeezed["additionalProperties"] = extra if isinstance(extra, bool) else _squeeze(extra)
    return squeezed


def _kind_of(schema: Mapping[str, Any]) -> str:
    """The declared type, or what the other keywords let guess."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return declared
    if isinstance(declared, list) and (known := next((one for one in declared if one in _TYPES), None)):
        return str(known)
    return next((kind for kind, keys in _HINTS if any(key in schema for key in keys)), "string")
