"""How keys are written: in the configuration (`ctrl-x`), and on the screen (`ctrl + x`)."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from octavo.frontends.terminal.keys.key import Key

Chord = tuple[str, bool, bool, bool]
"""The name of a key with Ctrl, Alt and Shift. A key that types has what it types as its name, and no Shift."""

_NAMES = {
    "esc": "escape", "return": "enter", "del": "delete", "pgup": "pageup", "page-up": "pageup", "pgdn": "pagedown",
    "pgdown": "pagedown", "page-down": "pagedown", "spacebar": " ", "space": " ", "minus": "-",
}  # fmt: skip
_PLAIN = {
    "escape", "enter", "tab", "backspace", "delete", "up", "down", "left", "right", "home", "end", "pageup", "pagedown",
    *(f"f{number}" for number in range(1, 25)),
}  # fmt: skip
_MODIFIERS = {
    "ctrl": "ctrl", "control": "ctrl", "alt": "alt", "option": "alt", "shift": "shift", "super": "super",
    "cmd": "super", "command": "super",
}  # fmt: skip
_SHOWN = {
    "escape": "esc", "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "pgup", "pagedown": "pgdn",
    " ": "space", "backtab": "shift + tab",
}  # fmt: skip
_MOST_STROKES = 2


class NoKey(ValueError):
    """What was written is no key."""


def chords_of(written: str) -> tuple[Chord, ...]:
    """The strokes of a binding, in their order. Raises `NoKey`; none of a key that terminals do not tell (Super)."""
    strokes = written.split()
    if not 1 <= len(strokes) <= _MOST_STROKES:
        raise NoKey
    chords = [_chord(stroke.lower()) for stroke in strokes]
    return () if None in chords else tuple(chord for chord in chords if chord is not None)


def _chord(stroke: str) -> Chord | None:
    held: set[str] = set()
    while (split := stroke.partition("-"))[1] and split[0] in _MODIFIERS:
        modifier, stroke = _MODIFIERS[split[0]], split[2]
        if modifier in held:
            raise NoKey
        held.add(modifier)
    name = _NAMES.get(stroke, stroke)
    is_typed = len(name) == 1 and name.isascii() and name.isprintable() and stroke != "-"
    if name not in _PLAIN and not is_typed:
        raise NoKey
    if "super" in held:
        return None
    ctrl, alt, shift = ("ctrl" in held), ("alt" in held), ("shift" in held)
    if is_typed and not ctrl and not alt:
        return (name.upper() if shift else name, False, False, False)
    if name == "tab" and shift:
        return ("backtab", ctrl, alt, False)
    return (name, ctrl, alt, shift)


def chord_of(key: Key) -> Chord:
    """The chord of a press."""
    text = key.text if key.ctrl == key.alt else ""
    return (text, False, False, False) if text else (key.name, key.ctrl, key.alt, key.shift)


def shown(written: str) -> str:
    """A binding on the screen; empty for one that cannot be pressed."""
    return " ".join(map(shown_chord, chords_of(written)))


def shown_chord(chord: Chord) -> str:
    """One stroke on the screen."""
    name, ctrl, alt, shift = chord
    alt_name = "⌥" if sys.platform == "darwin" else "alt"
    held = [word for word, is_held in (("ctrl", ctrl), (alt_name, alt), ("shift", shift)) if is_held]
    return " + ".join([*held, _SHOWN.get(name, name)])


def all_shown(bindings: Sequence[str]) -> str:
    """Several bindings on the screen."""
    return ", ".join(text for text in map(shown, bindings) if text)
