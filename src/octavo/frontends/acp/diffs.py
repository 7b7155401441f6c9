"""What a patch does, as whole texts of files (`docs/acp.md`, "Tool calls").

A patch tells hunks. The file on the disk is the text before or after them, depending on
when it is read, and the hunks tell which.
"""

from __future__ import annotations

from octavo.frontends.acp.types.content import Diff
from octavo.patch.disk import UnreadableFileError, read_text
from octavo.patch.hunks import both_texts, shown_parts
from octavo.protocol.changes import FileChange, FileChanges, UpdatedFile

_LARGEST = 1 << 20
"""Characters of a file from which on its hunks must do."""


def diffs_of(changes: FileChanges) -> tuple[Diff, ...]:
    """One for each file of a patch."""
    return tuple(_diff(path, change) for path, change in changes.items())


def _diff(path: str, change: FileChange) -> Diff:
    if change.add is not None:
        return Diff(path=path, new_text=change.add.content)
    if change.delete is not None:
        return Diff(path=path, old_text=change.delete.content, new_text="")
    if change.update is None:
        raise ValueError("a change that changes nothing")
    old, new = _texts(path, change.update)
    return Diff(path=change.update.move_path or path, old_text=old, new_text=new)


def _texts(path: str, update: UpdatedFile) -> tuple[str, str]:
    for place in (path, update.move_path):
        text = _read(place) if place is not None else None
        if text is not None and (both := both_texts(text, update.unified_diff)) is not None:
            return both
    return shown_parts(update.unified_diff)


def _read(path: str) -> str | None:
    try:
        text = read_text(path)
    except UnreadableFileError:
        return None
    return text if len(text) <= _LARGEST else None
