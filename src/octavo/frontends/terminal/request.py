"""What one run of the interface is to begin with."""

from __future__ import annotations

import msgspec

TYPE_CHECKING = False  # every start waits for this module
if TYPE_CHECKING:
    from typing import Literal


class SavedSession(msgspec.Struct, frozen=True):
    """The session of this id or name."""

    id: str


NEW: Literal["new"] = "new"
NEWEST: Literal["newest"] = "newest"
CHOOSE: Literal["choose"] = "choose"

if TYPE_CHECKING:
    SessionChoice = Literal["new", "newest", "choose"] | SavedSession
    """A new session, the newest saved one, one chosen from a list, or that of an id."""


class TerminalRequest(msgspec.Struct, frozen=True):
    """The session to open, and the first message with its pictures."""

    session: SessionChoice = NEW
    prompt: str = ""
    images: tuple[str, ...] = ()
    forks: bool = False
    """Whether the saved session is copied into a new one."""
    everything: bool = False
    """Whether sessions count that no person began."""
