"""TOML as a tree, and trees in their types; text that is no TOML is shown with the line at fault (`docs/config.md`)."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import msgspec

from octavo.config.plain_toml import plain_toml
from octavo.errors import ConfigError

Tree: TypeAlias = dict[str, object]
T = TypeVar("T")


def parse_toml(text: str, source: str) -> Tree:
    """TOML as a tree; `ConfigError` with the place in `source` and what is wrong there."""
    if (plain := plain_toml(text)) is not None:
        return plain
    import tomllib  # 2 ms that a start with plain files does not pay

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_shown(str(error), text, source)) from error
    except RecursionError:
        raise ConfigError(f"{source} is nested too deeply") from None


def convert_tree(tree: object, wanted: type[T], path: str = "") -> T:
    """Part of a tree in its type, where `path` leads to that part; `ConfigError` names what does not fit."""
    try:
        return msgspec.convert(tree, wanted)
    except msgspec.ValidationError:
        from octavo.config.type_errors import convert_reporting  # only where something is odd

        return convert_reporting(tree, wanted, path)


def convert_table(table: Tree, wanted: type[T]) -> T:
    """The same for a table whose keys are all optional and have the names of the fields.

    Only the types of keys that are there are looked at: taking the whole configuration's apart takes 1 ms.
    """
    types = wanted.__annotations__
    try:
        return wanted(**{key: msgspec.convert(value, types[key]) for key, value in table.items() if key in types})
    except msgspec.ValidationError:
        return convert_tree(table, wanted)


def _shown(message: str, text: str, source: str) -> str:
    """Where in `source` the parser stopped, that line with a mark below it, and the parser's reason."""
    reason, line, column = _place(message, text)
    lines = text.split("\n")
    excerpt = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    margin = " " * len(str(line))
    mark = "".join("\t" if char == "\t" else " " for char in excerpt[: column - 1])
    return (
        f"TOML parse error at line {line}, column {column}\n"
        f"{margin} |\n"
        f"{line} | {excerpt}\n"
        f"{margin} | {mark}^\n"
        f"{reason} (in {source})"
    )


def _place(message: str, text: str) -> tuple[str, int, int]:
    """The parser's reason without its place, and that place as line and column from 1."""
    import re  # only for a file that is wrong

    reason = re.sub(r" \(at (?:line \d+, column \d+|end of document)\)$", "", message)
    found = re.search(r"\(at line (\d+), column (\d+)\)$", message)
    if found:
        return reason, int(found[1]), int(found[2])
    before, _, last = text.rpartition("\n")
    return reason, before.count("\n") + 1 + ("\n" in text), len(last) + 1
