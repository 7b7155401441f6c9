"""The transcript over the whole screen, with the choice of an earlier message to go back to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from octavo.frontends.terminal.effects.sessions import Backtrack
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import Line, Style
from octavo.frontends.terminal.views.pager import Pager
from octavo.frontends.terminal.views.pager_document import Document, Place
from octavo.frontends.terminal.views.view import CLOSE, STAY, Outcome

TITLE = "TRANSCRIPT"
_SELECTED = Style(reverse=True)


class Said(NamedTuple):
    """A message of the user in the transcript: the number of its block, and its text."""

    block: int
    text: str


class TranscriptPager(Pager):
    """The pager at its end; Esc selects the newest message of the user, each further Esc the one before it.

    `messages` are those of the session that goes on, in their order; Enter on a selected one gives `Backtrack`.
    """

    def __init__(self, document: Document, messages: Callable[[], Sequence[Said]], *, backtrack: bool = False) -> None:
        super().__init__(TITLE, document, at_end=True)
        self._messages = messages
        self._selected: int | None = None
        self._must_show = False
        if backtrack:
            self._select_older()

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if self.is_searching:
            return super().handle(event, now)
        action = self.keys.action("pager", event) if isinstance(event, Key) else ""
        if action == "close_transcript":
            return CLOSE
        if self.keys.means(event, "chat.edit_previous_message"):
            self._select_older()
            return STAY
        if self.keys.means(event, "list.accept"):
            return self._confirm()
        if action in ("previous_message", "next_message"):
            self._jump(forward=action == "next_message")
            return STAY
        return super().handle(event, now)

    @property
    def chosen_messages(self) -> tuple[str, ...] | None:
        """The messages of which one is selected to go back to; None while none is."""
        return None if self._selected is None else tuple(said.text for said in self._messages())

    def _jump(self, *, forward: bool) -> None:
        """To the user's message before what is seen, or the next one; both ends bound it."""
        top = self.top
        blocks = [said.block for said in self._messages()]
        if forward:
            later = [block for block in blocks if block > top.block]
            self.go_to(later[0] if later else None)
        else:
            earlier = [block for block in blocks if Place(block, 0) < top]
            self.go_to(earlier[-1] if earlier else 0)

    def _select_older(self) -> None:
        count = len(self._messages())
        if count:
            self._selected = count - 1 if self._selected is None else max(self._selected - 1, 0)
            self._must_show = True

    def _confirm(self) -> Outcome:
        if self._selected is None:
            return STAY
        texts = tuple(said.text for said in self._messages())
        return Outcome((Backtrack(texts, self._selected),), "close")

    def rows(self, width: int, height: int) -> tuple[list[Line], tuple[int, int] | None]:
        """Draw it."""
        if self._must_show and self._selected is not None:
            super().rows(width, height)  # so that the size is known
            self.show(self._messages()[self._selected].block)
            self._must_show = False
        return super().rows(width, height)

    def text_rows(self, top: Place, width: int, count: int) -> list[Line]:
        """The rows of the text that are seen."""
        if self._selected is None:
            return super().text_rows(top, width, count)
        chosen = self._messages()[self._selected].block
        rows: list[Line] = []
        index, skip = top
        while index < len(self.document) and len(rows) < count:
            block = self.document.block(index, width)[skip:]
            rows += [row.styled(_SELECTED) for row in block] if index == chosen else block
            index, skip = index + 1, 0
        return rows[:count]

    def hints(self, width: int) -> list[str]:
        """The rows below the rule."""
        first, last = super().hints(width)
        older = self.keys.shown("chat.edit_previous_message")
        if self.is_searching or not older:
            return [first, last]
        if self._selected is None:
            return [first, f"{self.close_hint}   {older} edit an earlier message"]
        return [first, f"{self.close_hint}   {older} earlier   {self.keys.shown('list.accept')} edit"]
