"""Which keys a configuration may have, and which of a given tree mean nothing (`docs/config.md`)."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any, Union, get_args, get_origin

import msgspec

from octavo.config.features import ALIASES, STAGES
from octavo.config.schema import ConfigToml
from octavo.config.toml import Tree

_FEATURES = "features"


def unknown_keys(tree: Tree) -> Iterator[tuple[str, str | None]]:
    """Each dotted path in `tree` that means nothing, with the known one it may stand for.

    Only the topmost unknown key of a branch is named. The known one is a key of the same
    name elsewhere, else the most similar name beside it, else the most similar anywhere.
    """
    everywhere = dict(_known_paths(ConfigToml, ""))
    for path, siblings in _unknown_in(tree, ConfigToml, ""):
        yield path, _nearest(path, siblings, everywhere)


def known_paths() -> Iterator[str]:
    """The dotted path of every setting outside of the tables whose keys the user names."""
    return (path for path, _ in _known_paths(ConfigToml, "") if "<" not in path)


def _unknown_in(value: object, wanted: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    if not isinstance(value, dict):
        return
    wanted = _table_type(wanted)
    if wanted is None:
        return
    if get_origin(wanted) is Mapping:
        if path.rpartition(".")[2] == _FEATURES:
            names = [*STAGES, *ALIASES]
            yield from ((_join(path, name), names) for name in value if name not in names)
        for name, below in value.items():
            yield from _unknown_in(below, get_args(wanted)[1], _join(path, name))
        return
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(wanted)}
    for name, below in value.items():
        if name in fields:
            yield from _unknown_in(below, fields[name], _join(path, name))
        else:
            yield _join(path, name), list(fields)


def _known_paths(wanted: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every known path with its last part; `<name>` stands where the user chooses the name."""
    table = _table_type(wanted)
    if table is None:
        yield path, path.rpartition(".")[2]
    elif get_origin(table) is not Mapping:
        if _has_short_form(wanted) and not path.startswith("otel."):  # where to send telemetry is shown part by part
            yield path, path.rpartition(".")[2]
        for field in msgspec.structs.fields(table):
            yield from _known_paths(field.type, _join(path, field.encode_name))
    elif path == _FEATURES:
        yield from ((_join(path, name), name) for name in STAGES)
    elif _table_type(get_args(table)[1]) is None:
        yield path, path.rpartition(".")[2]
    else:
        yield from _known_paths(get_args(table)[1], _join(path, "<name>"))


def _has_short_form(wanted: Any) -> bool:
    """Whether a single value may stand for the table."""
    return any(part is not types.NoneType and _table_type(part) is None for part in get_args(wanted))


def _table_type(wanted: Any) -> Any:
    """The table that a value of this type may be, or None."""
    if isinstance(wanted, types.UnionType) or get_origin(wanted) is Union:
        return next((table for part in get_args(wanted) if (table := _table_type(part)) is not None), None)
    if get_origin(wanted) is Mapping or (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)):
        return wanted
    return None


def _nearest(path: str, siblings: list[str], everywhere: Mapping[str, str]) -> str | None:
    import difflib

    above, _, name = path.rpartition(".")
    for known, last in everywhere.items():
        if last == name:
            return known
    for similar in difflib.get_close_matches(name, siblings, 1):
        return _join(above, similar)
    for similar in difflib.get_close_matches(name, everywhere.values(), 1):
        return next(known for known, last in everywhere.items() if last == similar)
    return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
