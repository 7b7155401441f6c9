"""TOML as most people write it, read without the whole parser, which takes a tenth of a start to import.

What is read is what stands on one line each: headings of tables, and keys with a string, a whole number, `true`,
`false` or an array of strings. For everything else, mistakes included, there is no answer here and the parser has to
be asked: this never takes what it refuses, and never reads it in another way.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as `typing` has it
if TYPE_CHECKING:
    from octavo.config.toml import Tree

_BLANKS = " \t"
_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_CONTROLS = tuple(chr(code) for code in (*range(32), 127) if chr(code) not in "\t\n")
_MOST_DIGITS = 15


class _NotPlainError(Exception):
    """It takes the whole parser."""


def plain_toml(text: str) -> Tree | None:
    """The tree; None where the whole parser has to be asked."""
    text = text.replace("\r\n", "\n")
    if '"""' in text or "'''" in text or any(control in text for control in _CONTROLS):
        return None
    try:
        return _tree(text)
    except _NotPlainError:
        return None


def _tree(text: str) -> Tree:
    root: Tree = {}
    table = root
    headings: set[tuple[str, ...]] = set()
    for row in text.split("\n"):
        line = row.strip(_BLANKS)
        if not line or line[0] == "#":
            continue
        if line[0] == "[":
            path = _heading(line)
            if path in headings:
                raise _NotPlainError
            headings.add(path)
            table = _table(root, path)
            continue
        key, equals, value = line.partition("=")
        key = _key(key.rstrip(_BLANKS))
        if not equals or key in table:
            raise _NotPlainError
        table[key] = _value(value.lstrip(_BLANKS))
    return root


def _table(root: Tree, path: tuple[str, ...]) -> Tree:
    table = root
    for part in path:
        below = table.setdefault(part, {})
        if not isinstance(below, dict):
            raise _NotPlainError
        table = below
    return table


def _heading(line: str) -> tuple[str, ...]:
    """The path in `[a.b."c d"]`."""
    if line[-1] != "]":
        raise _NotPlainError
    parts, rest = [], line[1:-1]
    while True:
        end = _part_end(rest)
        parts.append(_key(rest[:end]))
        rest = rest[end:]
        if not rest:
            return tuple(parts)
        if rest[0] != ".":
            raise _NotPlainError
        rest = rest[1:]


def _part_end(text: str) -> int:
    if text[:1] in ('"', "'"):
        return text.find(text[0], 1) + 1
    return text.find(".") if "." in text else len(text)


def _key(text: str) -> str:
    if text[:1] in ('"', "'"):
        key, rest = _string(text)
        if rest or not key:
            raise _NotPlainError
        return key
    if not text or not _BARE.issuperset(text):
        raise _NotPlainError
    return text


def _value(text: str) -> object:
    if text[:1] in ('"', "'"):
        value, rest = _string(text)
        _end(rest)
        return value
    if text[:1] == "[":
        return _array(text[1:])
    word = text.partition("#")[0].rstrip(_BLANKS)
    if word in ("true", "false"):
        return word == "true"
    digits = word.removeprefix("-")
    if (
        len(digits) > _MOST_DIGITS
        or not (digits.isascii() and digits.isdigit())
        or (digits[0] == "0" and digits != "0")
    ):
        raise _NotPlainError
    return int(word)


def _array(text: str) -> list[object]:
    """Strings up to the closing bracket on the same line."""
    values: list[object] = []
    while True:
        text = text.lstrip(_BLANKS)
        if text[:1] in ('"', "'"):
            value, text = _string(text)
            values.append(value)
            text = text.lstrip(_BLANKS)
            if text[:1] == ",":
                text = text[1:]
                continue
        if text[:1] != "]":
            raise _NotPlainError
        _end(text[1:])
        return values


def _string(text: str) -> tuple[str, str]:
    """A string without escapes, and what follows it."""
    end = text.find(text[0], 1)
    value = text[1:end]
    if end < 0 or (text[0] == '"' and "\\" in value):
        raise _NotPlainError
    return value, text[end + 1 :]


def _end(text: str) -> None:
    """Nothing may follow on the line but a remark."""
    text = text.lstrip(_BLANKS)
    if text and text[0] != "#":
        raise _NotPlainError
