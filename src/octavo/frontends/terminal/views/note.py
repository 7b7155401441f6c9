"""A few lines to write: Enter sends them, all editing keys of the composer work (`docs/terminal-views.md`, "Notes")."""

from __future__ import annotations

from collections.abc import Callable

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.composer.paste import with_line_feeds
from octavo.frontends.terminal.composer.rows import column_of, row_at, rows_of, shown
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.views.guard import BURST_SECONDS
from octavo.frontends.terminal.views.view import CLOSE, STAY, Cursor, Outcome, View, is_cancel, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.views.menu import Menu

HINT = "{composer.submit} to send, NEWLINE for a new line, {list.cancel} to go back"

_GUTTER = Span("▌ ", ACCENT)
_GUTTER_WIDTH = 2
_MOST_ROWS = 8


class Note(View):
    """The box. `done` gives the effects of a text, or None for one that cannot be sent; `placeholder` stands in it."""

    takes_text = True

    def __init__(
        self, title: str, placeholder: str, done: Callable[[str], tuple[Effect, ...] | None], hint: str = HINT
    ) -> None:
        self._title, self._placeholder, self._done, self._hint = title, placeholder, done, hint
        self._editor = Editor()
        self._columns = 78
        self._last_character = float("-inf")

    @property
    def text(self) -> str:
        """What stands in it."""
        return self._editor.draft.text

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if isinstance(event, Paste):
            self._editor.insert(_plain(with_line_feeds(event.text)))
            return STAY
        if is_cancel(event, self.keys):
            return CLOSE
        if self.keys.means(event, "composer.submit") and not typed(event):
            return self._enter(now)
        if typed(event):
            self._last_character = now
        self._editor.keys = self.keys
        self._editor.handle(event, self._columns)
        return STAY

    def menu(self) -> Menu:
        """The same in words."""
        from octavo.frontends.terminal.views.menu import Menu

        return Menu((self._title, self._placeholder), prompt="Your text, 0 to go back: ", empty=True)

    def write(self, text: str, now: float) -> Outcome | None:
        """The line is the whole text."""
        effects = self._done(text)
        return None if effects is None else Outcome(effects, "close_all")

    def _enter(self, now: float) -> Outcome:
        if now - self._last_character <= BURST_SECONDS:
            self._last_character = now
            self._editor.insert(_plain("\n"))
            return STAY
        effects = self._done(self.text)
        return STAY if effects is None else Outcome(effects, "close_all")

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        self._columns = max(width - _GUTTER_WIDTH - 1, 1)
        above = [line(Span(f"  {self._title}", BOLD)), EMPTY] if height > 3 else []
        below = [EMPTY, line(Span(f"  {self._keys_hint()}", DIM))] if height > len(above) + 2 else []
        room = max(min(height - len(above) - len(below), _MOST_ROWS), 1)
        box, (row, column) = self._box(room)
        rows = [cut_line(shown, width) for shown in (*above, *box, *below)]
        return rows[: max(height, 0)], (len(above) + row, min(column, max(width - 1, 0)))

    def _keys_hint(self) -> str:
        """The hint with the keys as they are bound; Shift+Enter is not told by every terminal, so another one, too."""
        bound = self.keys.bindings("editor.insert_newline")
        newline = [*(["shift + enter"] if "shift-enter" in bound else []), self.keys.shown("editor.insert_newline")]
        return self.keys.worded(self._hint.replace("NEWLINE", " or ".join(filter(None, dict.fromkeys(newline)))))

    def _box(self, room: int) -> tuple[list[Line], Cursor]:
        """The rows of the text with their gutter, scrolled to the cursor."""
        draft = self._editor.draft
        if not draft.text:
            return [line(_GUTTER, Span(self._placeholder, DIM))], (0, _GUTTER_WIDTH)
        rows = rows_of(draft.text, self._columns)
        at = row_at(rows, draft.cursor)
        top = max(at - room + 1, 0)
        lines = [line(_GUTTER, shown(draft.text[row.start : row.end])) for row in rows[top : top + room]]
        return lines, (at - top, _GUTTER_WIDTH + column_of(draft.text, rows[at], draft.cursor))


def _plain(text: str) -> Draft:
    return Draft(text, len(text))
