"""The conversation as it is said: finished blocks, paragraphs of an answer as they are whole, and what changes."""

from __future__ import annotations

from octavo.frontends.terminal.app.talk import Talk
from octavo.frontends.terminal.cells.agent import AgentMessage, AgentText
from octavo.frontends.terminal.cells.cell import Cell
from octavo.frontends.terminal.cells.command import CommandCell
from octavo.frontends.terminal.cells.notices import Decision, Notice
from octavo.frontends.terminal.cells.user import UserCell
from octavo.frontends.terminal.plain.calls import ended_words
from octavo.frontends.terminal.plain.paragraphs import Paragraphs
from octavo.frontends.terminal.plain.telling import Telling
from octavo.frontends.terminal.plain.words import words

_MOST_CELLS = 200
"""Blocks in one frame, so that keys are heard while a long session is printed."""


class Conversation:
    """What of it was said so far."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._chat = talk.chat
        self._telling = Telling()
        self._message = Paragraphs()
        self._refused = False  # what was asked about will not run, but its end has not come yet

    def news(self, now: float, entered: str, *, asks: bool) -> list[str]:
        """What is to be said now; a message that was `entered` stands on the screen already. What is asked about
        while something `asks` does not run yet.
        """
        chat, composer = self._talk.chat, self._talk.composer
        cells, is_again = self._talk.take_finished(_MOST_CELLS)
        said = ["", "Once more:"] if is_again else []
        if chat is not self._chat:
            self._chat, self._telling, self._message = chat, Telling(), Paragraphs()
        if self._talk.is_behind:
            return said + [line for cell in cells for line in self._cell(cell, entered)]
        ended = self._telling.done(chat, now)
        users = [index for index, cell in enumerate(cells) if isinstance(cell, UserCell)]
        split = users[-1] if users else len(cells) if ended else 0
        for cell in cells[:split]:
            said += self._cell(cell, entered)
        said += [*self._message.end(), *ended] if ended else []
        for cell in cells[split : split + bool(users)]:
            said += self._cell(cell, entered)
        said += self._telling.works(chat, now)
        for cell in cells[split + bool(users) :]:
            said += self._cell(cell, entered)
        if not chat.is_streaming:
            said += self._message.end()
        elif chat.is_between_paragraphs:
            said += self._message.whole()
        said += [] if asks or self._refused else self._telling.live(chat)
        return [*said, *self._telling.queue(composer, is_open=self._talk.is_open), *self._telling.keys(composer)]

    def whole(self) -> list[str]:
        """All that was said and done, with whole scripts and outputs."""
        said: list[str] = []
        message = Paragraphs()
        for cell in self._talk.cells:
            if isinstance(cell, AgentText):
                said += message.add(cell)
            else:
                said += [*message.end(), *_set_off(cell, words(cell, whole=True))]
        return said + message.end()

    def _cell(self, cell: Cell, entered: str) -> list[str]:
        if isinstance(cell, AgentText):
            return self._message.add(cell)
        return [*self._message.end(), *_set_off(cell, self._words(cell, entered))]

    def _words(self, cell: Cell, entered: str) -> list[str]:
        if isinstance(cell, Decision):
            self._refused = cell.answer == "abort"
        elif isinstance(cell, CommandCell | Notice):
            self._refused = False
        if isinstance(cell, UserCell) and entered and cell.text == entered.strip():
            return []
        if isinstance(cell, CommandCell) and cell.ended is not None and self._telling.was_begun(cell.script):
            first = cell.script.split("\n")[0]
            others = [f"Of {first}:"] if self._telling.has_others else []
            return [*others, *ended_words(cell.ended)]
        return words(cell)


def _set_off(cell: Cell, lines: list[str]) -> list[str]:
    """An answer that came whole stands apart, as one that came in pieces does."""
    return ["", *lines] if lines and isinstance(cell, AgentMessage) else lines
