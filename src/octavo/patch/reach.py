"""Whether a patch could be carried out here at all, found out without changing anything.

A sandbox may let some sections of a patch through and refuse others. Where the
patch is tried again without the sandbox afterwards, the first try must not have
done half of it: its changes would no longer fit (`docs/apply-patch.md`).
"""

from __future__ import annotations

import errno
import os

from octavo.patch.sections import AddFile, DeleteFile, Patch, UpdateFile

_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)


def refused_path(patch: Patch) -> str | None:
    """The first path of the patch that this process may not write, remove or create; None if there is none."""
    for section in patch.sections:
        if isinstance(section, AddFile):
            writes, removes = [section.path], []
        elif isinstance(section, DeleteFile):
            writes, removes = [], [section.path]
        else:
            writes, removes = _of_update(section)
        for path in writes:
            if not _can_write(path):
                return path
        for path in removes:
            if not _can_make_files(os.path.dirname(path) or "."):
                return path
    return None


def _of_update(section: UpdateFile) -> tuple[list[str], list[str]]:
    if section.move_to is None:
        return [section.path], []
    return [section.move_to], [section.path]


def _can_write(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC))
    except FileNotFoundError:
        return _can_make_files(os.path.dirname(path) or ".")
    except (OSError, ValueError) as error:
        return getattr(error, "errno", None) not in _REFUSED
    return True


def _can_make_files(folder: str) -> bool:
    """Whether files can be made in the folder, or in the nearest one above that is there."""
    while not os.path.lexists(folder) and folder not in ("/", "."):
        folder = os.path.dirname(folder) or "."
    if not hasattr(os, "O_TMPFILE"):
        return os.access(folder, os.W_OK)
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except (OSError, ValueError) as error:
        return getattr(error, "errno", None) not in _REFUSED
    return True
