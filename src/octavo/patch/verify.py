"""Tries a patch against the disk before anyone is asked about it (`docs/apply-patch.md`, "In a turn").

Nothing is written. Every section is held against the disk as it is now, also
when an earlier section of the same patch would change it; only whether a name is
free for a new file follows the sections.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import msgspec

from octavo.patch.diff import unified_hunks
from octavo.patch.disk import Disk, UnreadableFileError, entry_of, read_text
from octavo.patch.parse import parse
from octavo.patch.sections import AddFile, DeleteFile, Section, UpdateFile
from octavo.patch.update import PatchApplyError, already_there, updated_text
from octavo.protocol.changes import AddedFile, DeletedFile, FileChange, FileChanges, UpdatedFile

EVENT_CONTEXT = 1
"""Equal lines around a change in the diffs that clients get."""


class VerifiedPatch(msgspec.Struct, frozen=True):
    """A patch that fits the disk.

    `changes` says by absolute path what it does; `cwd` is the folder it counts
    relative paths from; `touched` are all paths it writes or removes, absolute
    and in order, destinations of moves among them; `text` is the patch as
    `apply_patch` will get it.
    """

    changes: FileChanges
    cwd: str
    touched: tuple[str, ...]
    text: str


def verify(patch_text: str, cwd: str, refuse: Callable[[str], None] = lambda path: None) -> VerifiedPatch:
    """What `patch_text` would do with relative paths counting from the absolute folder `cwd`.

    `refuse` is called with each path before anything is read there, and may raise what it likes.
    Raises `PatchError`, whose text belongs after `apply_patch verification failed: `.
    """
    patch = parse(patch_text)
    changes: FileChanges = {}
    touched: dict[str, None] = {}
    free = _FreeNames()
    for section in patch.sections:
        path = os.path.join(cwd, section.path)
        refuse(path)
        change = _change(section, path, cwd)
        free.follow(path, change)
        changes[path] = change
        touched[path] = None
        if change.update is not None and change.update.move_path is not None:
            refuse(change.update.move_path)
            touched[change.update.move_path] = None
    return VerifiedPatch(changes, cwd, tuple(touched), patch.text)


class _FreeNames:
    """Which names are free for a new file, as the sections of a patch make and remove some."""

    def __init__(self) -> None:
        self._made: set[str] = set()
        self._gone: set[str] = set()

    def follow(self, path: str, change: FileChange) -> None:
        """Take the next section. Raises `PatchApplyError` if it would overwrite something."""
        if change.add is not None:
            self._make(path)
        elif change.delete is not None:
            self._remove(path)
        elif change.update is not None:
            to = change.update.move_path
            if to is not None and not Disk().same_entry(path, to):
                self._make(to)
                self._remove(path)

    def _make(self, path: str) -> None:
        entry = entry_of(path)
        is_taken = os.path.lexists(path) and entry not in self._gone and not os.path.isdir(path)
        if entry in self._made or is_taken:
            raise PatchApplyError(already_there(path))
        self._made.add(entry)

    def _remove(self, path: str) -> None:
        entry = entry_of(path)
        self._made.discard(entry)
        self._gone.add(entry)


def weight(patch_text: str, cwd: str) -> int:
    """How many bytes `verify` has to look at, about: the patch and the files that it names."""
    total = len(patch_text)
    for path in files_read(patch_text, cwd):
        with contextlib.suppress(OSError, ValueError):
            total += os.stat(path).st_size
    return total


def files_read(patch_text: str, cwd: str) -> Iterator[str]:
    """The files that a patch changes or deletes, as far as a glance shows."""
    for line in patch_text.split("\n"):
        header, _, name = line.strip().partition(": ")
        if header in ("*** Update File", "*** Delete File"):
            yield os.path.join(cwd, name)


def _change(section: Section, path: str, cwd: str) -> FileChange:
    for name in (path, getattr(section, "move_to", None) or ""):
        if "\0" in name:
            raise PatchApplyError(f"Failed to write {name}: file name contained an unexpected NUL byte")
    if isinstance(section, AddFile):
        return FileChange(add=AddedFile(section.content))
    if isinstance(section, DeleteFile):
        return FileChange(delete=DeletedFile(_read(path, "Failed to read")))
    return FileChange(update=_updated(section, path, cwd))


def _updated(section: UpdateFile, path: str, cwd: str) -> UpdatedFile:
    original = _read(path, "Failed to read file to update")
    diff = unified_hunks(original, updated_text(original, section.chunks, path), EVENT_CONTEXT)
    return UpdatedFile(diff, None if section.move_to is None else os.path.join(cwd, section.move_to))


def _read(path: str, failure: str) -> str:
    try:
        return read_text(path)
    except UnreadableFileError as error:
        raise PatchApplyError(f"{failure} {path}: {error}") from None
