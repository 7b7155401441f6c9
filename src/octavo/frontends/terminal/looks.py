"""How the interface looks while it runs: its theme, the window's title, the status line; and what is wrong with them.

What none of them asks for is not loaded.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

from octavo.config.config import Config
from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.screen.surface import Surface
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.themes.theme import Theme
from octavo.protocol import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.status_command import StatusCommand

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class Looks:
    """What the user wants to see. `settings` tells the configuration of now, `start` works beside the loop, `changed`
    has the screen drawn anew, `warn` prints a line. Where nothing stands below the draft (`has_footer`) there is no
    status line.
    """

    def __init__(
        self,
        screen: Surface,
        app: App,
        settings: Callable[[], Config],
        start: Start,
        changed: Callable[[], None],
        warn: Callable[[str], None],
        *,
        has_footer: bool = True,
    ) -> None:
        self.screen, self.app, self.settings, self.has_footer = screen, app, settings, has_footer
        self._start, self._changed, self._warn = start, changed, warn
        self._command: StatusCommand | None = None
        self._told: set[str] = set()

    def begin(self) -> None:
        """Show what the configuration asks for."""
        self.set_title(self.settings().tui.terminal_title)
        self.set_status_line()

    def wear(self, theme: Theme) -> None:
        """Let the screen look like this theme."""
        self.screen.wear(theme)
        self.app.wear(theme)
        self._changed()

    def set_title(self, items: Sequence[str]) -> None:
        """These items stand in the window's title from now on, unless the user wants none of it."""
        self.app.title = None
        if items and not self.settings().tui.quiet:
            from octavo.frontends.terminal.title import Title

            self.app.title = Title(items, self.settings)
            self.app.title.look()

    def set_status_line(self) -> None:
        """What the settings of now want stands below the composer from now on."""
        self.app.status_line = self._command = None
        tui = self.settings().tui
        if not self.has_footer or not (tui.status_line or tui.status_line_command):
            return
        from octavo.frontends.terminal.status_line import StatusLine

        shown = self.app.status_line = StatusLine(tui.status_line, self.settings)
        shown.look()
        if tui.status_line_command:
            from octavo.frontends.terminal.status_command import StatusCommand

            def said(text: Line) -> None:
                shown.said = text
                self._changed()

            self._command = StatusCommand(
                tui.status_line_command, lambda: self.app.known(shown, time.monotonic()), said, self._warn, self._start
            )
            self.refresh()

    def heard(self, msg: events.Msg) -> None:
        """An event of the conversation, once the state has taken it."""
        if self.app.title is not None:
            self.app.title.heard(msg)
        if self.app.status_line is not None:
            self.app.status_line.heard(msg)
        if self._command is not None:
            from octavo.frontends.terminal.status_command import CHANGES

            if isinstance(msg, CHANGES):
                self._command.changed()

    def refresh(self) -> None:
        """Something else has changed: the user's own command may have something else to say."""
        if self._command is not None and self.app.talk is not None and self.app.talk.is_open:
            self._command.changed()

    def tell_faults(self) -> None:
        """What was asked for and cannot be had; each fault is told once."""
        for fault in self._faults():
            if fault not in self._told:
                self._told.add(fault)
                self._warn(fault)

    def _faults(self) -> Iterator[str]:
        tui, title, line = self.settings().tui, self.app.title, self.app.status_line
        if tui.theme is not None:
            from octavo.frontends.terminal.themes.choose import chosen_theme

            yield from chosen_theme(tui)[1]
        if title is not None and title.unknown:
            yield _no_items("title", title.unknown)
        if line is not None and line.unknown:
            yield _no_items("status line", line.unknown)


def _no_items(place: str, names: Sequence[str]) -> str:
    return f"No such items of the {place}: {', '.join(names)}. /{place.replace(' ', '')} lists those that there are."
