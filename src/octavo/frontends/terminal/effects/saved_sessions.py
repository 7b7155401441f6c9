"""The list of saved sessions: what it reads, and what is chosen in it.

None of these needs a session that is open, but for `ChooseSession`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from octavo.frontends.terminal.views.saved_session import Order, SavedSession


class ChooseSession(msgspec.Struct, frozen=True):
    """Open the list of saved sessions."""


class ListSessions(msgspec.Struct, frozen=True):
    """Read the saved sessions, those first that come first in this order; the answers are `ResumePicker.add`."""

    by: Order


class SearchSessions(msgspec.Struct, frozen=True):
    """Look for words in what was said in these sessions; the answers are `ResumePicker.said`. Empty ends the search."""

    words: str
    sessions: tuple[SavedSession, ...] = ()


class PreviewSession(msgspec.Struct, frozen=True):
    """Read how a session began and ended; the answer is `ResumePicker.previewed`."""

    path: str


class PickSession(msgspec.Struct, frozen=True):
    """Go on with the session in this file; None for a new one, or for the one that is on the screen.

    Where that cannot be done the answer is `ResumePicker.refused`.
    """

    path: str | None
