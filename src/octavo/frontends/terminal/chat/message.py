"""A message while it is streamed: whole lines only, printed one after the other.

See `docs/terminal-cells.md`, "Streaming".
"""

from __future__ import annotations

from collections import deque

from octavo.frontends.terminal.cells.agent import AgentText
from octavo.frontends.terminal.text.markdown import Markdown
from octavo.frontends.terminal.text.wrapping import Flow

TICK = 0.05
"""Seconds between two lines."""


class Message:
    """Pieces of text in, cells out. Text is rendered once, when the line that it belongs to is whole."""

    def __init__(self, now: float) -> None:
        self.last_delta = now
        self._markdown = Markdown()
        self._partial: list[str] = []
        self._queue: deque[Flow] = deque()
        self._due = now
        self._begun = False
        self._is_between = False

    def add(self, delta: str, now: float) -> None:
        """The next piece."""
        self.last_delta = now
        *whole, rest = delta.split("\n")
        if not whole:
            self._partial.append(rest)
            return
        whole[0] = "".join(self._partial) + whole[0]
        self._partial = [rest] if rest else []
        if not self._queue:
            self._due = max(self._due, now)
        for source in whole:
            self._queue += self._markdown.feed(source)
        self._is_between = not whole[-1].strip()

    @property
    def due(self) -> float | None:
        """When the next line is to be printed; None while there is none."""
        return self._due if self._queue else None

    @property
    def is_between(self) -> bool:
        """Whether all its paragraphs so far are whole, and printed."""
        return self._is_between and not self._queue

    @property
    def has_begun(self) -> bool:
        """Whether any of its lines were printed."""
        return self._begun

    def lines_due(self, now: float) -> list[Flow]:
        """The lines that are to be printed by now."""
        found: list[Flow] = []
        while self._queue and self._due <= now:
            found.append(self._queue.popleft())
            self._due += TICK
        return found

    def rest(self) -> list[Flow]:
        """All that was not printed, at the end of the message."""
        if self._partial:
            self._queue += self._markdown.feed("".join(self._partial))
            self._partial = []
        self._queue += self._markdown.finish()
        found = list(self._queue)
        self._queue.clear()
        return found

    def cell(self, flows: list[Flow], *, set_off: bool) -> AgentText:
        """The cell for some of its lines; `set_off` tells that something else was printed since the last ones."""
        begins, self._begun = not self._begun, True
        return AgentText(tuple(flows), begins, continues=not begins and not set_off)
