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
        b'{"type":"object","properties":{"arr":{"type":"array","items":{"type":"string"}},'
        b'"e":{"type":"string","enum":["a"]},"n":{"type":"number"},'
        b'"o":{"type":"object","properties":{},"additionalProperties":{"type":"integer"}},'
        b'"x":{"type":["null","integer"],"description":"dx"},"y":{"type":"integer"},"z":{"type":"string"}},'
        b'"required":["x"]}'
    )


def plain(schema: Any, **root: Any) -> Any:
    """What becomes of the schema of one property."""
    return tool_parameters({"type": "object", "properties": {"p": schema}, **root})["properties"]["p"]


POINT = {"type": "object", "properties": {"lat": {"type": "number"}}, "required": ["lat"]}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer"}, {"type": "integer"}),
        ({"type": "null"}, {"type": "null"}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"const": None}, {"type": "null", "enum": [None]}),
        ({"enum": [1, 2], "description": "d"}, {"type": "integer", "enum": [1, 2], "description": "d"}),
        ({"enum": ["a", None]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "description": "d"},
         {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "d"}),
        ({"oneOf": [{"const": "a"}, {"const": "b"}]}, {"type": "string", "enum": ["a", "b"]}),
        ({"oneOf": [POINT, {"type": "array", "items": {"type": "integer"}}]},
         {"anyOf": [POINT, {"type": "array", "items": {"type": "integer"}}]}),
        ({"type": "string", "anyOf": [{"format": "uri"}, {"enum": ["a"]}]},
         {"anyOf": [{"type": "string"}, {"type": "string", "enum": ["a"]}]}),
        ({"allOf": [POINT, {"properties": {"lon": {"type": "number"}}, "required": ["lon"]}]},
         {"type": "object", "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}},
          "required": ["lat", "lon"]}),
        ({"allOf": [{"type": "string"}, {"enum": ["a", "b"]}], "description": "d"},
         {"type": "string", "enum": ["a", "b"], "description": "d"}),
        ({"allOf": [{"type": "number"}, {"type": "integer"}]}, {"type": "integer"}),
        ({"type": ["array", "null"], "items": {"type": "integer"}},
         {"type": ["array", "null"], "items": {"type": "integer"}}),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
         {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ({"type": "array", "items": [{"type": "string"}, {"type": "string"}]},
         {"type": "array", "items": {"type": "string"}}),
        ({"type": "object", "patternProperties": {"^x": {"type": "string"}}, "additionalProperties": False},
         {"type": "object", "properties": {}}),
    ],
)  # fmt: skip
def test_schemas_keep_their_meaning(schema: Any, expected: Any) -> None:
    assert plain(schema) == expected


@pytest.mark.parametrize("key", ["$defs", "definitions"])
def test_references_are_written_out(key: str) -> None:
    defs = {"Point": POINT, "Two/Points": {"type": "array", "items": {"$ref": f"#/{key}/Point"}}}
    assert plain({"$ref": f"#/{key}/Point"}, **{key: defs}) == POINT
    assert plain({"$ref": f"#/{key}/Two~1Points", "description": "two"}, **{key: defs}) == {
        "type": "array",
        "items": POINT,
        "description": "two",
    }
    root = tool_parameters({"$ref": f"#/{key}/Point", key: defs})
    assert root == POINT


@pytest.mark.parametrize("name", ["#/$defs/Gone", "https://example.com/schema.json", "other.json#/x", "#gone"])
def test_a_reference_that_leads_nowhere_takes_any_object(name: str) -> None:
    assert plain({"$ref": name}) == {"type": "object", "properties": {}}


def test_a_schema_that_holds_itself_ends() -> None:
    children = {"type": "array", "items": {"$ref": "#/$defs/Node"}}
    node = {"type": "object", "properties": {"name": {"type": "string"}, "children": children}}
    read = plain({"$ref": "#/$defs/Node"}, **{"$defs": {"Node": node}})
    assert read["properties"]["name"] == {"type": "string"}
    assert read["properties"]["children"]["items"] == {"type": "object", "properties": {}}
    assert plain({"$ref": "#/properties/p"}) == {"type": "object", "properties": {}}


def test_what_multiplies_stays_small() -> None:
    doubled: dict[str, Any] = {"L0": {"type": "string"}}
    for level in range(40):
        name = {"$ref": f"#/$defs/L{level}"}
        doubled[f"L{level + 1}"] = {"type": "object", "properties": {"a": name, "b": name}}
    assert len(msgspec.json.encode(plain({"$ref": "#/$defs/L40"}, **{"$defs": doubled}))) < 100_000
    choices = [{"anyOf": [{"enum": [f"{part}{way}"]} for way in range(4)]} for part in range(30)]
    assert len(msgspec.json.encode(plain({"allOf": choices}))) < 100_000


@pytest.mark.parametrize("key", ["anyOf", "oneOf"])
def test_a_top_of_several_kinds_becomes_one_object_with_what_all_require(key: str) -> None:
    kinds = [
        {"type": "object", "properties": {"kind": {"const": "a"}, "v": {"type": "string"}}, "required": ["kind", "v"]},
        {"type": "object", "properties": {"kind": {"const": "b"}, "w": {"type": "integer"}}, "required": ["kind"]},
    ]
    assert tool_parameters({key: kinds}) == {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["a", "b"]},
            "v": {"type": "string"},
            "w": {"type": "integer"},
        },
        "required": ["kind"],
    }
    either = {"type": "object", "properties": {"a": {"type": "string"}}, key: [{"required": ["a"]}, {"required": []}]}
    assert tool_parameters(either) == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_a_schema_reads_the_same_once_it_is_plain() -> None:
    schema = {"type": "object", "properties": {"p": {"oneOf": [POINT, {"type": "null"}]}, "q": {"enum": [1, "a"]}}}
    once = tool_parameters(schema)
    assert tool_parameters(once) == once


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
        "items": {
            "type": "object",
            "properties": {"a": {"type": "integer", "enum": [1]}},
            "additionalProperties": False,
        },
        "description": "kept",
    }


@pytest.mark.parametrize(
    "schema",
    [
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
