"""What is completed or gone back to, as numbered choices."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.effects.sessions import Backtrack
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import one_line, one_short_line
from octavo.frontends.terminal.views.menu import Menu
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList
from octavo.frontends.terminal.views.view import CLOSE, STAY, Outcome, View, is_cancel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect

_LONGEST = 100


class Completions(View):
    """What fits the word at the cursor; the one that is chosen takes its place, and with `runs` is run at once."""

    def __init__(self, composer: Composer, *, runs: bool) -> None:
        self._composer, self._runs = composer, runs
        completion = composer.completion
        items = completion.popup.items if completion is not None else ()
        self._word = one_line(completion.token.text) if completion is not None else ""
        self._names = tuple(one_line(item.text) for item in items)
        self._choices = tuple(
            f"{one_line(item.text)}{f': {one_line(item.description)}' * bool(item.description)}" for item in items
        )

    def menu(self) -> Menu:
        """All of them."""
        return Menu((f"What fits {self._word}:",), self._choices)

    def pick(self, index: int, now: float) -> Outcome:
        """Complete with this one."""
        effects: tuple[Effect, ...] = tuple(self._composer.complete(index, runs=self._runs))
        return Outcome(effects, "close")

    def write(self, text: str, now: float) -> Outcome | None:
        """Only the numbers answer."""
        return None

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Esc leaves the word as it is."""
        return CLOSE if is_cancel(event) else STAY


def earlier_messages(texts: Sequence[str]) -> SelectionList:
    """The user's messages of the session, the newest first, to go back to."""
    choices = [
        Choice(Option(one_short_line(text, _LONGEST) or "(pictures)"), (Backtrack(tuple(texts), index),))
        for index, text in reversed(list(enumerate(texts)))
    ]
    return SelectionList("Which message do you want to edit? What came after it is left out.", choices)
