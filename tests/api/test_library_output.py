"""Structured output: a type goes in, a value of it comes out, or one clear error."""

from __future__ import annotations

import dataclasses
import enum
import json
from pathlib import Path
from typing import Any, Literal, TypedDict

import msgspec
import pytest
from agents import agent, request
from story import says

from octavo import BadOutputType, OutputInvalid, ScriptedBackend


class Finding(msgspec.Struct):
    line: int
    kind: Literal["bug", "style"]
    note: str | None = None


class Report(msgspec.Struct):
    title: str
    findings: list[Finding]


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


class Tree(msgspec.Struct):
    name: str
    children: list[Tree]


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Pair(TypedDict):
    left: int
    right: int


async def answered(folder: Path, kind: Any, text: str) -> tuple[Any, dict[str, Any]]:
    """What a run gives, and the schema that the model was sent."""
    backend = ScriptedBackend([says(text)])
    async with agent(folder, backend=backend) as one:
        result = await one.run("report", output=kind)
    assert result.final_response == text
    sent = request(backend, 0)["text"]["format"]
    assert (sent["type"], sent["strict"]) == ("json_schema", True)
    schema: dict[str, Any] = sent["schema"]
    return result.output, schema


async def test_a_struct_comes_back(tmp_path: Path) -> None:
    text = '{"title": "t", "findings": [{"line": 3, "kind": "bug", "note": null}]}'
    value, schema = await answered(tmp_path, Report, text)
    assert value == Report("t", [Finding(3, "bug")])
    assert schema["required"] == ["title", "findings"]
    assert schema["additionalProperties"] is False
    finding = schema["$defs"]["Finding"]
    assert (finding["required"], finding["additionalProperties"]) == (["line", "kind", "note"], False)
    assert "default" not in json.dumps(schema)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Point, '{"x": 1, "y": 2}', Point(1.0, 2.0)),
        (Pair, '{"left": 1, "right": 2}', {"left": 1, "right": 2}),
        (Tree, '{"name": "a", "children": [{"name": "b", "children": []}]}', Tree("a", [Tree("b", [])])),
        (list[int], '{"value": [1, 2]}', [1, 2]),
        (int, '{"value": 3}', 3),
        (Colour, '{"value": "blue"}', Colour.BLUE),
        (Point | None, '{"value": null}', None),
    ],
)
async def test_other_types_come_back(tmp_path: Path, kind: Any, text: str, value: object) -> None:
    found, schema = await answered(tmp_path, kind, text)
    assert found == value
    assert schema["type"] == "object"


async def test_a_schema_by_hand_gives_plain_values(tmp_path: Path) -> None:
    kind = {"type": "object", "properties": {"n": {"type": "integer"}}}
    value, schema = await answered(tmp_path, kind, '{"n": 1}')
    assert value == {"n": 1}
    assert schema == {**kind, "required": ["n"], "additionalProperties": False}


async def test_a_pydantic_model_comes_back(tmp_path: Path) -> None:
    pydantic = pytest.importorskip("pydantic")
    inner = pydantic.create_model("Inner", n=(int, ...))
    outer = pydantic.create_model("Outer", inner=(inner, ...), tags=(list[str], []))
    value, schema = await answered(tmp_path, outer, '{"inner": {"n": 1}, "tags": ["a"]}')
    assert value == outer(inner=inner(n=1), tags=["a"])
    assert schema["required"] == ["inner", "tags"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"x": "one", "y": 2}', r"Expected `float`, got `str` - at `\$.x`"),
        ("here you are", "JSON is malformed"),
        ("", "Input data was truncated"),
    ],
)
async def test_an_answer_that_does_not_fit_is_one_line_with_the_text(tmp_path: Path, text: str, reason: str) -> None:
    async with agent(tmp_path, says(text or " ")) as one:
        with pytest.raises(OutputInvalid, match=reason if text else "the answer is not what") as caught:
            await one.run("go", output=Point)
    assert "\n" not in str(caught.value)
    assert caught.value.text == (text or " ")


@pytest.mark.parametrize("kind", [dict[str, int], complex, lambda: 1])
def test_what_no_answer_can_be_is_refused_before_anything_is_asked(tmp_path: Path, kind: Any) -> None:
    with pytest.raises(BadOutputType) as caught:
        agent(tmp_path).stream("go", output=kind)
    assert "\n" not in str(caught.value)
