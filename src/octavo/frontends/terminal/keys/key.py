"""What comes from a terminal, as values. Releases of keys never get here, repeats are presses."""

from __future__ import annotations

import msgspec


class Key(msgspec.Struct, frozen=True):
    """One press.

    `name` is the character itself for keys that have one (lower case for control and alt combinations, the typed
    character otherwise), else one of `enter`, `tab`, `backtab`, `backspace`, `delete`, `insert`, `escape`, `up`,
    `down`, `left`, `right`, `home`, `end`, `pageup`, `pagedown`, `f1` to `f35`, or `other` for keys that mean nothing
    here. `text` is what the key types, empty when it types nothing.
    """

    name: str
    ctrl: bool = False
    alt: bool = False
    shift: bool = False
    text: str = ""


class Paste(msgspec.Struct, frozen=True):
    """A bracketed paste, its line ends as they came; it never submits and never answers a question."""

    text: str


class Entered(msgspec.Struct, frozen=True):
    """A line that the terminal handed over whole, without its end; several in one where they came together."""

    text: str


class Focus(msgspec.Struct, frozen=True):
    """The terminal's window gained or lost the focus."""

    gained: bool


class ColorReply(msgspec.Struct, frozen=True):
    """The terminal's default foreground (`which` 10) or background (11), each part 0 to 255."""

    which: int
    red: int
    green: int
    blue: int


class KeyboardReply(msgspec.Struct, frozen=True):
    """The terminal speaks the enhanced keyboard protocol; `flags` are those in force."""

    flags: int


class VersionReply(msgspec.Struct, frozen=True):
    """The terminal's own name and version, such as `tmux 3.4`."""

    name: str


Input = Key | Paste | Entered | Focus | ColorReply | KeyboardReply | VersionReply
"""All that the parser hands on; other answers and unknown sequences are swallowed."""
