"""What changes the screen itself: views, pagers and lines on it, what goes into the draft, and leaving it.

The first frame loads these: keys that work everywhere lead to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from octavo.frontends.terminal.keys.key import Key, Paste
    from octavo.frontends.terminal.views.view import View


class Quit(msgspec.Struct, frozen=True):
    """Shut the session down and leave."""


class Suspend(msgspec.Struct, frozen=True):
    """Stop the process group, as Ctrl+Z does in a shell."""


class Redraw(msgspec.Struct, frozen=True):
    """Draw the live rows anew: something else wrote on the screen."""


class OpenTranscript(msgspec.Struct, frozen=True):
    """Open the transcript; with `backtrack` the newest message of the user is selected."""

    backtrack: bool = False


class Info(msgspec.Struct, frozen=True):
    """Print a line of information, with a hint in grey behind it."""

    text: str
    hint: str = ""


class Error(msgspec.Struct, frozen=True):
    """Print an error line."""

    text: str


class OpenView(msgspec.Struct, frozen=True):
    """Put a view over what is there."""

    view: View


class OpenPager(msgspec.Struct, frozen=True):
    """Show a pager on the whole screen."""

    pager: View


class PageText(msgspec.Struct, frozen=True):
    """Show this text with the user's own pager."""

    text: str


class ToDraft(msgspec.Struct, frozen=True):
    """An input that a question held back: it was typed before the question could be read, and belongs to the draft."""

    input: Key | Paste


class InsertText(msgspec.Struct, frozen=True):
    """Type this into the draft."""

    text: str


class HeldEscape(msgspec.Struct, frozen=True):
    """Esc before a question could be read: it does what it did before the question came."""


class SwitchModes(msgspec.Struct, frozen=True):
    """Let the draft have vi's modes, or none if it has them."""


class ShowHelp(msgspec.Struct, frozen=True):
    """Show all keys and commands."""


class ShowKeys(msgspec.Struct, frozen=True):
    """Show what keys are bound to."""


class QuitHint(msgspec.Struct, frozen=True):
    """Say in the footer that Ctrl+C once more leaves the program."""


class PrintAgain(msgspec.Struct, frozen=True):
    """Print the whole conversation once more, laid out for the width of now."""
