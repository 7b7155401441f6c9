"""The diff of a whole turn: all that its patches did to the files they touched (`docs/apply-patch.md`, "Turn diff").

What commands write is seen only where a patch has touched the same file.
"""

from __future__ import annotations

import os

from octavo.patch.diff import unified_hunks
from octavo.patch.snapshot import ABSENT, ABSENT_ID, BlobId, Snapshot, git_root, plain_blob_id, snapshot
from octavo.protocol.changes import FileChanges

TURN_CONTEXT = 3
"""Equal lines around a change, as git shows by default."""


class TurnDiffTracker:
    """Remembers files as they were before the first patch of a turn that touched them.

    `blob_id` asks git for the id of a blob in a repository; without it, or when
    it answers None, ids are those of the plain bytes.
    """

    def __init__(self, blob_id: BlobId | None = None) -> None:
        self._blob_id = blob_id
        self._files: list[_TrackedFile] = []

    def on_patch_begin(self, changes: FileChanges) -> None:
        """Take in `changes`, by absolute path, right before they are made."""
        for path, change in changes.items():
            place = os.path.normpath(path)
            file = next((file for file in self._files if file.now_at == place), None)
            if file is None:
                file = _TrackedFile(place)
                self._files.append(file)
            if change.update is not None and change.update.move_path is not None:
                file.before_move = file.now_at
                file.now_at = os.path.normpath(change.update.move_path)

    def unified_diff(self) -> str | None:
        """The diff from the remembered files to those on the disk now, or None when nothing differs."""
        named = sorted((_display(path), index, path) for index, path in enumerate(self._places()))
        text = ""
        for _, index, path in named:
            text += self._files[index].diff(path, self._blob_id)
            if not text.endswith("\n"):
                text += "\n"
        return text if text.strip() else None

    def _places(self) -> list[str]:
        """Where each file is now; one whose move was refused is still where it was."""
        tracked = {file.now_at for file in self._files}
        return [
            file.before_move
            if file.before_move is not None
            and file.before_move not in tracked
            and not os.path.lexists(file.now_at)
            and os.path.lexists(file.before_move)
            else file.now_at
            for file in self._files
        ]


class _TrackedFile:
    """One file from its first patch on, and the diff as it was last worked out."""

    def __init__(self, path: str) -> None:
        self.first_at = path
        self.now_at = path
        self.before_move: str | None = None
        self.baseline = snapshot(path)
        self._last: tuple[str, Snapshot, str] | None = None

    def diff(self, path: str, blob_id: BlobId | None) -> str:
        """From the baseline to what stands at `path` now; "" for equal bytes."""
        current = snapshot(path)
        if self._last is None or self._last[:2] != (path, current):
            self._last = (path, current, _file_diff(self.first_at, self.baseline, path, current, blob_id))
        return self._last[2]


def _file_diff(old_path: str, old: Snapshot, new_path: str, new: Snapshot, blob_id: BlobId | None) -> str:
    if (old.content, old.huge, old.mode is None) == (new.content, new.huge, new.mode is None):
        return ""
    left, right = f"a/{_display(old_path)}", f"b/{_display(new_path)}"
    header = f"diff --git {left} {right}\n{_mode_lines(old, new)}"
    header += f"index {_id(old_path, old, blob_id)}..{_id(new_path, new, blob_id)}\n"
    files = f"--- {'/dev/null' if old == ABSENT else left}\n+++ {'/dev/null' if new == ABSENT else right}\n"
    if old.huge or new.huge:
        return f"{header}{files}Binary files differ\n"
    try:
        hunks = unified_hunks(old.content.decode("utf-8"), new.content.decode("utf-8"), TURN_CONTEXT)
    except UnicodeDecodeError:
        return f"{header}{files}Binary files differ\n"
    return header + files + hunks if hunks else header


def _mode_lines(old: Snapshot, new: Snapshot) -> str:
    if old.mode is None:
        return f"new file mode {new.mode}\n"
    if new.mode is None:
        return f"deleted file mode {old.mode}\n"
    return "" if old.mode == new.mode else f"old mode {old.mode}\nnew mode {new.mode}\n"


def _id(path: str, file: Snapshot, blob_id: BlobId | None) -> str:
    if file.mode is None or file.huge:
        return ABSENT_ID
    root = git_root(path)
    asked = blob_id(root, path, file.content) if blob_id and root and file.mode != "120000" else None
    return asked or plain_blob_id(file.content)


def _display(path: str) -> str:
    """`path` as a diff names it: from the root of its repository, or else absolute."""
    root = git_root(path)
    return path if root is None else os.path.relpath(path, root)
