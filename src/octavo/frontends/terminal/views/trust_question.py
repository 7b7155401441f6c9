"""Whether the user trusts the folder that the session is to work in (`docs/config.md`, "Trust")."""

from __future__ import annotations

from octavo.frontends.terminal.effects.beginning import AnswerTrust
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import one_line, visible
from octavo.frontends.terminal.text.styled import BOLD, DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.guard import Guard
from octavo.frontends.terminal.views.option_rows import Option, option_rows
from octavo.frontends.terminal.views.view import STAY, Cursor, Outcome, View, is_ctrl, is_named, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.views.menu import Menu

_OPTIONS = (
    Option("Yes, it may work here", "changes files in this folder by itself, asks before it goes beyond"),
    Option("No, ask me first", "reads files, asks before it changes anything"),
)


class TrustQuestion(View):
    """The question; yes is suggested inside of a repository. Whatever leaves it without an answer means no."""

    def __init__(self, folder: str, *, in_repository: bool) -> None:
        self._folder, self._in_repository = folder, in_repository
        self._selected = 0 if in_repository else 1
        self._guard = Guard()

    def appear(self, now: float) -> None:
        """It is seen from now on."""
        self._guard.appear(now)

    def deadline(self) -> float | None:
        """When `tick` is due."""
        return self._guard.deadline

    def tick(self, now: float) -> Outcome:
        """The deadline has come."""
        key = self._guard.due(now)
        return STAY if key is None else self._key(key)

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if is_ctrl(event, "c") or is_ctrl(event, "d"):
            return _answer(1)
        if is_named(event, "escape"):
            return STAY
        return self._guard.admit(event, now).outcome(self._key)

    def _key(self, key: Key) -> Outcome:
        if is_named(key, "up", "down") or typed(key) in ("j", "k"):
            self._selected = 1 - self._selected
        elif is_named(key, "enter"):
            return _answer(self._selected)
        elif typed(key) in ("1", "y"):
            return _answer(0)
        elif typed(key) in ("2", "n", "q"):
            return _answer(1)
        return STAY

    def menu(self) -> Menu:
        """The same in words."""
        from octavo.frontends.terminal.views.menu import Menu, in_words

        told = (f"Octavo runs in {visible(one_line(self._folder))}.", self._question)
        return Menu(told, in_words(_OPTIONS), back=False, guarded=True)

    def pick(self, index: int, now: float) -> Outcome:
        """Give an answer."""
        return _answer(index)

    def write(self, text: str, now: float) -> Outcome | None:
        """Yes or no by their letters."""
        return {"y": _answer(0), "n": _answer(1), "q": _answer(1)}.get(text.lower())

    @property
    def _question(self) -> str:
        kind = (
            "a git repository" if self._in_repository else "no git repository, so changes cannot be taken back with it"
        )
        return f"It is {kind}. May Octavo work here without asking each time?"

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        options = [row for option in option_rows(_OPTIONS, self._selected, width, numbered=True) for row in option]
        head = [
            *wrap(line("Octavo runs in ", Span(visible(one_line(self._folder)), BOLD)), width, line("  "), line("  ")),
            EMPTY,
            *wrap(line(self._question), width, line("  "), line("  ")),
            EMPTY,
        ]
        foot = [EMPTY, cut_line(line(Span("  enter to confirm", DIM)), width)]
        if len(head) + len(options) + len(foot) > height:
            foot = []
            head = head[: max(height - len(options), 0)]
        return [*head, *options, *foot][: max(height, 0)], None


def _answer(index: int) -> Outcome:
    return Outcome((AnswerTrust(trusted=index == 0),), "close")
