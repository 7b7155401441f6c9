"""The syntax of a `.env` file (`docs/config.md`).

One assignment a line, `NAME=value`, with an optional `export` before it:

- single quotes keep everything as it is; double quotes and bare text know the escapes
  ``\\\\ \\n \\$ \\" \\'`` and ``\\`` before a blank, and replace `$NAME` and `${NAME}`;
- quoted and bare pieces may be joined, and a quoted piece may span lines;
- bare text ends at a blank, after which only a `#` comment may follow.

A line that breaks these rules sets nothing, and reading goes on with the next line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_ESCAPES = {"n": "\n", "\\": "\\", '"': '"', "'": "'", "$": "$", " ": " "}
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class _MalformedLineError(Exception):
    """This assignment can not be read."""


def parse_dotenv(text: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each assignment of `text` in order; substitutions see `environ` and the assignments before them."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    known = dict(environ)
    start = 0
    while start < len(text):
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        try:
            name, at = _read_name(text, start, line_end)
            value, end = _read_value(text, at, known)
        except _MalformedLineError:
            start = line_end + 1
            continue
        start = end + 1
        known[name] = value
        yield name, value


def _read_name(text: str, start: int, line_end: int) -> tuple[str, int]:
    """The name and where its value begins."""
    equals = text.find("=", start, line_end)
    words = text[start : max(equals, start)].split()
    if len(words) == 2 and words[0] == "export":
        del words[0]
    name = words[0] if len(words) == 1 else ""
    legal = name.replace(".", "_")
    if not legal.isascii() or not legal.isidentifier() or name.startswith("."):
        raise _MalformedLineError
    at = equals + 1
    while at < line_end and text[at].isspace():
        at += 1
    return name, at


def _read_value(text: str, start: int, known: Mapping[str, str]) -> tuple[str, int]:
    """The value that begins at `start`, and the position of the line break (or end of text) after it."""
    parts: list[str] = []
    quote = ""
    at = start
    while at < len(text):
        char = text[at]
        if char == "\0":
            raise _MalformedLineError
        if char == quote:
            quote, at = "", at + 1
        elif quote == "'":
            parts.append(char)
            at += 1
        elif not quote and char in "\"'":
            quote, at = char, at + 1
        elif not quote and (char.isspace() or (char == "#" and at == start)):
            return "".join(parts), _end_of_assignment(text, at)
        elif char == "\\":
            escaped, at = _read_escape(text, at)
            parts.append(escaped)
        elif char == "$":
            replaced, at = _read_substitution(text, at, known)
            parts.append(replaced)
        else:
            parts.append(char)
            at += 1
    if quote:
        raise _MalformedLineError
    return "".join(parts), at


def _end_of_assignment(text: str, at: int) -> int:
    """The end of the line; nothing but a comment may stand before it."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    if text[at:end].strip() and not text[at:end].lstrip().startswith("#"):
        raise _MalformedLineError
    return end


def _read_escape(text: str, at: int) -> tuple[str, int]:
    following = text[at + 1 : at + 2]
    if following in {"", "\n"}:
        return "", at + 1
    if following not in _ESCAPES:
        raise _MalformedLineError
    return _ESCAPES[following], at + 2


def _read_substitution(text: str, at: int, known: Mapping[str, str]) -> tuple[str, int]:
    """What stands for the `$…` at `at`: an unset name is empty, and so is a lone `$`."""
    if text[at + 1 : at + 2] == "{":
        end = text.find("}", at)
        if end < 0 or "\n" in text[at:end]:
            raise _MalformedLineError
        return known.get(text[at + 2 : end], ""), end + 1
    end = at + 1
    while end < len(text) and text[end] in _NAME_CHARACTERS:
        end += 1
    return known.get(text[at + 1 : end], ""), end
