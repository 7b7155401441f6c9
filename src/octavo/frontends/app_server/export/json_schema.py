"""The types as JSON Schema (draft 7): a file for each, and one with all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from octavo.frontends.app_server.export.names import pascal
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

DRAFT = "http://json-schema.org/draft-07/schema#"
BUNDLE = "codex_app_server_protocol.schemas.json"
BUNDLE_OF_TODAY = "codex_app_server_protocol.v2.schemas.json"
_BASES = {
    "ClientNotification": "Notification",
    "ClientRequest": "Request",
    "ServerNotification": "Notification",
    "ServerRequest": "Request",
}
"""What titles of variants end with, where it is not the name of the union."""

Schema = dict[str, Any]


def json_schemas(named: Named) -> Mapping[str, str]:
    """File name below the target folder to text, for the first generation, with the shapes of lines."""
    return _files(named | _messages(), BUNDLE, "")


_HANDSHAKE = ("InitializeParams.json", "InitializeResponse.json")


def json_schemas_of_today(named: Named) -> Mapping[str, str]:
    """The same for clients of today: their types have a folder of their own, and the handshake one more."""
    files = _files(named, BUNDLE_OF_TODAY, "v2/")
    return {**files, **{f"v1/{name}": files[f"v2/{name}"] for name in _HANDSHAKE}}


def _files(every: Named, bundle_name: str, folder: str) -> Mapping[str, str]:
    definitions = {name: {"title": name, **_schema(every[name], _BASES.get(name, name))} for name in sorted(every)}
    files = {f"{folder}{name}.json": _document(name, definitions, every) for name in definitions}
    bundle = {
        "$schema": DRAFT,
        "title": "CodexAppServerProtocol",
        "type": "object",
        "definitions": definitions,
    }
    files[bundle_name] = _pretty(bundle)
    return files


def _messages() -> Named:
    """The shapes of lines, whatever they say."""
    request_id, anything = Ref("RequestId"), Plain("any")
    params = Field("params", anything, may_lack=True)
    error = Record(
        (Field("code", Plain("integer")), Field("message", Plain("string")), Field("data", anything, may_lack=True))
    )
    lines: Named = {
        "JSONRPCRequest": Record((Field("id", request_id), Field("method", Plain("string")), params)),
        "JSONRPCNotification": Record((Field("method", Plain("string")), params)),
        "JSONRPCResponse": Record((Field("id", request_id), Field("result", anything))),
        "JSONRPCError": Record((Field("id", request_id), Field("error", Ref("JSONRPCErrorError")))),
    }
    return {**lines, "JSONRPCMessage": Either(tuple(map(Ref, lines))), "JSONRPCErrorError": error}


def _document(name: str, definitions: Mapping[str, Schema], named: Named) -> str:
    reached, waiting = set[str](), [name]
    while waiting:
        for other in _reached(named[waiting.pop()]) - reached:
            reached.add(other)
            waiting.append(other)
    parts = {other: definitions[other] for other in sorted(reached)}
    return _pretty({"$schema": DRAFT, **definitions[name], **({"definitions": parts} if parts else {})})


def _reached(shape: Shape) -> set[str]:
    # A variant's own fields are written where it stands, so what they speak of counts, not its name.
    match shape:
        case Variant(_, _, record):
            return references(record)
        case Either(options):
            return set[str]().union(*map(_reached, options))
        case _:
            return references(shape)


def _pretty(schema: Schema) -> str:
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"


def _schema(shape: Shape, base: str = "") -> Schema:
    match shape:
        case Plain("any"):
            return {}
        case Plain("big"):
            return {"type": "integer", "format": "int64"}
        case Plain(kind):
            return {"type": kind}
        case Ref(name):
            return {"$ref": f"#/definitions/{name}"}
        case Choice(values):
            return {"type": "string", "enum": list(values)}
        case ListOf(item):
            return {"type": "array", "items": _schema(item)}
        case MapOf(value):
            return {"type": "object", "additionalProperties": _schema(value)}
        case Record(fields, closed):
            return _object(fields, closed)
        case Variant():
            return _variant(shape, base)
        case Either(options):
            parts = [_schema(option, base) for option in options]
            tagged = all(isinstance(option, Variant) for option in options)
            return {"oneOf" if tagged else "anyOf": parts}


def _object(fields: tuple[Field, ...], closed: bool) -> Schema:
    schema: Schema = {"type": "object"}
    if required := [field.name for field in fields if not field.may_lack]:
        schema["required"] = required
    if fields:
        schema["properties"] = {field.name: _schema(field.shape) for field in fields}
    if closed:
        schema["additionalProperties"] = False
    return schema


def _variant(variant: Variant, base: str) -> Schema:
    title = pascal(variant.tag) + base
    schema = _object(variant.record.fields, closed=False)
    field = variant.tag_field
    tag = {"type": "string", "enum": [variant.tag], "title": title + pascal(field)}
    return {
        "title": title,
        **schema,
        "required": [field, *schema.get("required", [])],
        "properties": {field: tag, **schema.get("properties", {})},
    }
