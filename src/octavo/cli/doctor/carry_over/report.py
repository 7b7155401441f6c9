"""All findings about a state folder. It is only read: nothing in it is changed, started or asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from octavo.cli.doctor.carry_over.extensions import check_extensions
from octavo.cli.doctor.carry_over.login import check_stored_login
from octavo.cli.doctor.carry_over.sessions import check_sessions
from octavo.cli.doctor.carry_over.settings import check_carried_settings
from octavo.cli.doctor.finding import Finding, broken, ok
from octavo.cli.visible import with_tilde

_LATER_FILES = ("state_*.sqlite", "thread_history_*.sqlite", "logs_*.sqlite", "goals_*.sqlite", "memories_*.sqlite")


def inspect_home(folder: str, environ: Mapping[str, str], cwd: str) -> Iterator[Finding]:
    """What carries over from the folder, by subject."""
    if not os.path.isdir(folder):
        yield broken("home", f"there is no folder {with_tilde(folder)}", "name the folder: --from-codex FOLDER")
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        yield broken("home", f"{with_tilde(folder)} cannot be read", f"chmod u+rx {with_tilde(folder)}")
        return
    yield ok("home", f"{with_tilde(folder)}{_generation(folder)}")
    yield from check_carried_settings(folder, environ, cwd)
    yield from check_stored_login(folder)
    yield from check_sessions(folder)
    yield from check_extensions(folder)


def _generation(folder: str) -> str:
    """Whether later releases have been at work there, by the indexes that they keep beside the files."""
    import fnmatch

    names = os.listdir(folder)
    indexes = [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in _LATER_FILES)]
    if indexes:
        return f", of a later release; its indexes ({len(indexes)} databases) are neither needed nor touched"
    return ", as 0.53 has it" if names else ", empty"
