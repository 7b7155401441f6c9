"""Messages of before with Up and Down: those of earlier sessions by offset, then this session's own.

Entries of the file are asked for when they are needed, and an answer counts only while it is still waited for. Facts
in `docs/terminal-composer.md`, "Earlier messages".
"""

from __future__ import annotations

from msgspec.structs import replace

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.paste import with_line_feeds
from octavo.frontends.terminal.effects.composer import FetchHistory, FindHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.composer.editor import Editor
    from octavo.frontends.terminal.composer.history_search import HistorySearch


class Recall:
    """The list, and where in it the user is."""

    def __init__(self) -> None:
        self._has_log = False
        self._log_id = 0
        self._saved = 0
        self._fetched: dict[int, str] = {}
        self._own: list[Draft] = []
        self._place: int | None = None
        self._shown: str | None = None

    def set_log(self, log_id: int, count: int) -> None:
        """The message history as it is when the first session begins.

        A later one changes nothing: what was written since is among our own entries.
        """
        if self._has_log:
            return
        self._has_log, self._log_id, self._saved = True, log_id, count
        self.leave()

    @property
    def count(self) -> int:
        """How many entries there are, of the file and our own."""
        return self._saved + len(self._own)

    def add(self, draft: Draft) -> None:
        """A message of this session, sent or thrown away; the same as the one before is one step."""
        self.leave()
        if draft.text and not (self._own and self._own[-1].text == draft.text):
            self._own.append(draft)

    def leave(self) -> None:
        """The next Up begins with the newest."""
        self._place = self._shown = None

    def applies(self, draft: Draft) -> bool:
        """Whether Up and Down are for the list, and not moves: the draft is empty, or the entry as it was recalled."""
        recalled = self._shown is not None and draft.cursor == 0 and draft.text == self._shown
        return self.count > 0 and (not draft.text or recalled)

    def older(self, draft: Draft) -> Draft | FetchHistory | None:
        """The entry before, or how to get it; None at the oldest."""
        if self._place is None or self._shown not in (None, draft.text):
            self._place = self.count
        if self._place == 0:
            return None
        return self._go(self._place - 1)

    def newer(self, draft: Draft) -> Draft | FetchHistory | None:
        """The entry after, an empty draft behind the newest; None outside of the list."""
        if self._place is None or self._shown not in (None, draft.text):
            return None
        if self._place + 1 >= self.count:
            self.leave()
            return Draft()
        return self._go(self._place + 1)

    def fetched(self, offset: int, log_id: int, text: str | None, draft: Draft) -> Draft | None:
        """An entry that was asked for: the draft to show, if it is still wanted in the place of `draft`."""
        if log_id != self._log_id or text is None:
            return None
        self._fetched[offset] = with_line_feeds(text)
        wanted = offset == self._place and self.applies(draft)
        return self._show(Draft(self._fetched[offset])) if wanted else None

    def own_with(self, part: str, below: int) -> tuple[int, Draft] | None:
        """Our newest entry before the place `below` that holds `part` in any case, with its place."""
        for place in range(min(below, self.count) - 1, self._saved - 1, -1):
            draft = self._own[place - self._saved]
            if part.lower() in draft.text.lower():
                return place, draft
        return None

    def wanted(self, part: str, below: int) -> FindHistory | None:
        """How to get the newest such entry of the file; None where it has none before that place."""
        below = min(below, self._saved)
        return FindHistory(part, below, self._log_id) if below > 0 else None

    def _go(self, place: int) -> Draft | FetchHistory:
        self._place = place
        if place >= self._saved:
            return self._show(self._own[place - self._saved])
        if place in self._fetched:
            return self._show(Draft(self._fetched[place]))
        return FetchHistory(place, self._log_id)

    def _show(self, draft: Draft) -> Draft:
        self._shown = draft.text
        return replace(draft, cursor=0)


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

    def end_search(self) -> None:
        """Another text comes: the draft is the user's own again."""
        if self.search:
            self.search.cancel()
            self.search = None
