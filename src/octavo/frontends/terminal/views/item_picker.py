"""A list of things to show somewhere, such as in the title of the window: which of them, and in which order.

Space takes one in or out, ← and → move it, and what comes of it stands below (`docs/terminal-views.md`, "Lists").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import clean, one_line
from octavo.frontends.terminal.text.styled import BOLD, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.option_rows import Option, option_rows, window
from octavo.frontends.terminal.views.view import CLOSE, STAY, Cursor, Outcome, View, is_cancel, is_named, step_of, typed

if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.views.menu import Menu

HINT = "space to take in or out, ← → to move, {list.accept} to save, {list.cancel} to go back"


class ItemPicker(View):
    """The list: `items` are names with what they mean, `chosen` those that are taken, which come first.

    `preview` says what a choice looks like, `save` what is to be done with it.
    """

    def __init__(
        self,
        title: str,
        items: Mapping[str, str],
        chosen: Sequence[str],
        preview: Callable[[tuple[str, ...]], str],
        save: Callable[[tuple[str, ...]], Effect],
    ) -> None:
        self._title, self._meanings, self._preview, self._save = title, items, preview, save
        self._taken = list(chosen)
        self._names = [*chosen, *(name for name in items if name not in chosen)]
        self._selected = self._top = 0

    @property
    def _chosen(self) -> tuple[str, ...]:
        return tuple(name for name in self._names if name in self._taken)

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if is_cancel(event, self.keys):
            return CLOSE
        if self.keys.means(event, "list.accept"):
            return Outcome((self._save(self._chosen),), "close")
        if step := step_of(event, self.keys):
            self._selected = (self._selected + step) % len(self._names)
        elif is_named(event, "left", "right") and isinstance(event, Key):
            self._move(1 if event.name == "right" else -1)
        elif typed(event) == " ":
            name = self._names[self._selected]
            (self._taken.remove if name in self._taken else self._taken.append)(name)
        return STAY

    def _move(self, by: int) -> None:
        at, to = self._selected, self._selected + by
        if 0 <= to < len(self._names):
            self._names[at], self._names[to] = self._names[to], self._names[at]
            self._selected = to

    # --- in words ---

    def menu(self) -> Menu:
        """The items by number; those that are to be shown are written in their order."""
        from octavo.frontends.terminal.views.menu import Menu

        now = ", ".join(self._chosen) or "nothing"
        choices = tuple(f"{name}: {clean(self._meanings[name])}" for name in self._names)
        told = (clean(self._title), f"Now: {now}.")
        return Menu(told, choices, prompt="Numbers in the order wanted, such as 2 1, or none; 0 to go back: ")

    def pick(self, index: int, now: float) -> Outcome:
        """This one alone."""
        return Outcome((self._save((self._names[index],)),), "close")

    def write(self, text: str, now: float) -> Outcome | None:
        """Several, or none."""
        words = [] if text.lower() == "none" else text.replace(",", " ").split()
        numbers = [int(word) for word in words if word.isdecimal() and 1 <= int(word) <= len(self._names)]
        if len(numbers) < len(words):
            return None
        return Outcome((self._save(tuple(self._names[number - 1] for number in dict.fromkeys(numbers))),), "close")

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        options = [
            Option(f"[{'x' if name in self._taken else ' '}] {name}", self._meanings[name]) for name in self._names
        ]
        shown = option_rows(options, self._selected, width, numbered=False)
        preview = one_line(self._preview(self._chosen)) or "(nothing)"
        head = [line("  ", Span(clean(self._title), BOLD)), EMPTY]
        indent = line("  ")
        foot = [EMPTY, line("  ", preview), *wrap(line(Span(self.keys.worded(HINT), DIM)), width, indent, indent)]
        if height < len(head) + len(foot) + 1:
            head, foot = [], []
        self._top, end = window(shown, self._selected, self._top, max(height - len(head) - len(foot), 1))
        body = [row for rows in shown[self._top : end] for row in rows]
        rows = [*head, *body, *foot][:height]
        return [cut_line(row, width) for row in rows], None
