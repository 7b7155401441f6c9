"""Showing a command as one line that a POSIX shell would read back as the same words.

The result is for people and clients, byte for byte the same in every front end
(`docs/commands.md`); it is never run.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-./:@]_")
_NOT_SINGLE = frozenset("'\\^")

NUL_TEXT = "<command included NUL byte>"


def quote_command(argv: Sequence[str]) -> str:
    """The quoted words joined by one space; words with a NUL are joined as they are (`docs/commands.md`)."""
    if any("\0" in word for word in argv):
        return " ".join(argv)
    return " ".join(map(quote_word, argv))


def command_line(command: Sequence[str] | str) -> str:
    """The words of a program quoted and joined; a line that a shell gets stays as it is."""
    return command if isinstance(command, str) else quote_command(command)


def quote_parsed_command(argv: Sequence[str]) -> str:
    """Like `quote_command`, but a NUL in any word gives a fixed text instead (`docs/commands.md`)."""
    if any("\0" in word for word in argv):
        return NUL_TEXT
    return " ".join(map(quote_word, argv))


def quote_word(word: str) -> str:
    """One word with as few quotes as its characters allow: none, single, double, or a mixture of these."""
    if not word:
        return "''"
    characters = set(word)
    if characters <= _BARE:
        return word
    if characters.isdisjoint(_NOT_SINGLE):
        return f"'{word}'"
    return "".join(_chunks(word))


def _chunks(word: str) -> list[str]:
    """Cut `word` greedily into the longest pieces that one style of quotes can hold, and quote each."""
    single, double = _runs()
    quoted = []
    start = 0
    while start < len(word):
        # A caret is history expansion anywhere but first in single quotes.
        after_caret = start + 1 if word[start] == "^" else start
        single_end = _end_of_run(single, word, after_caret)
        double_end = start if after_caret > start else _end_of_run(double, word, start)
        end = max(single_end, double_end)
        quoted.append(_quote_chunk(word[start:end], fits_single=single_end == end))
        start = end
    return quoted


def _quote_chunk(chunk: str, *, fits_single: bool) -> str:
    if _BARE.issuperset(chunk):
        return chunk
    if fits_single:
        return f"'{chunk}'"
    escaped = chunk.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _end_of_run(run: re.Pattern[str], word: str, start: int) -> int:
    found = run.match(word, start)
    return found.end() if found else start


@functools.cache  # Few words need it, so it is not compiled at import.
def _runs() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(r"[^'\\^]*"), re.compile(r"[^`$!^]*")
