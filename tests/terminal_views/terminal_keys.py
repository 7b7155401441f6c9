"""Keys and screens for tests of views."""

from __future__ import annotations

from octavo.frontends.terminal.effects.effect import Effect
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.views.stack import ViewStack
from octavo.frontends.terminal.views.view import View

ENTER, ESC, UP, DOWN = Key("enter"), Key("escape"), Key("up"), Key("down")
CTRL_C = Key("c", ctrl=True)


def key(text: str) -> Key:
    """The key that types this character."""
    return Key(text, text=text)


def ctrl(name: str) -> Key:
    """This letter with Ctrl."""
    return Key(name, ctrl=True)


def shown(view: View | ViewStack, width: int = 80, height: int = 24) -> list[str]:
    """The rows without styles, without blanks at their ends."""
    rows, _ = view.rows(width, height)
    return [row.text.rstrip() for row in rows]


class Hands:
    """A stack of views and a clock: keys come half a second apart, unless told otherwise."""

    def __init__(self, *views: View) -> None:
        self.stack, self.now = ViewStack(), 100.0
        self.effects: list[Effect] = []
        for view in views:
            self.stack.push(view, self.now)
        self.stack.drawn(self.now)

    def press(self, *events: Key | Paste | str, gap: float = 0.5) -> list[Effect]:
        """Press keys one after another; what they led to."""
        start = len(self.effects)
        for event in events:
            self.now += gap
            self._tick()
            if self.stack.top is not None:
                self.effects += self.stack.handle(key(event) if isinstance(event, str) else event, self.now)
                self.stack.drawn(self.now)
        self.now += 0.02 if gap else 0.0
        self._tick()
        return self.effects[start:]

    def _tick(self) -> None:
        due = self.stack.deadline()
        if due is not None and due <= self.now:
            self.effects += self.stack.tick(self.now)
            self.stack.drawn(self.now)
