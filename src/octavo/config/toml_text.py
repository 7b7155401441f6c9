"""Values and tables as TOML text."""

from __future__ import annotations

from collections.abc import Mapping

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def key_text(key: str) -> str:
    """One part of a key: bare where that is allowed, else quoted."""
    return key if key and _BARE.issuperset(key) else string_text(key)


def string_text(value: str) -> str:
    """A string on one line; without escapes where it can do without."""
    has_controls = any(ord(char) < 0x20 or ord(char) == 0x7F for char in value)
    if not has_controls and "'" not in value and ("\\" in value or '"' in value):
        return f"'{value}'"
    return f'"{"".join(_escaped(char) for char in value)}"'


def value_text(value: object) -> str:
    """Any TOML value on one line; tables are written inline."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return string_text(value)
        case int() | float():
            return repr(value)
        case list() | tuple():
            return f"[{', '.join(value_text(item) for item in value)}]"
        case Mapping():
            pairs = [f"{key_text(str(key))} = {value_text(item)}" for key, item in value.items()]
            return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
        case _:
            from octavo.config.type_errors import toml_date_text

            return toml_date_text(value) or string_text(str(value))


def header_text(path: tuple[str, ...]) -> str:
    """The header line of a table, without line break."""
    return f"[{'.'.join(key_text(part) for part in path)}]"


def table_text(path: tuple[str, ...], table: Mapping[str, object]) -> str:
    """A table under its header and its sub-tables below it, with blank lines between them.

    The header is left out where the table has nothing but sub-tables.
    """
    pairs = [f"{key_text(key)} = {value_text(value)}\n" for key, value in table.items() if not _is_table(value)]
    blocks = [f"{header_text(path)}\n{''.join(pairs)}"] if pairs or not table else []
    for key, value in table.items():
        if isinstance(value, Mapping):
            blocks.append(table_text((*path, key), value))
    return "\n".join(blocks)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\u{ord(char):04x}" if ord(char) < 0x20 or ord(char) == 0x7F else char
