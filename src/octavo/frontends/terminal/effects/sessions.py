"""What becomes of the session that is open: another begins, it is copied, named, shortened or written to a file."""

from __future__ import annotations

import msgspec


class NewSession(msgspec.Struct, frozen=True):
    """Begin a fresh conversation with the settings of now; with `clears` on a clean screen, what was there above it."""

    clears: bool = False


class ForkSession(msgspec.Struct, frozen=True):
    """Go on in a copy of all of this session."""


class Backtrack(msgspec.Struct, frozen=True):
    """Go on in a new conversation with what stood before one of the user's messages, and put that one into the draft.

    `messages` are the texts of this session in their order, as shown; `selected` is the place of the one to edit.
    """

    messages: tuple[str, ...]
    selected: int


class RenameSession(msgspec.Struct, frozen=True):
    """Call this session so from now on."""

    name: str


class CompactSession(msgspec.Struct, frozen=True):
    """Forget the shown token usage and ask for a summary."""


class ExportSession(msgspec.Struct, frozen=True):
    """Write the conversation into this file, whose ending tells the form; without `overwrites` only where none is."""

    file: str
    overwrites: bool = False


class CopySession(msgspec.Struct, frozen=True):
    """Put the whole conversation on the clipboard, as Markdown."""
