"""Where each statement of a TOML text stands, so that edits can leave every other byte alone (`docs/config.md`).

The text has to be valid TOML with LF line ends: it is only taken apart here, not checked.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Path = tuple[str, ...]


class Statement(msgspec.Struct, frozen=True):
    """One table header or one `key = value`, as offsets into the text.

    `lead` begins the blank lines and comments before it, `start` the statement itself,
    and `end` is behind its line break. A pair's value lies between `value_start` and
    `value_end`; a header has none. `path` is absolute; `table` is the header's that a
    pair stands under.
    """

    kind: Literal["header", "pair"]
    path: Path
    table: Path
    lead: int
    start: int
    end: int
    value_start: int = 0
    value_end: int = 0


def scan(text: str) -> list[Statement]:
    """Every statement of `text` in order."""
    statements: list[Statement] = []
    table: Path = ()
    lead = 0
    while True:
        start = _skip_trivia(text, lead)
        if start == len(text):
            return statements
        if text[start] == "[":
            opening = 2 if text.startswith("[[", start) else 1
            table, at = _read_key(text, start + opening)
            end = _line_end(text, at)
            statements.append(Statement("header", table, table, lead, start, end))
        else:
            key, at = _read_key(text, start)
            value_start = _skip_blanks(text, at + 1)
            value_end = _value_end(text, value_start)
            end = _line_end(text, value_end)
            statements.append(Statement("pair", table + key, table, lead, start, end, value_start, value_end))
        lead = end


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _skip_trivia(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n#":
        at = _line_end(text, at) if text[at] == "#" else at + 1
    return at


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _read_key(text: str, at: int) -> tuple[Path, int]:
    """A dotted key, and the position of the `=` or `]` after it."""
    parts: list[str] = []
    while True:
        at = _skip_blanks(text, at)
        if text[at] in "\"'":
            end = _value_end(text, at)
            parts.append(_string_value(text[at:end]))
        else:
            end = at
            while text[end] not in " \t.=]":
                end += 1
            parts.append(text[at:end])
        at = _skip_blanks(text, end)
        if text[at] != ".":
            return tuple(parts), at
        at += 1


def _string_value(quoted: str) -> str:
    import tomllib

    value = tomllib.loads(f"x = {quoted}")["x"]
    return str(value)


def _value_end(text: str, at: int) -> int:
    """The position behind the value that begins at `at`."""
    for quotes in ('"""', "'''"):
        if text.startswith(quotes, at):
            return _long_string_end(text, at + 3, quotes)
    if text[at] == "'":
        return text.index("'", at + 1) + 1
    if text[at] == '"':
        at += 1
        while text[at] != '"':
            at += 2 if text[at] == "\\" else 1
        return at + 1
    if text[at] in "[{":
        return _nested_end(text, at + 1)
    end = at
    while end < len(text) and text[end] not in "\n#,]}":
        end += 1
    return at + len(text[at:end].rstrip())


def _long_string_end(text: str, at: int, quotes: str) -> int:
    while not text.startswith(quotes, at):
        at += 2 if text[at] == "\\" and quotes == '"""' else 1
    # Up to two quotes may stand before the closing three.
    end = at + 3
    while text.startswith(quotes[0], end) and end < at + 5:
        end += 1
    return end


def _nested_end(text: str, at: int) -> int:
    depth = 1
    while depth:
        char = text[at]
        if char in "\"'":
            at = _value_end(text, at)
            continue
        if char == "#":
            at = _line_end(text, at)
            continue
        depth += (char in "[{") - (char in "]}")
        at += 1
    return at
