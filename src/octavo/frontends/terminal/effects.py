"""What the interface asks to be done: all that composer and views cannot do themselves, as values.

They change only what is on the screen; whoever runs the loop carries these out and feeds the answer back, if there
is one.
"""

from __future__ import annotations

from typing import NamedTuple


class Submit(NamedTuple):
    """Send a message: text first, then the pictures at these paths; the text goes into the message history."""

    text: str
    images: tuple[str, ...] = ()


class UserShell(NamedTuple):
    """Run the user's own command line (what stood behind `!`)."""

    command: str


class RunCommand(NamedTuple):
    """Run the built-in slash command of this name, without the slash."""

    name: str


class Interrupt(NamedTuple):
    """Stop the running turn."""


class Quit(NamedTuple):
    """Shut the session down and leave."""


class Suspend(NamedTuple):
    """Stop the process group, as Ctrl+Z does in a shell."""


class Redraw(NamedTuple):
    """Draw the live rows anew: something else wrote on the screen."""


class OpenTranscript(NamedTuple):
    """Open the transcript; with `backtrack` the newest message of the user is selected."""

    backtrack: bool = False


class FetchHistory(NamedTuple):
    """Read an entry of the message history; the answer is `Composer.history_entry`."""

    offset: int
    log_id: int


class SearchFiles(NamedTuple):
    """Search files; the answer is `Composer.files_found`. An empty query ends the search that runs."""

    query: str


class PasteImage(NamedTuple):
    """Read a picture from the clipboard; the answer is `Composer.clipboard_image`."""


class EditDraft(NamedTuple):
    """Open the user's editor with this text; the answer is `Composer.edited`."""

    text: str


class Info(NamedTuple):
    """Print a line of information, with a hint in grey behind it."""

    text: str
    hint: str = ""


class Error(NamedTuple):
    """Print an error line."""

    text: str


ComposerEffect = (
    Submit
    | UserShell
    | RunCommand
    | Interrupt
    | Quit
    | Suspend
    | Redraw
    | OpenTranscript
    | FetchHistory
    | SearchFiles
    | PasteImage
    | EditDraft
    | Info
    | Error
)
"""What the composer asks for."""

Effect = ComposerEffect
"""All of them."""
