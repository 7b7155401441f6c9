"""Which files a patch writes, for whoever decides about it in the user's place."""

from __future__ import annotations

import os

from octavo.protocol.changes import FileChanges


def touched(changes: FileChanges) -> set[str]:
    """The files of a patch: those that it moves others to, and where links lead, included."""
    updates = [one.update for one in changes.values() if one.update is not None]
    named = {*changes, *(one.move_path for one in updates if one.move_path is not None)}
    return named | set(map(os.path.realpath, named))
