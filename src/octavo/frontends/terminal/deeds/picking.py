"""The picker of saved sessions, before a session and inside of one."""

from __future__ import annotations

import os
import time

from octavo.frontends.terminal.effects.saved_sessions import (
    ChooseSession,
    ListSessions,
    PickSession,
    PreviewSession,
    SearchSessions,
)
from octavo.frontends.terminal.interface import Interface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.actions.session_listing import SessionListing


_LARGE = 20_000_000
"""Bytes from which on a session takes a while to read."""


def choose_session(here: Interface, _: ChooseSession) -> None:
    """Open the picker inside of a session."""
    from octavo.frontends.terminal.views.resume_picker import ResumePicker

    config = here.config
    here.app.pager = picker = ResumePicker(time.time, config.cwd, config.environ.get("HOME"), inside=True)
    here.run_effects(picker.wanted())


def list_sessions(here: Interface, effect: ListSessions) -> None:
    """Read the saved sessions for the picker that is seen."""
    if (listing := _listing(here)) is not None:
        listing.list(effect.by)


def search_sessions(here: Interface, effect: SearchSessions) -> None:
    """Look for words in what was said."""
    if (listing := _listing(here)) is not None:
        listing.search(effect.words, effect.sessions)


def preview_session(here: Interface, effect: PreviewSession) -> None:
    """Read how a session began and ended."""
    if (listing := _listing(here)) is not None:
        listing.preview(effect.path)


def pick_session(here: Interface, effect: PickSession) -> None:
    """Go on with the session that was picked, once it is known that it can be read."""
    listing, path = _listing(here), effect.path
    if listing is None or path is None:
        _close(here)
        _go_on(here, path)
        return

    def picked(size: int) -> None:
        if here.listing is listing:
            _close(here)
            _go_on(here, path)
            if size > _LARGE:
                here.info(f"Reading a session of {size / 1e6:.0f} MB …")

    listing.probe(path, picked)


def _go_on(here: Interface, path: str | None) -> None:
    if here.session is None:
        here.picked(path)
    elif path is not None and os.path.abspath(path) == os.path.abspath(here.rollout_path):
        here.info("This session is the one on the screen.")
    elif path is not None:
        here.record("new_session")
        here.open_session(here.runtime.resume(path, here.config))


def _close(here: Interface) -> None:
    """No picker is seen any more."""
    from octavo.frontends.terminal.views.resume_picker import ResumePicker

    if here.listing is not None:
        here.listing.close(remember=True)
        here.listing = None
    if isinstance(here.app.pager, ResumePicker):
        here.app.pager = None
        here.app.views.appear(time.monotonic())


def _listing(here: Interface) -> SessionListing | None:
    """What reads for the picker on the screen; None where there is none."""
    from octavo.frontends.terminal.views.resume_picker import ResumePicker

    picker = here.app.pager
    if here.listing is None and isinstance(picker, ResumePicker):
        from octavo.frontends.terminal.actions.session_listing import SessionListing
        from octavo.frontends.terminal.actions.session_scan import SessionScan

        config = here.config
        scan = SessionScan(config.codex_home, config.model_provider_id, everything=here.lists_everything)
        here.listing = SessionListing(scan, picker, here.loop.changed)
    return here.listing
