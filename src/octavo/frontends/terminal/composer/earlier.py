"""Earlier messages in the place of the draft: by steps with ↑ and ↓, or found by a part of them."""

from __future__ import annotations

from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.composer.recall import Recall
from octavo.frontends.terminal.effects import FetchHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.composer.history_search import HistorySearch


class Earlier:
    """`recall` is the list of them, `search` what is looked for now."""

    def __init__(self, editor: Editor) -> None:
        self.recall = Recall()
        self.search: HistorySearch | None = None
        self._editor = editor

    def step(self, by: int) -> FetchHistory | bool:
        """An older message (-1) or a newer one (1): how to get it, or whether it is shown now."""
        if not by or not self.recall.applies(self._editor.draft):
            return False
        entry = (self.recall.older if by < 0 else self.recall.newer)(self._editor.draft)
        if entry is None or isinstance(entry, FetchHistory):
            return entry or False
        self._editor.set(entry)
        return True

    def fetched(self, offset: int, log_id: int, text: str | None) -> bool:
        """The answer to `FetchHistory`: whether it is shown now."""
        entry = self.recall.fetched(offset, log_id, text, self._editor.draft)
        if entry is not None:
            self._editor.set(entry)
        return entry is not None

    def begin_search(self) -> None:
        """Keys belong to a search from now on."""
        from octavo.frontends.terminal.composer.history_search import HistorySearch

        self.search = HistorySearch(self.recall, self._editor)

    def end_search(self) -> None:
        """Another text comes: the draft is the user's own again."""
        if self.search:
            self.search.cancel()
            self.search = None
