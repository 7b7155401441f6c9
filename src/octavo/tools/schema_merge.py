"""Two schemas of the subset as one: both have to hold, or either (`docs/models.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Schema = dict[str, Any]

_MOST_CHOICES = 200
"""How many choices a value may have: choices among choices multiply."""


def both_of(first: Schema, second: Schema) -> Schema:
    """A schema for what both allow, as far as the subset can tell; the first one's words come first."""
    if not first or not second:
        return dict(first or second)
    if "anyOf" in first or "anyOf" in second:
        return _with_choices(first, second)
    merged: Schema = {}
    kinds = _common_kinds(first, second)
    if kinds:
        merged["type"] = kinds[0] if len(kinds) == 1 else kinds
    if "enum" in first and "enum" in second:
        merged["enum"] = [value for value in first["enum"] if value in second["enum"]] or first["enum"]
    elif "enum" in first or "enum" in second:
        merged["enum"] = first.get("enum") or second["enum"]
    if "properties" in first or "properties" in second:
        merged |= _both_objects(first, second)
    if "items" in first or "items" in second:
        merged["items"] = both_of(first.get("items", {}), second.get("items", {}))
    if description := first.get("description") or second.get("description"):
        merged["description"] = description
    return merged


def either_of(first: Schema, second: Schema) -> Schema:
    """An object for what either of two objects allows: all their properties, and what both require."""
    ours, theirs = first.get("properties", {}), second.get("properties", {})
    properties = {
        name: choice_of([one[name] for one in (ours, theirs) if name in one]) for name in sorted({*ours, *theirs})
    }
    merged: Schema = {"type": "object", "properties": properties}
    required = [name for name in first.get("required", ()) if name in second.get("required", ())]
    return {**merged, "required": required} if required else merged


def choice_of(choices: Sequence[Schema]) -> Schema:
    """One of several schemas; values that are told one by one become one list."""
    different = without_doubles(choices)
    if len(different) > _MOST_CHOICES:
        return {"type": "string"} if all(one.get("type") == "string" for one in different) else {"type": "object"}
    kinds = {str(one.get("type")) for one in different}
    if len(different) > 1 and len(kinds) == 1 and all(one.keys() == {"type", "enum"} for one in different):
        values = [value for one in different for value in one["enum"]]
        return {**different[0], "enum": [value for place, value in enumerate(values) if value not in values[:place]]}
    return dict(different[0]) if len(different) == 1 else {"anyOf": different}


def without_doubles(schemas: Sequence[Schema]) -> list[Schema]:
    """The different ones, in order, with choices inside of choices laid flat."""
    flat: list[Schema] = []
    for schema in schemas:
        members = schema["anyOf"] if schema.keys() == {"anyOf"} else [schema]
        flat += [member for member in members if member not in flat]
    return flat


def _with_choices(first: Schema, second: Schema) -> Schema:
    """Choices, each of which has to hold together with the other schema."""
    chooser, other = (first, second) if "anyOf" in first else (second, first)
    beside = {key: value for key, value in chooser.items() if key != "anyOf"}
    words = {"description": text} if (text := first.get("description") or second.get("description")) else {}
    bare = {key: value for key, value in other.items() if key != "description"}
    rest = both_of({key: value for key, value in beside.items() if key != "description"}, bare)
    return {**choice_of([both_of(member, rest) for member in chooser["anyOf"]]), **words}


def _both_objects(first: Schema, second: Schema) -> Schema:
    ours, theirs = first.get("properties", {}), second.get("properties", {})
    names = sorted({*ours, *theirs})
    merged: Schema = {"properties": {name: both_of(ours.get(name, {}), theirs.get(name, {})) for name in names}}
    if "required" in first or "required" in second:
        merged["required"] = list(dict.fromkeys([*first.get("required", ()), *second.get("required", ())]))
    extras = [one["additionalProperties"] for one in (first, second) if "additionalProperties" in one]
    if extras:
        # Each part forbids what only the other one names, so what is forbidden has no place beside another part.
        merged["additionalProperties"] = next((extra for extra in extras if extra is not False), False)
    return merged


def _common_kinds(first: Schema, second: Schema) -> list[str]:
    ours, theirs = _kinds(first), _kinds(second)
    common = [kind for kind in ours if kind in theirs or (kind == "integer" and "number" in theirs)]
    common += [kind for kind in theirs if kind == "integer" and "number" in ours and kind not in common]
    return common or ours or theirs


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)
