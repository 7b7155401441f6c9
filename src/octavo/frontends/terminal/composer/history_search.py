"""Earlier messages by a part of them (Ctrl+R): the newest that holds it, then older ones.

Facts in `docs/terminal-composer.md`, "Earlier messages".
"""

from __future__ import annotations

from msgspec.structs import replace

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor, typed
from octavo.frontends.terminal.composer.paste import with_line_feeds
from octavo.frontends.terminal.composer.recall import Recall
from octavo.frontends.terminal.effects.composer import FindHistory
from octavo.frontends.terminal.keys.key import Key


class HistorySearch:
    """A search that runs: what is looked for, what the draft was before, and which entry is shown."""

    def __init__(self, recall: Recall, editor: Editor) -> None:
        self.query = ""
        self.missed = False
        self._recall, self._editor = recall, editor
        self._original = editor.draft
        self._place = recall.count

    def handle(self, key: Key) -> list[FindHistory] | None:
        """A key that belongs to the search; None: it ends the search, and the entry stays."""
        if (text := typed(key)) and key.name != "enter":
            self.query += text
        elif (key.name, key.ctrl) in (("backspace", False), ("h", True)) and not key.alt:
            self.query = self.query[:-1]
        elif self._editor.keys.means(key, "composer.history_search_previous"):
            return self._look(self._place)
        else:
            return None
        return self._look(self._recall.count)

    def cancel(self) -> None:
        """The draft as it was before."""
        self._editor.set(self._original)

    def found(self, query: str, offset: int, text: str | None) -> None:
        """The answer to `FindHistory`; one for an earlier query is dropped."""
        if query == self.query and text is None:
            self.missed = True
        elif query == self.query and text is not None:
            self._show(offset, Draft(with_line_feeds(text)))

    def _look(self, below: int) -> list[FindHistory]:
        self.missed = False
        if not self.query:
            self.cancel()
            self._place = self._recall.count
            return []
        own = self._recall.own_with(self.query, below)
        if own is not None:
            self._show(*own)
            return []
        wanted = self._recall.wanted(self.query, below)
        self.missed = wanted is None
        return [wanted] if wanted else []

    def _show(self, place: int, draft: Draft) -> None:
        self._place = place
        self._editor.set(replace(draft, cursor=len(draft.text)))
