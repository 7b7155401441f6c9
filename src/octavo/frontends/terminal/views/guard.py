"""The rules that keep a question from being answered by keys that were meant for something else.

A key counts as an answer only after the question has stood for 350 ms without one. Those before go to the draft, but
for Enter, which does nothing. A paste never answers, with brackets or without: nobody types two characters within
10 ms, so a character counts once nothing came that soon behind it (`docs/terminal-views.md`, "Questions").
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from octavo.frontends.terminal.effects.screen import ToDraft
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.views.view import STAY, Outcome, is_named, typed

QUIET_SECONDS = 0.35
BURST_SECONDS = 0.01
"""What follows a character within this time came with a paste."""


class Admitted(msgspec.Struct, frozen=True):
    """The key that counts now, if one does, and what goes to the draft before and after it."""

    before: tuple[ToDraft, ...] = ()
    key: Key | None = None
    after: tuple[ToDraft, ...] = ()

    def outcome(self, answer: Callable[[Key], Outcome]) -> Outcome:
        """What the view's answer to the key leads to, and the draft's part with it."""
        led_to = STAY if self.key is None else answer(self.key)
        return Outcome((*self.before, *led_to.effects, *self.after), led_to.then)


class Guard:
    """Decides which inputs a question gets. `appear` begins the wait; `deadline` is when `due` has something.

    `quiet` is how long the question has to stand, in seconds; 350 ms at most.
    """

    def __init__(self, quiet: float | None = None) -> None:
        self._quiet = QUIET_SECONDS if quiet is None else min(quiet, QUIET_SECONDS)
        self._since: float | None = None
        self._character: tuple[Key, float] | None = None

    def appear(self, now: float, *, waits: bool = True) -> None:
        """The question is seen from now on; unless it `waits`, a key counts at once."""
        self._since, self._character = now if waits else float("-inf"), None

    def holds(self, now: float) -> bool:
        """Whether a key of this moment was typed before the question could be read. If so, the wait begins anew."""
        if self._since is not None and now - self._since >= self._quiet:
            return False
        self._since = now
        return True

    @property
    def deadline(self) -> float | None:
        """When a character counts, unless something comes before."""
        return self._character[1] + BURST_SECONDS if self._character else None

    def due(self, now: float) -> Key | None:
        """The character that counts, now that nothing came behind it."""
        if self._character is None or now < self._character[1] + BURST_SECONDS:
            return None
        key, self._character = self._character[0], None
        return key

    def admit(self, event: Key | Paste, now: float) -> Admitted:
        """Judge an input that is neither Esc nor Ctrl+C."""
        if (key := self.due(now)) is not None:
            return Admitted((), key, (ToDraft(event),))
        before: tuple[ToDraft, ...] = ()
        if self._character is not None:
            before, self._character = (ToDraft(self._character[0]),), None
            self._since = now
        if self.holds(now):
            return Admitted(before if is_named(event, "enter") else (*before, ToDraft(event)))
        if isinstance(event, Paste):
            return Admitted()
        if typed(event):
            self._character = (event, now)
            return Admitted()
        return Admitted((), event)
