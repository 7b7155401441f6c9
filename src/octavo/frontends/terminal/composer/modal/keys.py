"""What the keys of a terminal are called in commands."""

from __future__ import annotations

from octavo.frontends.terminal.composer.editor import typed
from octavo.frontends.terminal.keys.key import Key

_NAMED = ("enter", "backspace", "delete", "left", "right", "up", "down", "home", "end")
_WITH_CTRL = {"r": "ctrl-r", "[": "escape", "h": "backspace", "p": "up", "n": "down"}


def key_of(key: Key) -> str:
    """A character, or the name of a key; empty for keys that no command has."""
    if text := typed(key):
        return text
    if key.name == "escape":
        return "escape"
    if key.ctrl and not key.alt:
        return _WITH_CTRL.get(key.name, "")
    if key.ctrl or key.alt or key.name not in _NAMED:
        return ""
    return "" if key.name == "enter" and key.shift else key.name


def behind_escape(key: Key) -> Key | None:
    """The character that came so quickly behind Esc that a terminal calls both Alt with it; None for other keys."""
    if not key.alt or key.ctrl or len(key.name) != 1:
        return None
    text = key.name.upper() if key.shift else key.name
    return Key(text, text=text)
