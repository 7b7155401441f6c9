"""The title of the window: what the user has chosen of what is known of the session (`docs/terminal.md`, "Title").

What the session says is cleaned and cut; what is not known is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from octavo.config.config import Config
from octavo.frontends.terminal import session_items
from octavo.frontends.terminal.chat.chat import Chat
from octavo.frontends.terminal.notifications import shortened
from octavo.frontends.terminal.session_items import Around, Item, Known
from octavo.frontends.terminal.text.clean import one_line
from octavo.protocol import events

_LONGEST, _LONGEST_ITEM = 240, 48
_TURNS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TURN_S = 0.25
"""Seconds for which the mark of a running turn stays as it is: what is read at the edge of the eye may be slow."""
_STANDS = "•"
"""The mark where nothing is to move."""
_ASKED = "[ ! ] Action Required"


class Title:
    """The title as it goes with the session. `settings` tells the configuration of now."""

    def __init__(self, items: Sequence[str], settings: Callable[[], Config]) -> None:
        self.items, self.unknown = known_items(items), unknown_items(items)
        self._around = Around(settings)

    def heard(self, msg: events.Msg) -> None:
        """An event of the conversation."""
        self._around.heard(msg)

    def look(self) -> None:
        """Look up what may have changed beside the conversation."""
        self._around.look()

    def text(self, chat: Chat | None, *, is_open: bool, is_asked: bool, now: float) -> str:
        """The title now: of a session that has begun, while the user is asked something. Empty for none."""
        known = Known(self._around, self._around.settings(), chat, is_open, is_asked, now)
        texts = [(name, shortened(one_line(ITEMS[name].text(known)), _LONGEST_ITEM)) for name in self.items]
        whole = before = ""
        for name, text in ((name, text) for name, text in texts if text):
            gap = " " if before == "activity" else " | "
            whole, before = f"{whole}{gap}{text}" if whole else text, name
        return shortened(whole, _LONGEST)


def known_items(names: Sequence[str]) -> tuple[str, ...]:
    """Those that there are, each once, by the names of today."""
    return session_items.known_items(names, ITEMS, _OLDER)


def unknown_items(names: Sequence[str]) -> list[str]:
    """Those that nobody knows."""
    return session_items.unknown_items(names, ITEMS, _OLDER)


def _activity(at: Known) -> str:
    if at.is_asked:
        return _ASKED
    if at.chat is None or not at.chat.is_running:
        return ""
    is_still = at.config.tui.plain or not at.config.tui.animations
    return _STANDS if is_still else _TURNS[int(at.now / _TURN_S) % len(_TURNS)]


_FIRST = (
    "activity",
    "thread-name",
    "project-name",
    "app-name",
    "current-dir",
    "run-state",
    "thread-title",
    "git-branch",
)
_ALL: Mapping[str, Item] = {
    **session_items.ITEMS,
    "activity": Item("a turning mark while it works; a word while you are asked", _activity),
    "app-name": Item("the name of the program", lambda _: "octavo"),
}
ITEMS: Mapping[str, Item] = {**{name: _ALL[name] for name in _FIRST}, **_ALL}
"""All of them, in the order of `/title`."""

_OLDER = {**session_items.OLDER, "spinner": "activity"}
