"""The types as TypeScript: a file for each, and an index."""

from __future__ import annotations

from collections.abc import Mapping

from octavo.frontends.app_server.export.shapes import (
    Choice,
    Either,
    Field,
    ListOf,
    MapOf,
    Named,
    Plain,
    Record,
    Ref,
    Shape,
    Variant,
    references,
)

HEAD = "// GENERATED CODE! DO NOT MODIFY BY HAND!\n\n"
_JSON_VALUE = (
    "export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]?: JsonValue } | null;\n"
)
_PLAIN = {"integer": "number", "big": "bigint", "any": "JsonValue"}


def typescript(named: Named) -> Mapping[str, str]:
    """File name below the target folder to text."""
    files = {f"{name}.ts": HEAD + _file(name, shape) for name, shape in named.items()}
    files["index.ts"] = HEAD + "".join(f'export type {{ {name} }} from "./{name}";\n' for name in sorted(named))
    files["serde_json/JsonValue.ts"] = _JSON_VALUE
    return files


def _file(name: str, shape: Shape) -> str:
    text = _written(shape)
    others = sorted(references(shape) - {name})
    imports = "".join(f'import type {{ {other} }} from "./{other}";\n' for other in others)
    if "JsonValue" in text:
        imports += 'import type { JsonValue } from "./serde_json/JsonValue";\n'
    return f"{imports}\nexport type {name} = {text};\n".lstrip("\n")


def _written(shape: Shape) -> str:
    match shape:
        case Plain(kind):
            return _PLAIN.get(kind, kind)
        case Ref(name):
            return name
        case Choice(values):
            return " | ".join(f'"{value}"' for value in values)
        case ListOf(item):
            return f"Array<{_written(item)}>"
        case MapOf(value):
            return f"{{ [key in string]?: {_written(value)} }}"
        case Record(()):
            return "Record<string, never>"
        case Record(fields):
            return f"{{ {''.join(map(_field, fields))}}}"
        case Variant(tag_field, tag, record, name):
            if name:
                return f'{{ "{tag_field}": "{tag}" }} & {name}'
            rest = "".join(map(_field, record.fields))
            return f'{{ "{tag_field}": "{tag}", {rest}}}' if rest else f'{{ "{tag_field}": "{tag}" }}'
        case Either(options):
            return " | ".join(dict.fromkeys(map(_written, options)))


def _field(field: Field) -> str:
    if field.name == "params" and field.shape == Plain("null"):
        return "params: undefined, "
    key = field.name if field.name.isidentifier() else f'"{field.name}"'
    if not field.is_left_out:
        return f"{key}: {_written(field.shape)}, "
    shape = field.shape
    if isinstance(shape, Either):
        shape = Either(tuple(option for option in shape.options if option != Plain("null")))
    return f"{key}?: {_written(shape)}, "
