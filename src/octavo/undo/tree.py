"""Looking at everything below a folder, without following a link (`docs/undo.md`)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping

import msgspec

from octavo.files.real_folder import open_folder
from octavo.undo.entry import Entry
from octavo.undo.state import inside

_MOST_OPEN = 50
"""Folders that are open at a time, whatever the depth."""
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
    """One folder: its path and status, and a descriptor that is open until the next one.

    Of its entries that are no folders, `changed` are those that do not look as they are known, or are not known, and
    `missing` the known names that are not there. `count` is how many entries stay in, the folder itself among them. One
    that `is_closed` could not be listed.
    """

    path: str
    descriptor: int
    status: os.stat_result
    changed: list[tuple[str, os.stat_result]]
    missing: Collection[str]
    count: int
    is_closed: bool = False


def folders_below(
    root: str,
    skip: Skip,
    entered: Callable[[str], None],
    skipped: set[str],
    known: Callable[[str], Mapping[str, Entry]],
    surely: int,
) -> Iterator[Folder]:
    """The folder `root` (absolute, no link in it) and all below it that are not skipped, parents first.

    `entered` is called before a folder is read, so that a watch on it misses nothing. What cannot be opened is left
    out, and so is what vanishes meanwhile. The names of what was skipped go to `skipped`. `known` says what the last
    look found right in a folder, by name; it holds for what was changed before `surely` (nanoseconds).
    """
    waiting = [root]
    with _OpenFolders() as folders:
        while waiting:
            path = waiting.pop()
            try:
                descriptor = folders.enter(path)
            except OSError:
                continue
            entered(path)
            found = _read(path, descriptor, skip, waiting, skipped, dict(known(path)), surely)
            if found is not None:
                yield found


class _OpenFolders:
    """The folder that is looked at and those above it, so that each is reached from the one above."""

    def __init__(self) -> None:
        self._chain: list[tuple[str, int]] = []

    def __enter__(self) -> _OpenFolders:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave(0)

    def enter(self, path: str) -> int:
        """A descriptor of the folder, open until the next one is entered. Raises `OSError`."""
        depth = len(self._chain)
        while depth and not path.startswith(self._chain[depth - 1][0]):
            depth -= 1
        self._leave(min(depth, _MOST_OPEN))
        if self._chain:
            start, above = self._chain[-1]
            descriptor = open_folder(path[len(start) :], above)
        else:
            descriptor = open_folder(path)
        self._chain.append((inside(path), descriptor))
        return descriptor

    def _leave(self, depth: int) -> None:
        while len(self._chain) > depth:
            os.close(self._chain.pop()[1])


def _read(
    path: str, above: int, skip: Skip, waiting: list[str], skipped: set[str], known: dict[str, Entry], surely: int
) -> Folder | None:
    """One folder; takes the names that it meets out of `known`, and puts the folders to go on with into `waiting`."""
    try:
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=above)
    except OSError:
        status = os.fstat(above)
        return Folder(path, above, status, [], known, 1, is_closed=True)
    start = inside(path)
    changed: list[tuple[str, os.stat_result]] = []
    count, take = 1, known.pop
    try:
        status = os.fstat(descriptor)
        with os.scandir(descriptor) as entries:
            for entry in entries:
                name = entry.name
                try:
                    now = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                count += 1
                before = take(name, None)
                if (  # spelled out: it runs for each of perhaps 100,000 files
                    before is not None
                    and before.ctime == now.st_ctime_ns < surely
                    and before.inode == now.st_ino
                    and before.size == now.st_size
                ):
                    continue
                if not stat.S_ISDIR(now.st_mode):
                    changed.append((name, now))
                    continue
                if before is not None:
                    known[name] = before  # what it was is missing
                if not skip.covers(name, start + name):
                    waiting.append(start + name)
                elif name not in NEVER:
                    skipped.add(name)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return Folder(path, above, status, changed, known, count)
