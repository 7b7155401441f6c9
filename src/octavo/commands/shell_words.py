"""Cutting text into words the way a POSIX shell does, without expanding anything (`docs/commands.md`)."""

from __future__ import annotations

import functools
import re


def split_words(text: str) -> list[str] | None:
    """The words of `text` after a POSIX shell took quotes, escapes and comments away (`docs/commands.md`).

    Nothing is expanded and operators are not special: `ls;` is one word. None if a quote
    or an escape at the end stays open.
    """
    words: list[str] = []
    word: list[str] | None = None
    position = 0
    while position < len(text):
        start = text[position]
        if start == "#" and word is None:
            position = _end_of_line(text, position)
            continue
        found = _pieces().match(text, position)
        if found is None:
            return None
        position = found.end()
        if start in " \t\n":
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = [*(word or ()), _unquoted(found.group())]
    return words if word is None else [*words, "".join(word)]


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _unquoted(piece: str) -> str:
    match piece[0]:
        case "'":
            return piece[1:-1]
        case '"':
            return _escapes().sub(lambda escape: "" if escape[1] == "\n" else escape[1], piece[1:-1])
        case "\\":
            return "" if piece[1] == "\n" else piece[1]
    return piece


@functools.cache
def _pieces() -> re.Pattern[str]:
    return re.compile(r"""[ \t\n]+|'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^ \t\n'"\\]+""", re.DOTALL)


@functools.cache
def _escapes() -> re.Pattern[str]:
    return re.compile(r"\\([$`\"\\\n])")
