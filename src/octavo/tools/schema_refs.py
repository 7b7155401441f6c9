"""References in a foreign JSON Schema, replaced by what they stand for (`docs/models.md`).

Not all providers follow references, and none follows those to other documents. A schema
that holds itself ends in a place that takes anything of the right type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

_MOST_REFERENCES = 400
"""How many references are followed in one schema: written out, a few lines can become gigabytes."""
_KEPT_OF_ENDLESS = ("type", "enum", "const", "description")


class References:
    """Follows the references of one schema, in which `root` is the whole."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._followed = 0

    def resolved(self, schema: Mapping[str, Any], inside: tuple[str, ...]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The schema without a reference of its own, and the references that it stands inside of by now.

        What stands beside a reference adds to it, or comes before it where both say something.
        """
        while isinstance(name := schema.get("$ref", schema.get("$dynamicRef")), str):
            beside = {key: value for key, value in schema.items() if key not in ("$ref", "$dynamicRef")}
            target = self._target(name)
            self._followed += 1
            if name in inside or self._followed > _MOST_REFERENCES:
                return {**_ending_of(target), **beside}, inside
            schema, inside = {**target, **beside}, (*inside, name)
        return schema, inside

    def _target(self, name: str) -> Mapping[str, Any]:
        """What a reference leads to; a place that takes any object where it leads nowhere."""
        place: Any = self._root
        path, is_here = name.removeprefix("#"), name.startswith("#")
        steps = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]] if path else []
        if path and not path.startswith("/"):
            place, steps = self._anchored(path), []
        for step in steps:
            if isinstance(place, Mapping):
                place = place.get(step, place.get(_unquoted(step)))
            elif isinstance(place, list) and step.isdigit() and int(step) < len(place):
                place = place[int(step)]
            else:
                place = None
        return place if is_here and isinstance(place, Mapping) else {"type": "object"}

    def _anchored(self, name: str) -> Any:
        for key in ("$defs", "definitions"):
            for schema in (self._root.get(key) or {}).values():
                if isinstance(schema, Mapping) and name in (schema.get("$anchor"), schema.get("$dynamicAnchor")):
                    return schema
        return None


def _ending_of(schema: Mapping[str, Any]) -> Schema:
    """What is left of a schema where it would begin again."""
    kept = {key: schema[key] for key in _KEPT_OF_ENDLESS if key in schema}
    return kept if "type" in kept or "enum" in kept or "const" in kept else {"type": "object", **kept}


def _unquoted(step: str) -> str:
    from urllib.parse import unquote  # hardly any name needs it

    return unquote(step) if "%" in step else step
