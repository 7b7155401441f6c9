"""The conversation as a file of the user's (`docs/terminal.md`, "Exporting").

It holds what `octavo sessions export` writes: what was said and done, nothing that was put around it.
"""

from __future__ import annotations

import os
import stat

from octavo.errors import OctavoError
from octavo.files.private_file import replace_private_file
from octavo.frontends.terminal.text.directory import without_tilde
from octavo.frontends.transcripts.forms import form_of, in_form
from octavo.rollout.errors import os_error_text
from octavo.rollout.read import load_rollout


class CannotExport(OctavoError):
    """It was not written; the text says why."""


class AlreadyThere(CannotExport):
    """There is a file of this name."""


def export_path(file: str, cwd: str, home: str | None) -> str:
    """The file that the user means, seen from the folder of the session."""
    return os.path.normpath(os.path.join(cwd, without_tilde(file, home)))


def export_session(rollout_path: str, target: str, *, overwrites: bool) -> None:
    """Write it, for its owner alone. Raises `AlreadyThere`, `CannotExport` and `RolloutReadError`."""
    if overwrites:
        _check_is_file(target)
    elif os.path.lexists(target):
        raise AlreadyThere(target)
    text = in_form(form_of(target), load_rollout(rollout_path)).encode("utf-8", "replace")
    try:
        if overwrites:
            replace_private_file(target, text)
        else:
            _write_new(target, text)
    except FileExistsError:
        raise AlreadyThere(target) from None
    except OSError as error:
        raise CannotExport(os_error_text(error)) from None


def session_text(rollout_path: str) -> str:
    """It as Markdown. Raises `RolloutReadError`."""
    return in_form("markdown", load_rollout(rollout_path))


def _check_is_file(target: str) -> None:
    try:
        mode = os.lstat(target).st_mode
    except OSError:
        return  # gone meanwhile
    if not stat.S_ISREG(mode):
        raise CannotExport("it is no plain file")


def _write_new(target: str, data: bytes) -> None:
    """All of it or nothing, and nobody else's file."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    is_whole = False
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        is_whole = True
    finally:
        if not is_whole:
            os.unlink(target)
