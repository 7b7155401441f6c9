"""The answer to what is asked, written as a line: a number and Enter, a letter and Enter, or words.

What keeps a question from being answered by accident holds here too: an answer to a guarded one counts once it has
stood for 350 ms without a key, keys from before go to the draft, and nothing that was pasted answers. An empty line
answers nothing (`docs/terminal.md`, "Without a screen").
"""

from __future__ import annotations

from typing import NamedTuple

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor, typed
from octavo.frontends.terminal.composer.paste import with_line_feeds
from octavo.frontends.terminal.effects.screen import ToDraft
from octavo.frontends.terminal.keys.key import Entered, Key, Paste
from octavo.frontends.terminal.plain.prompt import Prompt, prompt
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.views.guard import BURST_SECONDS, QUIET_SECONDS
from octavo.frontends.terminal.views.menu import Menu
from octavo.frontends.terminal.views.view import Outcome, View

_KEPT = "It is kept in the draft."


class Answered(NamedTuple):
    """What an input has led to, and what is said about it."""

    outcome: Outcome = Outcome()
    remark: str = ""


class Answers:
    """The line under the view that stands in front."""

    def __init__(self) -> None:
        self._view: View | None = None
        self._menu: Menu | None = None
        self._editor = Editor()
        self._quiet_since = 0.0
        self._last_character = float("-inf")
        self._is_taken = False  # an answer was, and what it leads to is not there yet

    def appear(self, now: float) -> None:
        """Only what is typed from now on is an answer."""
        self._quiet_since = now

    def say(self, view: View | None, now: float) -> list[str]:
        """What is to be said of the view in front: all of it, when it is another one or asks something else."""
        if view is not self._view:
            self._view, self._menu, self._editor = view, None, Editor()
            self._quiet_since = now
            self._is_taken = False
        menu = view.menu() if view is not None else None
        if menu is None or menu == self._menu:
            return []
        self._menu, self._quiet_since = menu, now
        self._is_taken = False
        return [*menu.text, *(f"{number}. {choice}" for number, choice in enumerate(menu.choices, 1))]

    def ask_again(self) -> None:
        """Something was said since the last answer."""
        self._is_taken = False

    def prompt(self, columns: int) -> Prompt:
        """The line to answer on; none while it is not known yet what the answer leads to."""
        menu = self._menu
        if menu is None or self._is_taken:
            return Prompt()
        return prompt(menu.asks, self._editor.draft, columns, secret=menu.secret)

    @property
    def is_secret(self) -> bool:
        """Whether the answer must not be seen."""
        return self._menu is not None and self._menu.secret

    def key(self, key: Key | Paste, columns: int, now: float) -> Answered:
        """Take a key that neither leaves the view nor belongs to the program."""
        menu, view = self._menu, self._view
        self._is_taken = False
        if menu is None or view is None:
            return Answered(Outcome((ToDraft(key),)))
        if menu.guarded:
            if now - self._quiet_since < QUIET_SECONDS:
                self._quiet_since = now
                return Answered() if key == Key("enter") else Answered(Outcome((ToDraft(key),)))
            if isinstance(key, Paste):
                return Answered()
        if isinstance(key, Paste):
            text = with_line_feeds(key.text)
            self._editor.insert(Draft(text, len(text)))
            return Answered()
        if key != Key("enter", text=key.text):
            self._last_character = now if typed(key) else self._last_character
            self._editor.handle(key, columns)
            return Answered()
        text = self._editor.draft.text
        self._editor.reset()
        if menu.guarded and now - self._last_character <= BURST_SECONDS:
            return Answered()  # it came with the characters before it: a paste
        return self._answer(view, menu, text, now)

    def line(self, entered: Entered, now: float) -> Answered | None:
        """Take a whole line; None where it is none of the view's: it was written before that could be read, or is
        more than a word where one is asked for."""
        menu, view, text = self._menu, self._view, entered.text
        self._is_taken = False
        if menu is None or view is None:
            return None
        if menu.guarded and (now - self._quiet_since < QUIET_SECONDS or " " in text.strip() or text[:1] in ("/", "!")):
            self._quiet_since = now
            return None
        return self._answer(view, menu, text, now)

    def _answer(self, view: View, menu: Menu, text: str, now: float) -> Answered:
        answer = text if menu.secret else text.strip()
        if not answer and not menu.empty:
            return Answered()
        if answer == "0" and menu.back:
            return Answered(view.handle(Key("escape"), now))
        if answer.isdecimal() and menu.choices:
            number = int(answer)
            if 1 <= number <= len(menu.choices):
                picked = view.pick(number - 1, now)
                self._is_taken = picked.then == "stay" and bool(picked.effects)
                return Answered(picked)
            return Answered(remark=f"There is no choice {number}.")
        outcome = view.write(answer, now)
        if outcome is not None:
            return Answered(outcome)
        if menu.guarded and " " in answer:
            return Answered(Outcome((ToDraft(Paste(text)),)), f"“{one_line(answer)}” is no answer. {_KEPT}")
        return Answered(remark=f"“{one_line(answer)}” is no answer here.")
