"""Links, pipes and other files that ripgrep does not list (`docs/search.md`, "Which files").

The folders that hold listed files are read for them. Whether some are ignored is asked
of ripgrep, too: empty regular files of the same names, beside copies of the ignore
files, are laid out in a temporary folder and listed there. That costs a file each, so
it is asked of those alone that would be found.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from octavo.files.plain_file import open_plain
from octavo.search.kept_folders import KeptFolder, Stamp
from octavo.search.listing import list_files

IGNORE_FILES = (".gitignore", ".ignore", ".rgignore")
"""Files of rules that may stand in any folder."""
_RACY_NS = 50_000_000
_MOST_FOLDERS = 500_000  # to remember


class _Seen(NamedTuple):
    """A folder as it was read: when, how much is in it, and its special files once somebody looked."""

    read_ns: int
    size: int
    special: tuple[str, ...] | None = None


class SpecialFiles:
    """What folders were seen to hold; a folder is read again once it has changed.

    One for a searcher, and for one search at a time.
    """

    def __init__(self) -> None:
        self.count = 0
        """How many folders were read."""
        self._seen: dict[str, _Seen | KeptFolder] = {}

    def remember(self, root: str, folders: Mapping[str, KeptFolder]) -> None:
        """What an earlier process told of the folders below a root."""
        top = root or os.curdir
        for path, folder in folders.items():
            self._seen.setdefault(f"{top}/{path}", folder)

    def to_keep(self, root: str, sizes: Mapping[str, int]) -> dict[str, KeptFolder]:
        """What a later process can be told; `sizes` are those with which `below` looked last."""
        top = root or os.curdir
        folders = {}
        for path in sizes:
            seen, stamp = self._seen.get(folder := f"{top}/{path}"), _stamp(folder)
            if seen is not None and stamp is not None and _is_still(folder, seen):  # in this order: it changes any time
                folders[path] = KeptFolder(stamp, seen.special or ())
        return folders

    def read(self, folder: str) -> None:
        """Read a folder, unless it is known as it is now."""
        seen = self._seen.get(folder)
        if seen is not None and _is_still(folder, seen):
            return
        if len(self._seen) >= _MOST_FOLDERS:
            self._seen.clear()
        self.count += 1
        now = time.time_ns()
        try:
            self._seen[folder] = _Seen(now, len(os.listdir(os.fsencode(folder))))  # names as bytes come sooner
        except OSError:
            self._seen.pop(folder, None)

    def below(self, root: str, sizes: Mapping[str, int]) -> list[str]:
        """The special files in folders that were read, ignored ones too; all paths are relative to `root`.

        `sizes` tells how many files and folders are known in each: one that holds no more holds nothing special.
        """
        top = root or os.curdir
        return [
            os.path.join(folder, name)
            for folder, known in sizes.items()
            for name in self._names(f"{top}/{folder}", known)
        ]

    def _names(self, folder: str, known: int) -> tuple[str, ...]:
        seen = self._seen.get(folder)
        if seen is None:
            return ()
        if isinstance(seen, _Seen) and seen.special is None:
            if seen.size == known:
                return ()
            seen = self._seen[folder] = seen._replace(special=_special_in(folder))
        return seen.special or ()


class Folders:
    """The folders on the way to listed files, each read as soon as it is known of."""

    def __init__(self, root: str, special: SpecialFiles) -> None:
        self.sizes: dict[str, int] = {}
        """How many listed files and known folders there are in each."""
        self._top = root or os.curdir
        self._special = special
        self._add("")

    def add(self, piece: bytes) -> None:
        """The folders of paths that each end in a NUL."""
        sizes = Counter([path.rpartition(b"/")[0] for path in piece.split(b"\0")])
        sizes[b""] -= 1  # behind the last NUL
        for folder, size in sizes.items():
            self._add(name := os.fsdecode(folder))
            self.sizes[name] += size

    @property
    def paths(self) -> Iterator[str]:
        """All of them, with the root before them."""
        return (f"{self._top}/{folder}" for folder in self.sizes)

    def _add(self, folder: str) -> None:
        if folder in self.sizes:
            return
        self.sizes[folder] = 0
        self._special.read(f"{self._top}/{folder}")
        if folder:
            above = folder.rpartition("/")[0]
            self._add(above)  # no deeper than paths may be long
            self.sizes[above] += 1


def unchanged_since(path: str, moment_ns: int) -> bool:
    """Whether what stands there has not changed since a moment shortly before that one.

    Clocks of disks are coarse, and nobody can set this time of a file back.
    """
    try:
        return os.stat(path).st_ctime_ns < moment_ns - _RACY_NS
    except OSError:
        return False


def _is_still(folder: str, seen: _Seen | KeptFolder) -> bool:
    if isinstance(seen, KeptFolder):
        return _stamp(folder) == seen.stamp
    return unchanged_since(folder, seen.read_ns)


def _stamp(folder: str) -> Stamp | None:
    try:
        state = os.stat(folder)
    except OSError:
        return None
    return state.st_ino, state.st_ctime_ns


def _special_in(folder: str) -> tuple[str, ...]:
    try:
        with os.scandir(folder) as entries:
            return tuple(entry.name for entry in entries if _is_special(entry))
    except OSError:
        return ()


def _is_special(entry: os.DirEntry[str]) -> bool:
    return not entry.is_file(follow_symlinks=False) and not entry.is_dir(follow_symlinks=False)


def not_ignored(root: str, paths: Collection[str], environ: Mapping[str, str]) -> set[str]:
    """Those of the paths below `root` that ripgrep would list, were they regular files. Raises `RipgrepMissing`."""
    import tempfile  # slow to import, and there are hardly ever special files

    root = os.path.abspath(root or os.curdir)
    with tempfile.TemporaryDirectory(prefix="octavo-") as top:
        copy = top + root
        _lay_out(top, {os.path.join(root, path) for path in paths})
        if not os.path.isdir(copy):
            return set()
        listed = {
            os.fsdecode(path) for piece in list_files(copy, environ, workspace=root) for path in piece.split(b"\0")
        }
        return listed.intersection(paths)


def _lay_out(top: str, files: set[str]) -> None:
    folders = {folder for parent in set(map(os.path.dirname, files)) for folder in (parent, *_parents(parent))}
    # A path that is too long once it stands below `top` is taken for an ignored one.
    for folder in sorted(folders):
        with contextlib.suppress(OSError):
            os.makedirs(top + folder, exist_ok=True)
        for name in IGNORE_FILES:
            _copy(os.path.join(folder, name), top)
        # Where a repository begins matters, and so does its own list of what is ignored.
        if os.path.lexists(os.path.join(folder, ".git")):
            with contextlib.suppress(OSError):
                os.makedirs(top + os.path.join(folder, ".git", "info"), exist_ok=True)
            _copy(os.path.join(folder, ".git", "info", "exclude"), top)
    for file in files:
        with contextlib.suppress(OSError), open(top + file, "xb"):
            pass


def _copy(file: str, top: str) -> None:
    with contextlib.suppress(OSError), open_plain(file) as source, open(top + file, "xb") as target:
        target.write(source.read())


def _parents(path: str) -> Iterator[str]:
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent
