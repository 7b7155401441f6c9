"""What the composer asks for: sending or running what was typed, stopping it, and what is found and read for a draft.

The first frame loads these.
"""

from __future__ import annotations

import msgspec

from octavo.frontends.terminal.effects.screen import Error, Info, OpenTranscript, Quit, Redraw, Suspend


class Submit(msgspec.Struct, frozen=True):
    """Send a message: text first, then the pictures at these paths; the text goes into the message history."""

    text: str
    images: tuple[str, ...] = ()


class Steer(msgspec.Struct, frozen=True):
    """Tell the turn that runs: the model hears the text, and sees the pictures, with its next step."""

    text: str
    images: tuple[str, ...] = ()


class UserShell(msgspec.Struct, frozen=True):
    """Run the user's own command line (what stood behind `!`); with `beside`, at once beside what runs."""

    command: str
    beside: bool = False


class RunCommand(msgspec.Struct, frozen=True):
    """Run the built-in slash command of this name, without the slash, with what stands behind it."""

    name: str
    argument: str = ""


class Interrupt(msgspec.Struct, frozen=True):
    """Stop what began last: the running turn, or a command of the user beside it."""


class FetchHistory(msgspec.Struct, frozen=True):
    """Read an entry of the message history; the answer is `Composer.history_entry`."""

    offset: int
    log_id: int


class FindHistory(msgspec.Struct, frozen=True):
    """Find the newest entry before offset `below` that holds `part`; the answer is `Composer.history_found`."""

    part: str
    below: int
    log_id: int


class SearchFiles(msgspec.Struct, frozen=True):
    """Search files; the answers are `Composer.files_found`. An empty query ends the search that runs."""

    query: str


class PasteImage(msgspec.Struct, frozen=True):
    """Read a picture from the clipboard; the answer is `Composer.clipboard_image`."""


class EditDraft(msgspec.Struct, frozen=True):
    """Open the user's editor with this text; the answer is `Composer.edited`."""

    text: str


ComposerEffect = (
    Submit
    | Steer
    | UserShell
    | RunCommand
    | Interrupt
    | Quit
    | Suspend
    | Redraw
    | OpenTranscript
    | FetchHistory
    | FindHistory
    | SearchFiles
    | PasteImage
    | EditDraft
    | Info
    | Error
)
"""What the composer asks for."""
