"""Which saved session `exec resume` and `exec fork` go on with (`docs/exec.md`, "Resuming")."""

from __future__ import annotations

import os
from collections.abc import Callable

from octavo.config.config import Config
from octavo.errors import OctavoError
from octavo.rollout.find import find_named, find_session, newest_sessions


class NoSuchSession(OctavoError):
    """No saved session has the id or the name that was asked for."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"no rollout found for thread id {session_id}")


def named_session(config: Config, word: str) -> str:
    """The file of the session with this id, else of this name. Raises `NoSuchSession`."""
    path = find_session(config.codex_home, word) or find_named(config.codex_home, word)
    if path is None:
        raise NoSuchSession(word)
    return path


def newest_session_here(config: Config, *, anywhere: bool, warn: Callable[[str], None]) -> str | None:
    """The newest of the provider's sessions, those of this folder before all others; None where nothing is saved.

    `anywhere` lets the folder count for nothing. `warn` is told where the choice may surprise.
    """
    folder = os.path.realpath(config.cwd)
    here, newest = newest_sessions(config.codex_home, config.model_provider_id, None if anywhere else folder)
    if here is None and newest is None:
        warn("No saved session to go on with; a new one begins.")
    elif here is None and newest is not None and not anywhere:
        warn(f"No saved session of this folder; going on with the newest of all, of {newest.meta.cwd}.")
    chosen = here or newest
    return None if chosen is None else chosen.path
