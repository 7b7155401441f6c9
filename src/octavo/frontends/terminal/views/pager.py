"""A pager over the whole screen: title, text, a rule with the percentage, keys (`docs/terminal-views.md`, "Pagers")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import DIM, Line, Span, line
from octavo.frontends.terminal.text.widths import cut, cut_line
from octavo.frontends.terminal.views.blocks import Block
from octavo.frontends.terminal.views.pager_document import TOP, Document, Place
from octavo.frontends.terminal.views.view import CLOSE, STAY, Cursor, Outcome, View, is_cancel, is_ctrl, is_named, typed

_HINTS = (
    (("pager.scroll_up", "pager.scroll_down"), "scroll"),
    (("pager.page_up", "pager.page_down"), "page"),
    (("pager.jump_top", "pager.jump_bottom"), "jump"),
    (("pager.find",), "search"),
)
_FURNITURE = 2
_WIDEST = 10_000
_BLOCKS_A_TICK = 200


class Pager(View):
    """The pager. It opens at the top, or at the bottom, where it follows what is added."""

    def __init__(self, title: str, document: Document, *, at_end: bool = False, close_hint: str = "") -> None:
        self._title, self._close_hint = title, close_hint
        self.document = document
        self._top: Place | None = None if at_end else TOP  # None: at the end, whatever is added
        self._width, self._page = 80, 20
        self._typed: str | None = None  # the words that are being typed, after `/`
        self._query = ""
        self._hit = TOP
        self._search: Iterator[Place | None] | None = None

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        self._search = None
        if self._typed is not None:
            return self._type(event)
        if isinstance(event, Paste):
            return STAY
        action = self.keys.action("pager", event)
        if action == "find":
            self._typed = ""
        elif action in ("find_next", "find_previous") and self._query:
            self._find(backwards=action == "find_previous")
        elif action == "close" or is_ctrl(event, "c"):
            return CLOSE
        else:
            self._scroll(action)
        return STAY

    @property
    def is_searching(self) -> bool:
        """Whether the words to look for are being typed."""
        return self._typed is not None

    def _type(self, event: Key | Paste) -> Outcome:
        """Take an input while the words to look for are typed."""
        words = self._typed or ""
        if is_cancel(event):
            self._typed = None
        elif is_named(event, "enter"):
            self._typed, self._query = None, words
            top = self.document.end(self._width, self._page) if self._top is None else self._top
            self._hit = self.document.move(top, -1, self._width) if top != TOP else Place(0, -1)
            self._find(backwards=False)
        elif is_named(event, "backspace"):
            self._typed = words[:-1] if words else None
        elif isinstance(event, Paste):
            self._typed = words + one_line(event.text)
        else:
            self._typed = words + typed(event)
        return STAY

    def _find(self, *, backwards: bool) -> None:
        """Look for the next row with the words; past an end it goes on from the other one."""
        if self._query:
            from octavo.frontends.terminal.views.pager_search import hits

            self._search = hits(self.document, self._query, self._hit, self._width, backwards=backwards)
            self.tick(0.0)

    def deadline(self) -> float | None:
        """When `tick` is due: at once while a search goes on."""
        return 0.0 if self._search is not None else None

    def tick(self, now: float) -> Outcome:
        """Go on with a search."""
        looked_at = 0
        for hit in islice(self._search or (), _BLOCKS_A_TICK):
            looked_at += 1
            if hit is not None:
                self._search, self._hit = None, hit
                end = self.document.end(self._width, self._page)
                self._top = hit if hit < end else None
                return STAY
        if looked_at < _BLOCKS_A_TICK:
            self._search = None
        return STAY

    def _scroll(self, action: str) -> None:
        half = max(self._page // 2, 1)
        steps = {
            "scroll_up": -1, "scroll_down": 1, "page_up": -self._page, "page_down": self._page,
            "half_page_up": -half, "half_page_down": half,
        }  # fmt: skip
        if action == "jump_top":
            self._top = TOP
        elif action == "jump_bottom":
            self._top = None
        elif action in steps:
            self.scroll_by(steps[action])

    def scroll_by(self, rows: int) -> None:
        """Move down so many rows, up where negative."""
        end = self.document.end(self._width, self._page)
        place = self.document.move(end if self._top is None else self._top, rows, self._width)
        self._top = place if place < end else None

    @property
    def top(self) -> Place:
        """The first row that is seen."""
        return self.document.end(self._width, self._page) if self._top is None else self._top

    def go_to(self, index: int | None) -> None:
        """Let a block begin the page, as far as the end allows; None for the end."""
        place = None if index is None else Place(index, 0)
        self._top = place if place is not None and place < self.document.end(self._width, self._page) else None

    def show(self, index: int) -> None:
        """Bring a block into view, its first row at least."""
        end = self.document.end(self._width, self._page)
        top = end if self._top is None else self._top
        last = self.document.move(top, self._page - 1, self._width)
        if index < top.block or (index == top.block and top.row > 0) or index > last.block:
            self._top = Place(index, 0) if Place(index, 0) < end else None

    def texts(self) -> list[str]:
        """All of it as text, its lines whole."""
        rows = [row for index in range(len(self.document)) for row in self.document.block(index, _WIDEST)]
        return [row.text.rstrip() for row in rows]

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        hints = [line(Span(f" {text}", DIM)) for text in self.hints(width)] if height > _FURNITURE + 3 else []
        furniture = _FURNITURE + len(hints) if height > _FURNITURE else 0
        self._width, self._page = width, max(height - furniture, 1)
        end = self.document.end(width, self._page)
        if self._top is not None and self._top >= end and end != TOP:
            self._top = None
        top = end if self._top is None else self._top
        text = self._marked(self.text_rows(top, width, self._page))
        text += [line(Span("~", DIM))] * (self._page - len(text))
        rows = [self._title_row(width), *text, self._rule(width, top, end), *hints] if furniture else text
        return [cut_line(row, width) for row in rows[: max(height, 0)]], None

    def text_rows(self, top: Place, width: int, count: int) -> list[Line]:
        """The rows of the text that are seen."""
        return self.document.below(top, width, count)

    def _marked(self, rows: list[Line]) -> list[Line]:
        if not self._query:
            return rows
        from octavo.frontends.terminal.views.pager_search import marked

        return [marked(row, self._query) for row in rows]

    def hints(self, width: int) -> list[str]:
        """The rows below the rule."""
        if self._typed is not None:
            return [f"Search: {one_line(self._typed)}", "enter find   esc cancel"]
        if self._search is not None:
            return [f"Searching for {one_line(self._query)} …", self.close_hint]
        hints = [(keys, word) for actions, word in _HINTS if (keys := self.keys.together(*actions))]
        whole = "   ".join(f"{keys} {word}" for keys, word in hints)
        if width > len(whole):
            return [whole, self.close_hint]
        *moves, (keys, word) = hints or [("", "")]
        return [f"{' '.join(each for each, _ in moves)}   {keys} {word}", self.close_hint]

    @property
    def close_hint(self) -> str:
        """How to close it."""
        return self._close_hint or f"{self.keys.shown('pager.close') or 'ctrl + c'} close"

    def _title_row(self, width: int) -> Line:
        spaced = " ".join(self._title)
        return line(Span(cut(f"/ {spaced} " + "/ " * width, width), DIM))

    def _rule(self, width: int, top: Place, end: Place) -> Line:
        share = self.document.share_above(top, width, self._page)
        percent = 100 if top >= end else 0 if top == TOP else min(max(round(share * 100), 1), 99)
        label = f" {percent}% ─"
        return line(Span("─" * max(width - len(label), 0) + label, DIM))


def text_pager(title: str, blocks: Sequence[Block]) -> Pager:
    """A pager of a text that does not change."""
    return Pager(title, Document(lambda: len(blocks), lambda index, width: blocks[index](width)))
