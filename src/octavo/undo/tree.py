"""Looking at everything below a folder, without following a link (`docs/undo.md`)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator

import msgspec

from octavo.files.real_folder import open_folder

NEVER = frozenset({".git", ".hg", ".svn", ".jj"})
"""What belongs to a version control system; it has its own ways back."""

SKIPPED = (
    *("node_modules", ".venv", "venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".tox", ".nox"),
    *(".gradle", ".terraform", ".next", ".nuxt", ".turbo", ".parcel-cache", ".direnv"),
)
"""Folders that are made anew by a tool, wherever they lie."""

SKIPPED_IF_IGNORED = frozenset({"target", "build", "dist", "out", "vendor", "Pods", ".cache", "coverage", ".build"})
"""Likewise, but only where git ignores them: they may as well be somebody's work."""


class Skip(msgspec.Struct, frozen=True):
    """Which folders are not looked into: those of these names and paths, and some that git ignores."""

    names: frozenset[str]
    is_ignored: Callable[[str], bool]
    paths: frozenset[str] = frozenset()

    def covers(self, name: str, path: str) -> bool:
        """Whether the folder `name` at `path` stays out."""
        if name in NEVER or name in self.names or path in self.paths:
            return True
        return name in SKIPPED_IF_IGNORED and self.is_ignored(path)


class Folder(msgspec.Struct):
    """One folder: its path, a descriptor that is open until the next one, and the entries that are no folders."""

    path: str
    descriptor: int
    status: os.stat_result
    others: list[tuple[str, os.stat_result]]


def folders_below(root: str, skip: Skip, entered: Callable[[str], None], skipped: set[str]) -> Iterator[Folder]:
    """The folder `root` (absolute, no link in it) and all below it that are not skipped, parents first.

    `entered` is called before a folder is read, so that a watch on it misses nothing. What cannot be opened is left
    out, and so is what vanishes meanwhile. The names of what was skipped go to `skipped`.
    """
    waiting = [root]
    while waiting:
        path = waiting.pop()
        try:
            above = open_folder(path)
        except OSError:
            continue
        try:
            entered(path)
            found = _read(path, above, skip, waiting, skipped)
            if found is not None:
                yield found
        finally:
            os.close(above)


def _read(path: str, above: int, skip: Skip, waiting: list[str], skipped: set[str]) -> Folder | None:
    try:
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=above)
    except OSError:
        status = os.fstat(above)
        return Folder(path, above, status, [])
    start = path.rstrip("/") + "/"
    others: list[tuple[str, os.stat_result]] = []
    try:
        status = os.fstat(descriptor)
        with os.scandir(descriptor) as entries:
            for entry in entries:
                name = entry.name
                try:
                    of_entry = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if not stat.S_ISDIR(of_entry.st_mode):
                    others.append((name, of_entry))
                elif not skip.covers(name, start + name):
                    waiting.append(start + name)
                elif name not in NEVER:
                    skipped.add(name)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return Folder(path, above, status, others)
