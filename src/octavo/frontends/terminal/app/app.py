"""The state of the interface: an input, an event or the passing of time changes it, and it says what is to be seen.

Nothing here reads, writes, waits or knows a clock: what has to be done outside goes to `perform`, whose answers come
back as calls. So a whole session can be played in memory, by keys and recorded events (`docs/terminal.md`, "The loop").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from octavo.frontends.terminal.app.colors import Colors
from octavo.frontends.terminal.app.conversation import ConversationView
from octavo.frontends.terminal.app.frame import Frame
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.pane import Pane, pane_rows
from octavo.frontends.terminal.composer.status import Light
from octavo.frontends.terminal.effects import (
    Effect,
    InsertText,
    OpenPager,
    OpenTranscript,
    OpenView,
    QuitHint,
    Redraw,
    RunCommand,
    Suspend,
    ToDraft,
)
from octavo.frontends.terminal.keys.key import ColorReply, Focus, Input, Key, KeyboardReply, Paste
from octavo.frontends.terminal.text.styled import EMPTY, Line, Style
from octavo.frontends.terminal.views.stack import ViewStack
from octavo.frontends.terminal.views.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.notifications import Notifier

Perform = Callable[[Effect, float], None]


class App:
    """Composer, views, pager and conversation on one screen.

    `talk` is set once the conversation's own parts are loaded; until then only the composer is there.
    """

    def __init__(self, composer: Composer, depth: int, perform: Perform) -> None:
        self.composer = composer
        self.views = ViewStack()
        self.pager: View | None = None
        self.colors = Colors(depth)
        self.enhanced = False
        self.talk: ConversationView | None = None
        self.notifier: Notifier | None = None
        self.covered = False
        """Whether something stands in the place of everything, as before the session begins."""
        self._perform = perform

    # --- what comes in ---

    def handle(self, value: Input, now: float) -> None:
        """Take an input."""
        match value:
            case Key() | Paste():
                self._press(value, now)
            case Focus(gained):
                if self.notifier is not None:
                    self.notifier.focus(gained)
            case ColorReply():
                self.colors = self.colors.told(value)
            case KeyboardReply():
                self.enhanced = True

    def tick(self, now: float) -> None:
        """The deadline has come."""
        self.run(self.composer.tick(now), now)
        self.run(self.views.tick(now), now)
        if self.pager is not None:
            self._after_pager(self.pager.tick(now), now)
        if self.talk is not None:
            self.talk.tick(now)

    def deadline(self, now: float) -> float | None:
        """When `tick` is due, None for never."""
        due = [self.composer.deadline, self.views.deadline(), self.pager.deadline() if self.pager else None]
        if self.talk is not None:
            due.append(self.talk.deadline(now, self.colors, seen=self.views.top is None and self.pager is None))
        return min((at for at in due if at is not None), default=None)

    def run(self, effects: Iterable[Effect], now: float) -> None:
        """Do what was asked for: here, if it concerns nothing but the screen, else outside."""
        for effect in effects:
            match effect:
                case OpenView(view):
                    self.open_view(view, now)
                case OpenPager(pager):
                    self.open_pager(pager, now)
                case ToDraft(value):
                    self.run(self.composer.handle(value, now), now)
                case InsertText(text):
                    self.run(self.composer.handle(Key(text, text=text), now), now)
                case QuitHint():
                    self.composer.hint = "ctrl-c"
                case OpenTranscript(backtrack):
                    if self.talk is not None:
                        self.open_pager(self.talk.transcript(backtrack=backtrack), now)
                case _ if self.talk is not None and self.talk.takes(effect):
                    self.run(self.talk.run(effect, now), now)
                case _:
                    self._perform(effect, now)

    def open_view(self, view: View, now: float) -> None:
        """Put a view in the composer's place."""
        self.views.push(view, now)

    def open_pager(self, pager: View, now: float) -> None:
        """Put a pager over the whole screen."""
        self.pager = pager
        pager.appear(now)

    def _press(self, key: Key | Paste, now: float) -> None:
        if self.pager is not None:
            self._after_pager(self.pager.handle(key, now), now)
            if key == Key("z", ctrl=True):
                self._perform(Suspend(), now)
        elif key in _ANYWHERE and self.views.top is not None:
            self.run([_ANYWHERE[key]], now)
        elif self.views.top is not None:
            self.run(self.views.handle(key, now), now)
        else:
            self.run(self.composer.handle(key, now), now)
