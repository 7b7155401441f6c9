"""A list to choose from: by arrows and Enter, by number, or by what is typed (`docs/terminal-views.md`, "Lists")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from octavo.frontends.terminal.effects.screen import OpenView
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.styled import BOLD, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line, width
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.guard import Guard
from octavo.frontends.terminal.views.option_rows import Option, option_rows, window
from octavo.frontends.terminal.views.view import (
    STAY,
    Cursor,
    Outcome,
    View,
    is_cancel,
    is_ctrl,
    is_named,
    step_of,
    typed,
)

if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.views.menu import Menu

HINT = "{list.accept} to choose, {list.cancel} to go back"

_LEAST_ROWS = 4
_MOST_IN_WORDS = 20


class Choice(NamedTuple):
    """An option and what choosing it leads to: another view over this one, or effects.

    Choosing leaves all lists that led here; with `back` this one alone, with `keeps` none, since a view comes over it.
    `search` is looked at besides the name; `tries` are the effects of merely selecting it.
    """

    option: Option
    effects: tuple[Effect, ...] = ()
    opens: Callable[[], View] | None = None
    back: bool = False
    keeps: bool = False
    search: str = ""
    tries: tuple[Effect, ...] = ()


class SelectionList(View):
    """The list. With `search`, which stands while nothing is typed, characters filter it and no numbers are shown.

    `left` are the effects of going back without a choice. A `guarded` list asks something that must not be answered by
    accident: keys that come too soon go to the draft.
    """

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        header: Sequence[Line] = (),
        search: str = "",
        guarded: bool = False,
        hint: str = HINT,
        left: tuple[Effect, ...] = (),
    ) -> None:
        self.title, self.hint = title, hint
        self._choices, self._header, self._search = tuple(choices), tuple(header), search
        self._guard = Guard() if guarded else None
        self._left = left
        self._query = ""
        self._top = 0
        current = next((i for i, choice in enumerate(choices) if choice.option.is_current), 0)
        self._selected = 0 if search else current

    @property
    def takes_text(self) -> bool:  # type: ignore[override] # it depends on the list
        """Whether characters filter the list."""
        return bool(self._search)

    def appear(self, now: float) -> None:
        """It is seen from now on."""
        if self._guard:
            self._guard.appear(now)

    def deadline(self) -> float | None:
        """When `tick` is due."""
        return self._guard.deadline if self._guard else None

    def tick(self, now: float) -> Outcome:
        """The deadline has come."""
        key = self._guard.due(now) if self._guard else None
        return STAY if key is None else self._key(key)

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if is_cancel(event, self.keys) and not (self._search and typed(event)):
            return Outcome(self._left, "close")
        if self._guard:
            return self._guard.admit(event, now).outcome(self._key)
        if isinstance(event, Paste):
            return self._filter(self._query + event.text.replace("\r", " ").replace("\n", " ").strip())
        return self._key(event)

    def _key(self, key: Key) -> Outcome:
        shown = self._shown()
        step = 0 if self._search and typed(key) else step_of(key, self.keys)
        if step:
            if shown:
                self._selected = (self._selected + step) % len(shown)
                return Outcome(shown[self._selected].tries)
        elif self.keys.means(key, "list.accept") and not (self._search and typed(key)):
            return self._choose(shown[self._selected]) if shown else STAY
        elif self._search:
            return self._edit(key)
        elif (character := typed(key)) in {*"123456789"} and int(character) <= len(shown):
            return self._choose(shown[int(character) - 1])
        return STAY

    def _edit(self, key: Key) -> Outcome:
        if is_named(key, "backspace"):
            return self._filter(self._query[:-1])
        if is_ctrl(key, "u"):
            return self._filter("")
        character = typed(key)
        return self._filter(self._query + character) if character else STAY

    def _filter(self, query: str) -> Outcome:
        if self._search and query != self._query:
            self._query, self._selected, self._top = query, 0, 0
            shown = self._shown()
            return Outcome(shown[0].tries) if shown else STAY
        return STAY

    def _choose(self, choice: Choice) -> Outcome:
        if choice.opens is not None:
            return Outcome((*choice.effects, OpenView(choice.opens())))
        return Outcome(choice.effects, "stay" if choice.keeps else "close" if choice.back else "close_all")

    def _shown(self) -> list[Choice]:
        wanted = self._query.lower()
        return [
            c for c in self._choices if wanted in c.option.name.lower() or (c.search and wanted in c.search.lower())
        ]

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        options = self._option_rows(width)
        head = [row for text in self._head_lines() for row in wrap(text, width, line("  "), line("  "))]
        head = [cut_line(row, width) for row in head]
        search, cursor = self._search_row(width)
        foot = [EMPTY, cut_line(line(Span(f"  {self.keys.worded(self.hint)}", DIM)), width)]
        head, foot = _fit(head, foot, height - len(search) - min(sum(map(len, options)), _LEAST_ROWS))
        room = max(height - len(head) - len(search) - len(foot), 1)
        self._top, end = window(options, self._selected, self._top, room)
        body = [row for option in options[self._top : end] for row in option][:room]
        rows = [*head, *search, *body, *foot][: max(height, 0)]
        return rows, None if cursor is None or len(head) >= len(rows) else (len(head), cursor)

    def menu(self) -> Menu:
        """Title and choices; of many that can be searched, the first."""
        from octavo.frontends.terminal.views.menu import Menu, in_words, texts

        found = [choice.option for choice in self._shown()]
        options = found[:_MOST_IN_WORDS] if self._search else found
        told = [clean(self.title), *texts(self._header)]
        if self._query:
            told.append(f"With “{clean(self._query)}”:" if found else f"Nothing has “{clean(self._query)}”.")
        if len(options) < len(found):
            told.append(f"The first {len(options)} of {len(found)}; words narrow them down.")
        return Menu(tuple(told), in_words(options), guarded=self._guard is not None)

    def pick(self, index: int, now: float) -> Outcome:
        """Take a choice."""
        return self._choose(self._shown()[index])

    def write(self, text: str, now: float) -> Outcome | None:
        """Words search, where that is possible."""
        return self._filter(text) if self._search else None

    def _option_rows(self, width: int) -> list[list[Line]]:
        shown = [choice.option for choice in self._shown()]
        if not shown:
            return [[cut_line(line(Span("  no matches", DIM)), width)]]
        return option_rows(shown, self._selected, width, numbered=not self._search)

    def _head_lines(self) -> list[Line]:
        return [line(Span(clean(self.title), BOLD)), *self._header, EMPTY]

    def _search_row(self, columns: int) -> tuple[list[Line], int | None]:
        if not self._search:
            return [], None
        text = Span(clean(self._query)) if self._query else Span(self._search, DIM)
        shown = cut_line(line("  ", text), columns)
        return [shown], min(2 + width(clean(self._query)), columns - 1)


def _fit(head: list[Line], foot: list[Line], room: int) -> tuple[list[Line], list[Line]]:
    """What is left of title and hint in so many rows: blank rows go first, then the hint, the title last."""
    while len(head) + len(foot) > max(room, 0):
        if foot and foot[0] == EMPTY:
            foot = foot[1:]
        elif head and head[-1] == EMPTY:
            head = head[:-1]
        elif foot:
            foot = []
        else:
            head = head[:-1]
    return head, foot
