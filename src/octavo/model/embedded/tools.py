"""What the local model may write: a grammar for its tool calls, and the check of what came (`docs/local-models.md`).

A call is `{"name": …, "arguments": …}`. The grammar is llguidance's, in which
JSON Schemas stand as they are. A grammar that the library cannot read would be
ignored without a word, so every call is checked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

Schema = Mapping[str, Any]

_TEXT_ONLY_NOT = frozenset({"view_image"})
_ONE_SENTENCE = r"/[A-Za-z][^\n.!?]{3,100}\./"
_ANY_TEXT = r"/[^{\s](.|\n)*/"
_SCRIPT = {"type": "string", "pattern": r"^[ -~\n]{1,160}$"}  # no character takes more than two tokens
_NARROWED: Mapping[str, Schema] = {
    "shell": {
        "type": "object",
        "properties": {
            "command": {
                "type": "array",
                "prefixItems": [{"const": "bash"}, {"const": "-lc"}, _SCRIPT],
                "items": False,
                "minItems": 3,
            }
        },
        "required": ["command"],
        "additionalProperties": False,
    },
    "exec_command": {
        "type": "object",
        "properties": {"cmd": _SCRIPT},
        "required": ["cmd"],
        "additionalProperties": False,
    },
}


class LocalTool(msgspec.Struct, frozen=True):
    """A function tool: `parameters` is its own schema, `grammar` the part of it that the model may use.

    `is_narrowed` says that the model has only a bash script to fill in.
    """

    name: str
    description: str
    parameters: Schema
    grammar: Schema
    is_narrowed: bool


class InvalidCall(ValueError):
    """The model's text is no valid call of an offered tool; the text says why."""


def offered_tools(tools: Sequence[Mapping[str, Any]], *, is_small: bool) -> tuple[LocalTool, ...]:
    """The tools of a chat payload that make sense here: those for text.

    A small model gets only the shell, narrowed to one bash script, if there is a shell.
    """
    functions = [tool["function"] for tool in tools if tool.get("type") == "function"]
    usable = [function for function in functions if function["name"] not in _TEXT_ONLY_NOT]
    narrowed = [function for function in usable if function["name"] in _NARROWED][:1] if is_small else []
    return tuple(_local_tool(function, narrow=bool(narrowed)) for function in narrowed or usable)


def _local_tool(function: Mapping[str, Any], *, narrow: bool) -> LocalTool:
    parameters = function["parameters"]
    grammar = _NARROWED[function["name"]] if narrow else {"additionalProperties": False, **parameters}
    return LocalTool(function["name"], function["description"], parameters, grammar, narrow)


def example_call(tool: LocalTool, script: str) -> str:
    """How a narrowed tool is called to run a script, as the model is to write it."""
    arguments = {"cmd": script} if tool.name == "exec_command" else {"command": ["bash", "-lc", script]}
    return msgspec.json.encode({"name": tool.name, "arguments": arguments}).decode()


def answer_grammar(tools: Sequence[LocalTool], *, may_answer: bool, is_small: bool) -> str:
    """The language of the next answer: a call of one of the tools, a text that does not look like one, or either.

    A small model's text is one sentence, for it would not find an end.
    """
    choices = [name for name, allowed in (("call", tools), ("text", may_answer)) if allowed]
    lines = ["%llguidance {}", f"start: {' | '.join(choices)}"]
    if "call" in choices:
        lines.append(f"call: %json {msgspec.json.encode(_calls_schema(tools)).decode()}")
    if "text" in choices:
        lines.append(f"text: {_ONE_SENTENCE if is_small else _ANY_TEXT}")
    return "\n".join(lines)


def _calls_schema(tools: Sequence[LocalTool]) -> Schema:
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": tool.name}, "arguments": tool.grammar},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for tool in tools
    ]
    layout = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
    return {"anyOf": calls, "x-guidance": layout}


def read_call(text: str, tools: Sequence[LocalTool]) -> tuple[str, str]:
    """The name and the arguments, as JSON text, of a call that fits its tool's schema; raises `InvalidCall`."""
    try:
        call = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidCall(f"it is not whole JSON ({error})") from error
    if not isinstance(call, dict) or call.keys() != {"name", "arguments"}:
        raise InvalidCall("it is not an object with a name and arguments")
    schema = next((tool.parameters for tool in tools if tool.name == call["name"]), None)
    if schema is None:
        raise InvalidCall(f"no tool is named {call['name']!r}")
    if not fits(call["arguments"], schema):
        raise InvalidCall(f"its arguments do not fit the schema of {call['name']}")
    return call["name"], msgspec.json.encode(call["arguments"]).decode()


def fits(value: Any, schema: Schema) -> bool:
    """Whether a decoded value fits a schema of the subset that tools are declared in."""
    if "anyOf" in schema and not any(fits(value, choice) for choice in schema["anyOf"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    kinds = schema.get("type")
    return any(_is_kind(value, kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds or [None]))


def _is_kind(value: Any, kind: str | None, schema: Schema) -> bool:
    match kind:
        case "object":
            return isinstance(value, dict) and _object_fits(value, schema)
        case "array":
            return isinstance(value, list) and all(fits(item, schema.get("items", {})) for item in value)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
    return True


def _object_fits(value: Mapping[str, Any], schema: Schema) -> bool:
    properties, extra = schema.get("properties", {}), schema.get("additionalProperties", True)
    if any(name not in value for name in schema.get("required") or ()):
        return False
    for name, member in value.items():
        if name in properties:
            if not fits(member, properties[name]):
                return False
        elif extra is False or (isinstance(extra, dict) and not fits(member, extra)):
            return False
    return True
