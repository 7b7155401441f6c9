"""Links, pipes and other files that ripgrep does not list (`docs/search.md`, "Which files").

The folders that hold listed files are read for them. Whether one is ignored is asked
of ripgrep, too: empty regular files of the same names, beside copies of the ignore
files, are laid out in a temporary folder and listed there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping

from octavo.files.plain_file import open_plain
from octavo.search.listing import list_files

_MOST_FOLDERS = 500_000  # to remember
_IGNORE_FILES = (".gitignore", ".ignore", ".rgignore")


class SpecialFiles:
    """What folders were seen to hold; a folder is read again once it has changed.

    One for a searcher, and for one search at a time.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, tuple[str, ...]]] = {}

    def below(self, root: str, folders: Iterable[str], environ: Mapping[str, str]) -> list[str]:
        """The special files that stand in the folders and are not ignored; all paths are relative to `root`."""
        found = [
            os.path.join(folder, name) for folder in folders for name in self._names(os.path.join(root or ".", folder))
        ]
        return _not_ignored(os.path.abspath(root or "."), found, environ) if found else []

    def _names(self, folder: str) -> tuple[str, ...]:
        try:
            changed = os.stat(folder).st_mtime_ns
            seen = self._seen.get(folder)
            if seen is None or seen[0] != changed:
                with os.scandir(folder) as entries:
                    seen = (changed, tuple(entry.name for entry in entries if _is_special(entry)))
                if len(self._seen) >= _MOST_FOLDERS:
                    self._seen.clear()
                self._seen[folder] = seen
        except OSError:
            return ()
        return seen[1]


def _is_special(entry: os.DirEntry[str]) -> bool:
    return not entry.is_file(follow_symlinks=False) and not entry.is_dir(follow_symlinks=False)


def _not_ignored(root: str, paths: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    import tempfile  # slow to import, and there are hardly ever special files

    with tempfile.TemporaryDirectory(prefix="octavo-") as top:
        copy = top + root
        _lay_out(top, {os.path.join(root, path) for path in paths})
        if not os.path.isdir(copy):
            return []
        listed = {
            os.fsdecode(path) for piece in list_files(copy, environ, workspace=root) for path in piece.split(b"\0")
        }
        return [path for path in paths if path in listed]


def _lay_out(top: str, files: set[str]) -> None:
    folders = {folder for file in files for folder in _parents(file)}
    # A path that is too long once it stands below `top` is taken for an ignored one.
    for folder in sorted(folders):
        with contextlib.suppress(OSError):
            os.makedirs(top + folder, exist_ok=True)
        for name in _IGNORE_FILES:
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
