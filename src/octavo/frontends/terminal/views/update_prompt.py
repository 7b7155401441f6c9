"""The question at the start whether a newer version is to be installed (`docs/terminal-views.md`, "Updates")."""

from __future__ import annotations

from octavo.frontends.terminal.effects.beginning import DismissUpdate, RunUpdate
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import BOLD, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.option_rows import Option, option_rows
from octavo.frontends.terminal.views.view import CLOSE, STAY, Cursor, Outcome, View, is_cancel, is_ctrl, is_named, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.views.menu import Menu


class UpdatePrompt(View):
    """Update now, skip, or skip until there is a still newer version. Leaving it means to skip."""

    def __init__(self, present: str, latest: str, command: str) -> None:
        self._present, self._latest = present, latest
        self._options = (
            Option("Update now", f"runs {command}"),
            Option("Skip"),
            Option("Skip until the next version"),
        )
        self._selected = 0

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if is_cancel(event) or is_ctrl(event, "d"):
            return CLOSE
        if is_named(event, "enter"):
            return self._choose(self._selected)
        if is_named(event, "up", "down") or typed(event) in ("j", "k"):
            step = 1 if is_named(event, "down") or typed(event) == "j" else -1
            self._selected = (self._selected + step) % len(self._options)
        elif typed(event) in ("1", "2", "3"):
            return self._choose(int(typed(event)) - 1)
        return STAY

    def menu(self) -> Menu:
        """The same in words."""
        from octavo.frontends.terminal.views.menu import Menu, in_words

        told = (f"A newer version is there: {one_line(self._latest)}; this one is {self._present}.",)
        return Menu(told, in_words(self._options))

    def pick(self, index: int, now: float) -> Outcome:
        """Give an answer."""
        return self._choose(index)

    def write(self, text: str, now: float) -> Outcome | None:
        """Only the numbers answer."""
        return None

    def _choose(self, index: int) -> Outcome:
        effects: tuple[tuple[Effect, ...], ...] = ((RunUpdate(),), (), (DismissUpdate(self._latest),))
        return Outcome(effects[index], "close")

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        versions = f"{self._present} -> {one_line(self._latest)}"
        options = option_rows(self._options, self._selected, width, numbered=True)
        title = line(Span("A newer version is there: ", BOLD), versions)
        head = [EMPTY, *wrap(title, width, line("  "), line("  ")), EMPTY]
        foot = [EMPTY, line(Span("  enter to choose, esc to skip", DIM))]
        body = [row for option in options for row in option]
        rows = [*head, *body, *foot] if len(head) + len(body) + len(foot) <= height else body
        return [cut_line(row, width) for row in rows[: max(height, 0)]], None
