"""Settings of a wrong type, in the words users of Codex know, and dates where text is wanted (`docs/config.md`).

This is the slow road: it is only taken when msgspec refuses a tree as a whole. It
walks the tree along the same types, names the first value that does not fit (tables
in the order of their keys), and turns TOML dates into text where text is wanted.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from octavo.errors import ConfigError

T = TypeVar("T")

_NOTIFICATIONS = "tui.notifications"


def convert_reporting(tree: object, wanted: type[T], path: str = "") -> T:
    """`tree` as a `wanted`; `ConfigError` with the reason and the dotted path of what does not fit."""
    repaired = _walk(tree, wanted, path)
    try:
        return msgspec.convert(repaired, wanted)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{error}{_in(path)}") from error


def toml_date_text(value: object) -> str | None:
    """The text of a TOML date or time as it would be written in the file; None if `value` is neither."""
    import datetime

    if not isinstance(value, datetime.date | datetime.time):
        return None
    text = value.isoformat().replace("+00:00", "Z")
    whole, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = rest.rstrip("Z")[:6]
    return f"{whole}.{digits.rstrip('0')}{rest[6:]}"


def _walk(value: object, wanted: Any, path: str) -> object:
    """`value` with its dates turned into text where text is wanted."""
    shown_as = ""
    bounds = None
    if get_origin(wanted) is Annotated:
        wanted, bounds = get_args(wanted)
        shown_as = (bounds.extra or {}).get("shown_as", "")
    if isinstance(wanted, types.UnionType) or get_origin(wanted) is Union:
        return _walk_union(value, get_args(wanted), path)
    if get_origin(wanted) is Literal:
        return _walk_choice(value, get_args(wanted), path)
    if get_origin(wanted) is tuple:
        if not isinstance(value, list):
            raise _wrong_type(value, "a sequence", path)
        return [_walk(item, get_args(wanted)[0], path) for item in value]
    if get_origin(wanted) in {Mapping, dict}:
        table = _expect_table(value, path)
        return {key: _walk(table[key], get_args(wanted)[1], _join(path, key)) for key in sorted(table)}
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _walk_struct(value, wanted, path)
    if wanted is int:
        return _walk_integer(value, bounds, shown_as, path)
    return _walk_scalar(value, wanted, path)


def _walk_integer(value: object, bounds: Any, shown_as: str, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong_type(value, shown_as, path)
    if not bounds.ge <= value <= bounds.le:
        raise ConfigError(f"invalid value: integer `{value}`, expected {shown_as}{_in(path)}")
    return value


def _walk_scalar(value: object, wanted: type, path: str) -> object:
    if wanted is str:
        text = value if isinstance(value, str) else toml_date_text(value)
        if text is None:
            raise _wrong_type(value, "a string", path)
        return text
    if wanted is bool and not isinstance(value, bool):
        raise _wrong_type(value, "a boolean", path)
    if wanted is float and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise _wrong_type(value, "f64", path)
    return value


def _walk_struct(value: object, wanted: type[msgspec.Struct], path: str) -> object:
    table = _expect_table(value, path)
    fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
    walked = {
        key: _walk(table[key], fields[key].type, _join(path, key)) if key in fields else table[key]
        for key in sorted(table)
    }
    for name, field in fields.items():
        if field.required and name not in table:
            raise ConfigError(f"missing field `{name}`{_in(path)}")
    return walked


def _walk_union(value: object, choices: tuple[Any, ...], path: str) -> object:
    if path == _NOTIFICATIONS:
        return _walk_notifications(value, path)
    some = [choice for choice in choices if choice is not types.NoneType]
    if len(some) == 1:
        return _walk(value, some[0], path)
    [other, table] = some
    if path.partition(".")[0] == "otel":
        return _walk_exporter(value, table, path)
    return _walk(value, table if isinstance(value, dict) else other, path)


def _walk_notifications(value: object, path: str) -> object:
    if isinstance(value, list):
        texts = [item if isinstance(item, str) else toml_date_text(item) for item in value]
        if all(text is not None for text in texts):
            return texts
    if not isinstance(value, bool):
        raise ConfigError(f"data did not match any variant of untagged enum Notifications{_in(path)}")
    return value


def _walk_exporter(value: object, wanted: type[msgspec.Struct], path: str) -> object:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(wanted)}
    choices = ("none", *fields)
    if not isinstance(value, dict):
        name = _walk_choice(value, choices, path)
        if name != "none":
            raise ConfigError(f'`{name}` needs a table: {{ {name} = {{ endpoint = "…", … }} }}{_in(path)}')
        return name
    for key in sorted(value):
        _walk_choice(key, choices, path)
    if len(value) != 1:
        raise ConfigError(f"wanted exactly 1 element, found {len(value)} elements{_in(path)}")
    [(name, settings)] = value.items()
    # The exporter's own name is no part of the path in the messages that people know.
    return "none" if name == "none" else {name: _walk(settings, fields[name], path)}


def _walk_choice(value: object, choices: tuple[str, ...], path: str) -> str:
    text = value if isinstance(value, str) else toml_date_text(value)
    if text is None:
        raise _wrong_type(value, "a string", path)
    if text in choices:
        return text
    quoted = [f"`{choice}`" for choice in choices]
    expected = " or ".join(quoted) if len(quoted) == 2 else f"one of {', '.join(quoted)}"
    raise ConfigError(f"unknown variant `{text}`, expected {expected}{_in(path)}")


def _expect_table(value: object, path: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _wrong_type(value, "a map", path)
    return value


def _wrong_type(value: object, expected: str, path: str) -> ConfigError:
    return ConfigError(f"invalid type: {_shown(value)}, expected {expected}{_in(path)}")


def _shown(value: object) -> str:
    match value:
        case bool():
            return f"boolean `{str(value).lower()}`"
        case int():
            return f"integer `{value}`"
        case float():
            return f"floating point `{_shown_float(value)}`"
        case dict():
            return "map"
        case list():
            return "sequence"
        case _:
            text = value if isinstance(value, str) else toml_date_text(value) or ""
            return f"string {msgspec.json.encode(text).decode()}"


def _shown_float(value: float) -> str:
    import math
    from decimal import Decimal

    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else str(value)
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _in(path: str) -> str:
    return f"\nin `{path}`" if path else ""
