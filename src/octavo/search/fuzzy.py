"""Files by a few letters of their paths (`docs/search.md`)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from octavo.search.align import match
from octavo.search.query import Word, words
from octavo.search.special_files import SpecialFiles


class FoundFile(NamedTuple):
    """A file below a root.

    `path` is relative to `root`, which is as it was given. `indices` are the places
    of the matched characters in `path`, ascending, counted in characters as people
    see them.
    """

    root: str
    path: str
    score: int
    indices: tuple[int, ...]


class FileSearch:
    """Searches that come one after another, for each of which the files are listed anew.

    Several threads may search at the same time. `environ` says where ripgrep and
    git's own settings are, `options` are further ones for ripgrep.
    """

    def __init__(self, environ: Mapping[str, str] | None = None, options: Sequence[str] = ()) -> None:
        self._environ = os.environ if environ is None else environ
        self._options = options
        self._special = SpecialFiles()
        self._one_at_a_time = threading.Lock()

    def search(
        self, roots: Sequence[str], query: str, limit: int, cancel: threading.Event | None = None
    ) -> tuple[FoundFile, ...]:
        """At most `limit` files of each root, the best first; of equal ones the smallest path.

        Empty for an empty query and once `cancel` is set. A root that is not there adds
        nothing. Blocks, so call it in a thread. Raises `RipgrepMissing`.
        """
        cancelled = (cancel or threading.Event()).is_set
        if not query or limit < 1:
            return ()
        parts = words(query)
        found: list[FoundFile] = []
        for root in roots:
            if "\0" in root:
                continue
            for path in self._best(root, parts, limit, cancelled):
                if (hit := match(parts, path)) is not None:
                    found.append(FoundFile(root, path, hit.score, hit.indices))
            if cancelled():
                return ()
        found.sort(key=lambda file: (-file.score, file.path))
        return tuple(found)

    def _best(self, root: str, query: Sequence[Word], limit: int, cancelled: Callable[[], bool]) -> list[str]:
        from octavo.search.listing import list_files
        from octavo.search.path_table import tables
        from octavo.search.rank import best_paths

        best: list[tuple[int, str]] = []
        folders = {""}

        def look_at(piece: bytes) -> None:
            nonlocal best
            for table in tables(piece):
                best += [(-score, path) for score, path in best_paths(table, query, limit, cancelled)]
            best = sorted(best)[:limit]

        for piece in list_files(root, self._environ, cancelled, options=self._options):
            look_at(piece)
            _add_folders(piece, folders)
        with self._one_at_a_time:
            special = () if cancelled() else self._special.below(root, folders, self._environ)
        look_at(b"".join(os.fsencode(path) + b"\0" for path in special))
        return [path for _, path in best]


def search(
    roots: Sequence[str],
    query: str,
    limit: int,
    cancel: threading.Event | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[FoundFile, ...]:
    """One search by itself: see `FileSearch.search`."""
    return FileSearch(environ).search(roots, query, limit, cancel)


def _add_folders(piece: bytes, folders: set[str]) -> None:
    """Add every folder on the way to the files of a piece."""
    for folder in {path.rpartition(b"/")[0] for path in piece.split(b"\0")}:
        parent = os.fsdecode(folder)
        while parent not in folders:
            folders.add(parent)
            parent = parent.rpartition("/")[0]
