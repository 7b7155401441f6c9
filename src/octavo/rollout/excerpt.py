"""The words of a saved session: its beginning and its end, and where a text stands in it (`docs/sessions.md`).

A session may be far larger than anybody wants to read at once: both look at a bounded piece of the file at a time.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Literal, NamedTuple

from octavo.protocol import events
from octavo.protocol.json_text import encode_json
from octavo.rollout.file_lines import file_lines
from octavo.rollout.later_events import each_once
from octavo.rollout.read import events_of

_WHOLE = 1 << 20
_BEGINNING, _END = 1 << 18, 1 << 19
_MOST_MESSAGES = 400
_PIECE = 4 << 20
_AROUND = 30
"""Characters that a piece of text is shown with on each side."""


class SaidWords(NamedTuple):
    """A message of the user or of the agent."""

    by: Literal["user", "agent"]
    text: str


class Excerpt(NamedTuple):
    """Messages of the beginning, and of the end; `is_whole` when nothing lies between them."""

    first: tuple[SaidWords, ...]
    last: tuple[SaidWords, ...]
    is_whole: bool


def read_excerpt(path: str) -> Excerpt:
    """What was said at the beginning and at the end; all of it, where the file is not large. Raises `OSError`."""
    size = os.path.getsize(path)
    if size <= _WHOLE:
        said = tuple(_said(path, 0, size))
        if len(said) <= 2 * _MOST_MESSAGES:
            return Excerpt(said, (), is_whole=True)
        return Excerpt(said[:_MOST_MESSAGES], said[-_MOST_MESSAGES:], is_whole=False)
    first = tuple(itertools.islice(_said(path, 0, _BEGINNING), _MOST_MESSAGES))
    return Excerpt(first, tuple(_said(path, size - _END, size))[-_MOST_MESSAGES:], is_whole=False)


def _said(path: str, start: int, end: int) -> Iterator[SaidWords]:
    lines = (line for _, line in file_lines(path, start, end))
    for event in each_once(told for line in lines for told in events_of(line)):
        if isinstance(event, events.UserMessage):
            yield SaidWords("user", event.message)
        elif isinstance(event, events.AgentMessage):
            yield SaidWords("agent", event.message)


class TextSearch:
    """Looks for words, upper and lower case alike, in what user and agent said in one file, piece by piece."""

    def __init__(self, path: str, size: int, words: str) -> None:
        self.path = path
        self._size, self._words = size, words.lower()
        self._place = 0
        # As it stands in the file: escapes and all, so that most lines need not be decoded.
        self._raw = encode_json(self._words)[1:-1]
        self._is_plain = self._words.isascii()

    @property
    def is_over(self) -> bool:
        """Whether all of the file was looked at."""
        return self._place >= self._size

    def go_on(self) -> str | None:
        """Look at the next piece; the words with what stands around them, where they are found. Raises `OSError`."""
        until = self._place + _PIECE
        for place, line in file_lines(self.path, self._place, self._size, self._may_be):
            self._place = place
            if self._may_be(line) and (found := self._found(line)) is not None:
                return found
            if place >= until:
                return None
        self._place = self._size
        return None

    def _may_be(self, line: bytes) -> bool:
        if b"essage" not in line[:400]:  # user_message, agent_message, UserMessage, AgentMessage
            return False
        if self._is_plain:
            return self._raw in line.lower()
        return self._raw.decode() in line.decode("utf-8", "replace").lower()

    def _found(self, line: bytes) -> str | None:
        for event, _ in events_of(line):
            if not isinstance(event, events.UserMessage | events.AgentMessage):
                continue
            text = " ".join(event.message.split())
            at = text.lower().find(self._words)
            if at >= 0:
                start, end = max(at - _AROUND, 0), at + len(self._words) + _AROUND
                return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
        return None
