"""Single values that a program writes into `config.toml`, one or several at a time (`docs/config.md`).

All of them are written or none. What is not meant stays as it is, comments too; what the
types of the settings do not allow is refused.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from octavo.config.edit import edit_file, intend, same
from octavo.config.explain import MASK
from octavo.config.layers import CONFIG_FILE, read_text
from octavo.config.load import read_settings
from octavo.config.overrides import from_json, path_parts
from octavo.config.toml import Tree
from octavo.config.toml_edit import append_tables, has_pair, remove_below, set_value
from octavo.config.toml_text import table_text
from octavo.errors import ConfigError

Path = tuple[str, ...]


class ValueEdit(msgspec.Struct, frozen=True):
    """What is to stand at a path, in JSON; None removes it. With `merges` a table keeps what it has beside."""

    path: Path
    value: object
    merges: bool = False


class ChangedMeanwhile(ConfigError):
    """The file is not the one that the writer has seen."""


def file_version(home: str) -> str:
    """A name for what the file says now: `sha256:` and its hash; a missing file counts as an empty one."""
    import hashlib  # few programs write settings

    return f"sha256:{hashlib.sha256(read_text(os.path.join(home, CONFIG_FILE)).encode()).hexdigest()}"


def parse_key_path(text: str) -> Path:
    """The keys of a dotted path; a key in quotes may hold dots. Raises `ConfigError`."""
    if not text.strip():
        raise ConfigError("keyPath must not be empty")
    parts = path_parts(text)
    if not all(part.strip() for part in parts):
        raise ConfigError("keyPath segments must not be empty")
    return parts


def write_values(home: str, edits: Sequence[ValueEdit], expected_version: str | None = None) -> None:
    """Write them in their order. Raises `ConfigError`; `ChangedMeanwhile` for another version than expected."""
    if expected_version is not None and expected_version != file_version(home):
        raise ChangedMeanwhile("Configuration was modified since last read. Fetch latest version and retry.")

    def change(text: str, tree: Tree) -> str:
        for edit in edits:
            text = _applied(edit, text, tree)
        read_settings(tree)
        return text

    try:
        edit_file(home, change, lambda found, meant: same(_without_empty(found), _without_empty(meant)))
    except RecursionError:
        raise ConfigError("the value is nested too deeply") from None


def _applied(edit: ValueEdit, text: str, tree: Tree) -> str:
    *above, key = edit.path
    table = tuple(above)
    if edit.value is None:
        intend(tree, table, key, None)
        return remove_below(text, edit.path)
    value = from_json(_without_nulls(edit.value))
    if any(leaf == MASK for _, leaf in _leaves(value, edit.path)):
        raise ConfigError(f"`{MASK}` stands for a secret that is not shown; leave it out or write the secret itself")
    if not isinstance(value, dict):
        intend(tree, table, key, value)
        if not has_pair(text, edit.path):
            text = remove_below(text, edit.path)
        return set_value(text, table, key, value)
    if not edit.merges:
        intend(tree, table, key, None)
        text = remove_below(text, edit.path)
    if not value:
        return text if edit.merges else append_tables(text, table_text(edit.path, {}), beside=edit.path[:1])
    for path, leaf in _leaves(value, edit.path):
        intend(tree, path[:-1], path[-1], leaf)
        text = set_value(text, path[:-1], path[-1], leaf)
    return text


def _leaves(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    else:
        yield path, value


def _without_nulls(value: object) -> object:
    """TOML has no null: a member that is one is not there."""
    if isinstance(value, Mapping):
        return {str(key): _without_nulls(below) for key, below in value.items() if below is not None}
    if isinstance(value, list | tuple):
        if None in value:
            raise ConfigError("a list in config.toml cannot hold null")
        return [_without_nulls(item) for item in value]
    return value


def _without_empty(value: object) -> object:
    """A table that only a dotted key made is gone with it, and means the same as an empty one."""
    if not isinstance(value, dict):
        return value
    shown = {key: _without_empty(below) for key, below in value.items()}
    return {key: below for key, below in shown.items() if below != {}}
