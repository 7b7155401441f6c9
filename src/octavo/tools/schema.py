"""Parameter schemas in the small subset of JSON Schema that every provider takes (`docs/tools.md`).

Numbers are always `number`; properties stand in alphabetical order, so that a
tool's text is the same byte for byte in every request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from octavo.model.prompt import FunctionTool

Schema = dict[str, Any]


def string(description: str | None = None) -> Schema:
    """A text parameter."""
    return _described("string", description)


def number(description: str | None = None) -> Schema:
    """A numeric parameter."""
    return _described("number", description)


def boolean(description: str | None = None) -> Schema:
    """A yes-or-no parameter."""
    return _described("boolean", description)


def array(items: Schema, description: str | None = None) -> Schema:
    """A list parameter."""
    return {"type": "array", "items": items} | ({"description": description} if description else {})


def record(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """An object parameter without other members than these."""
    wanted = {"required": list(required)} if required else {}
    ordered = {name: properties[name] for name in sorted(properties)}
    return {"type": "object", "properties": ordered, **wanted, "additionalProperties": False}


def function_tool(
    name: str, description: str, properties: Mapping[str, Schema], required: Sequence[str] = ()
) -> FunctionTool:
    """A tool with JSON arguments."""
    return FunctionTool(name, description, strict=False, parameters=record(properties, required))


def _described(kind: str, description: str | None) -> Schema:
    return {"type": kind, "description": description} if description else {"type": kind}
