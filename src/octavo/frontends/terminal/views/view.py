"""What the composer's place can be taken by: the interface of lists, questions, notes, pagers and start-up screens.

A view is fed keys and drawn into rows; it does nothing by itself. What it wants done it says in effects
(`octavo.frontends.terminal.effects`). Times are monotonic seconds that the caller tells
(`docs/terminal-views.md`, "Views").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.keys.keymap import DEFAULT, Keymap
from octavo.frontends.terminal.text.styled import Line

if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.views.menu import Menu

Cursor = tuple[int, int]
"""Row and column of the cursor in the rows of a view, both from 0."""


class Outcome(msgspec.Struct, frozen=True):
    """What an input led to: effects in their order, and what becomes of the view.

    `close` shows what was below it; `close_all` leaves the lists that led here as well.
    """

    effects: tuple[Effect, ...] = ()
    then: Literal["stay", "close", "close_all"] = "stay"


STAY = Outcome()
CLOSE = Outcome((), "close")


class View:
    """One view. All but `handle` and `rows` has a meaning for most views and may stay."""

    keys: Keymap = DEFAULT
    """The bindings of its keys; whoever shows the view sets them."""

    takes_text = False
    """Whether typed characters become text of this view."""

    is_question = False
    """Whether the agent waits for the answer."""

    asked_beside = ""
    """The command of the user beside the turn that waits for it, if one does."""

    def appear(self, now: float) -> None:
        """The view is seen from now on, for the first time or again."""

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take a key or a paste."""
        raise NotImplementedError

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """At most `height` rows, none wider than `width`, and the cursor where one is shown."""
        raise NotImplementedError

    def deadline(self) -> float | None:
        """When `tick` has something to do; None for never."""
        return None

    def tick(self, now: float) -> Outcome:
        """The deadline has come."""
        return STAY

    # --- in words ---

    def menu(self) -> Menu | None:
        """The view in words and numbered choices; None while there is nothing to say yet."""
        from octavo.frontends.terminal.views.menu import Menu, texts

        return Menu(texts(self.rows(80, 1000)[0]))

    def pick(self, index: int, now: float) -> Outcome:
        """Take the choice with this index."""
        return STAY

    def write(self, text: str, now: float) -> Outcome | None:
        """Take a line that is no number of a choice; None: it is no answer here."""
        for character in text:
            self.handle(Key(character, text=character), now)
        return self.handle(Key("enter"), now)


def is_cancel(event: Key | Paste, keys: Keymap | None = None) -> bool:
    """Whether the input is Ctrl+C, or what goes back: Esc, unless other keys are bound to that."""
    goes_back = is_named(event, "escape") if keys is None else keys.means(event, "list.cancel")
    return goes_back or is_ctrl(event, "c")


def step_of(event: Key | Paste, keys: Keymap) -> int:
    """-1 for a row up in a list, 1 for a row down, 0 for other inputs."""
    return keys.means(event, "list.move_down") - keys.means(event, "list.move_up")


def is_ctrl(event: Key | Paste, name: str) -> bool:
    """Whether the input is this letter with Ctrl alone."""
    return isinstance(event, Key) and event.name == name and event.ctrl and not event.alt


def is_named(event: Key | Paste, *names: str) -> bool:
    """Whether the input is one of these keys without Ctrl or Alt."""
    return isinstance(event, Key) and event.name in names and not event.ctrl and not event.alt


def typed(event: Key | Paste) -> str:
    """What a key types, empty for other keys and for pastes. Ctrl and Alt together are AltGr."""
    return event.text if isinstance(event, Key) and event.ctrl == event.alt else ""
