"""The generated pages: settings from the types of the configuration, protocols from the types of the wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import inspect

from octavo.config.agents import AgentFile
from octavo.config.schema import AgentToml, ConfigToml
from octavo.frontends.app_server.dialect import Method
from octavo.frontends.app_server.v1 import methods as first
from octavo.frontends.app_server.v2 import methods as today
from octavo.frontends.exec import exec_events
from octavo.frontends.jsonrpc.places import at_place
from octavo.protocol import events, ops
from type_words import about, fields_table, name_of, structs_in, words

NOTE = "*Made from the types in the code, so it is complete and in force.*\n"


def settings() -> str:
    """Every key of `config.toml`."""
    top = _struct(ConfigToml)
    lines = ["# Every setting", "", NOTE, "What the keys mean stands in [Configuration](../config.md).", ""]
    lines += ["| Key | Type |", "|---|---|"]
    lines += [f"| `{field.encode_name}` | {words(field.type).removesuffix(' or null')} |" for field in top.fields]
    lines += ["", "## Tables", ""]
    tables: dict[str, inspect.StructType] = {}
    for field in top.fields:
        structs_in(field.type, tables)
    for kind in (AgentToml, AgentFile):
        structs_in(_struct(kind), tables)
    return "\n".join([*lines, *_sections(tables)])


def conversation_events() -> str:
    """What conversations tell and take."""
    told = [_struct(kind) for kind in events.Msg.__subclasses__()]
    asked = [_struct(kind) for kind in ops.Operation.__subclasses__()]
    lines = ["# Events and operations", "", NOTE, "How they follow each other: [Protocol](../protocol.md).", ""]
    lines += ["## Events", "", *_by_tag(told), "## Operations", "", *_by_tag(asked), "## Their parts", ""]
    return "\n".join([*lines, *_sections(_parts([*told, *asked]))])


def exec_lines() -> str:
    """The lines of `exec --json`."""
    kinds = [
        kind for kind in vars(exec_events).values() if isinstance(kind, type) and hasattr(kind, "__struct_fields__")
    ]
    known = {name_of(one): one for one in map(_struct, kinds) if one.fields}
    lines = ["# Lines of exec --json", "", NOTE, "What they mean: [exec](../exec.md).", ""]
    return "\n".join([*lines, *_sections(known)])


def app_server() -> str:
    """The methods of the app server for today's clients."""
    return _dialect("Methods of the app server", "[App server](../app-server-v2.md)", today)


def first_app_server() -> str:
    """The same for clients of the first generation."""
    return _dialect("Methods of the first generation", "[App server](../app-server.md)", first)


def _dialect(title: str, page: str, dialect: Any) -> str:
    known: dict[str, inspect.StructType] = {}
    requests = [*_methods(dialect.REQUESTS, known)]
    questions = [*_methods(dialect.SERVER_REQUESTS, known)]
    notices = [*_notices(dialect.NOTIFICATIONS, known)]
    head = ["| Method | Params | Result |", "|---|---|---|"]
    lines = [f"# {title}", "", NOTE, f"How a client uses them: {page}.", ""]
    lines += ["## Requests of the client", "", *head, *requests, ""]
    lines += ["## Requests of the server", "", *head, *questions, ""]
    lines += ["## Notifications of the server", "", "| Method | Params |", "|---|---|", *notices, ""]
    return "\n".join([*lines, "## Types", "", *_sections(known)])


def _methods(methods: Mapping[str, Method], known: dict[str, inspect.StructType]) -> Iterator[str]:
    for name, method in methods.items():
        given, result = inspect.type_info(method.params), inspect.type_info(method.result)
        structs_in(given, known)
        structs_in(result, known)
        yield f"| `{name}` | {words(given)} | {words(result)} |"


def _notices(notices: Mapping[str, str], known: dict[str, inspect.StructType]) -> Iterator[str]:
    for name, place in notices.items():
        info = inspect.type_info(at_place(place))
        structs_in(info, known)
        yield f"| `{name}` | {words(info)} |"


def _by_tag(kinds: Iterable[inspect.StructType]) -> Iterator[str]:
    for kind in kinds:
        yield f"### {kind.tag}"
        yield ""
        yield about(kind)
        yield ""
        yield from fields_table(kind)


def _parts(kinds: Iterable[inspect.StructType]) -> dict[str, inspect.StructType]:
    known: dict[str, inspect.StructType] = {}
    for kind in kinds:
        for field in kind.fields:
            structs_in(field.type, known)
    return known


def _sections(known: Mapping[str, inspect.StructType]) -> Iterator[str]:
    for name in sorted(known):
        yield f"### {name}"
        yield ""
        yield about(known[name])
        yield ""
        yield from fields_table(known[name])


def _struct(kind: Any) -> inspect.StructType:
    info = inspect.type_info(kind)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{kind} is no struct")
    return info


PAGES = {
    "reference/settings.md": settings,
    "reference/events.md": conversation_events,
    "reference/exec-json.md": exec_lines,
    "reference/app-server-methods.md": app_server,
    "reference/app-server-v1-methods.md": first_app_server,
}
