"""Tool schemas of MCP servers, squeezed into what all providers take."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from octavo.tools.mcp_schema import UnusableSchema, tool_parameters


def test_a_rich_schema_becomes_a_plain_one() -> None:
    schema = {
        "type": "object",
        "description": "objdesc",
        "properties": {
            "x": {"type": ["null", "integer"], "description": "dx", "default": 1},
            "y": {"anyOf": [{"type": "integer"}]},
            "z": True,
            "e": {"enum": ["a"]},
            "arr": {"type": "array"},
            "o": {"additionalProperties": {"type": "integer"}},
            "n": {"minimum": 1},
        },
        "required": ["x"],
    }
    assert msgspec.json.encode(tool_parameters(schema)) == (
        b'{"type":"object","properties":{"arr":{"type":"array","items":{"type":"string"}},"e":{"type":"string"},'
        b'"n":{"type":"number"},"o":{"type":"object","properties":{},"additionalProperties":{"type":"number"}},'
        b'"x":{"type":"number","description":"dx"},"y":{"type":"string"},"z":{"type":"string"}},"required":["x"]}'
    )


@pytest.mark.parametrize(
    ("schema", "squeezed"),
    [
        ({}, {"type": "object", "properties": {}}),
        ({"type": "object", "properties": None}, {"type": "object", "properties": {}}),
        ({"additionalProperties": False, "$schema": "x"}, {"type": "object", "properties": {}}),
        ({"required": []}, {"type": "object", "properties": {}, "required": []}),
    ],
)
def test_the_top_is_always_an_object(schema: dict[str, Any], squeezed: dict[str, Any]) -> None:
    assert tool_parameters(schema) == squeezed


def test_nested_objects_keep_whether_more_is_allowed() -> None:
    inner = {"type": "object", "properties": {"a": {"const": 1}}, "additionalProperties": False, "description": "gone"}
    schema = {"properties": {"o": {"type": "array", "items": inner, "description": "kept"}}}
    assert tool_parameters(schema)["properties"]["o"] == {
        "type": "array",
        "items": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
        "description": "kept",
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"type": "null"}}},
        {"properties": {"a": {"type": "date"}}},
        {"type": "string"},
        {"properties": {"a": 7}},
        {"properties": [1]},
        {"required": "x"},
    ],
)
def test_what_does_not_fit_is_told(schema: dict[str, Any]) -> None:
    with pytest.raises(UnusableSchema):
        tool_parameters(schema)
