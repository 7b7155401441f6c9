"""The text of rules files: literal calls, read without an interpreter (`docs/permissions.md`).

A file holds calls such as `prefix_rule(pattern=["git", ["push", "fetch"]], decision="prompt")` and
comments. Names, sums, loops and everything else that would have to be run are not read: each is a
problem with its line, and what stands around it is read all the same.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from octavo.errors import OctavoError

_DEEPEST = 8
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|\#[^\n]*)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[()\[\],=])"""
    r"""|(?P<text>'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(\n|[abfnrtv\\'\"]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{1,3}|.)", re.DOTALL)
_SIMPLE = {"\n": "", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_NEXT_LINE = re.compile(r"\n(?=[^\s#)\]])")


class Call(NamedTuple):
    """A call with its arguments by name; those without one are numbered from 0. `start` and `end` are its place."""

    name: str
    arguments: dict[str | int, Any]
    line: int
    start: int
    end: int


class Problem(NamedTuple):
    """What could not be read, and where."""

    line: int
    text: str


class _Unreadable(OctavoError):
    """The text goes on with something that is no literal call."""


def read_calls(text: str) -> tuple[list[Call], list[Problem]]:
    """All calls of a file in order, and what else it holds."""
    calls: list[Call] = []
    problems: list[Problem] = []
    at = 0
    while (at := _skipped(text, at)) < len(text):
        line = text.count("\n", 0, at) + 1
        try:
            call, at = _call(text, at, line)
            calls.append(call)
        except _Unreadable as error:
            problems.append(Problem(line, str(error)))
            following = _NEXT_LINE.search(text, at)
            at = following.end() if following else len(text)
    return calls, problems


def quoted(value: str) -> str:
    """A text as it stands in a rules file."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else _escaped(char) for char in escaped) + '"'


def _escaped(char: str) -> str:
    number = ord(char)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _call(text: str, at: int, line: int) -> tuple[Call, int]:
    start = at
    kind, name, at = _token(text, at)
    if kind != "name":
        raise _Unreadable(f"expected a call, found {name}")
    at = _expect(text, at, "(", f"only calls with literal arguments are read, not `{name}`")
    arguments: dict[str | int, Any] = {}
    while True:
        kind, word, after = _token(text, at)
        if word == ")":
            return Call(name, arguments, line, start, after), after
        key: str | int = len(arguments)
        if kind == "name" and _token(text, after)[1] == "=":
            key, at = word, _token(text, after)[2]
        if key in arguments:
            raise _Unreadable(f"{key} is given twice")
        arguments[key], at = _value(text, at, 0)
        kind, word, after = _token(text, at)
        if word == ",":
            at = after
        elif word != ")":
            raise _Unreadable(f"expected , or ) behind an argument, found {word}")


def _value(text: str, at: int, depth: int) -> tuple[Any, int]:
    kind, word, after = _token(text, at)
    if kind == "text":
        return _unquoted(word), after
    if word != "[" or depth > _DEEPEST:
        raise _Unreadable(f"only texts and lists of them are read, not {word}")
    values: list[Any] = []
    at = after
    while True:
        kind, word, after = _token(text, at)
        if word == "]" and kind == "mark":
            return values, after
        value, at = _value(text, at, depth + 1)
        values.append(value)
        kind, word, after = _token(text, at)
        if word == "," and kind == "mark":
            at = after
        elif word != "]" or kind != "mark":
            raise _Unreadable(f"expected , or ] in a list, found {word}")


def _expect(text: str, at: int, mark: str, problem: str) -> int:
    kind, word, after = _token(text, at)
    if kind != "mark" or word != mark:
        raise _Unreadable(problem)
    return after


def _token(text: str, at: int) -> tuple[str, str, int]:
    """The kind, the text and the end of the next token."""
    at = _skipped(text, at)
    found = _TOKEN.match(text, at)
    if found is None:
        raise _Unreadable(f"unexpected {text[at : at + 1]!r}" if at < len(text) else "the file ends within a call")
    return found.lastgroup or "", found.group(), found.end()


def _skipped(text: str, at: int) -> int:
    while (found := _TOKEN.match(text, at)) is not None and found.lastgroup == "space":
        at = found.end()
    return at


def _unquoted(literal: str) -> str:
    width = 3 if literal[:3] in ("'''", '"""') and len(literal) >= 6 else 1
    return _ESCAPE.sub(_meant, literal[width:-width])


def _meant(escape: re.Match[str]) -> str:
    what = escape[1]
    if what in _SIMPLE:
        return _SIMPLE[what]
    if what[0] in "xuU" and len(what) > 1:
        number = int(what[1:], 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    if what[0] in "01234567":
        return chr(int(what, 8))
    return what if what in "\\'\"" else escape[0]
