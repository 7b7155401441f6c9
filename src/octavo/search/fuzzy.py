"""Files by a few letters of their paths (`docs/search.md`)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from octavo.search.kept_folders import keep_folders, read_folders
from octavo.search.listed import END, Listed, Paths, paths_of
from octavo.search.listing import list_files
from octavo.search.query import Word, words
from octavo.search.special_files import Folders, SpecialFiles, not_ignored

_WORTH_KEEPING = 200
"""Folders that had to be read; fewer are read again as fast as they are remembered."""


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


class _Narrowed(NamedTuple):
    """What of a listing holds a word: where a longer one can be looked for."""

    listing: Listed
    word: Word
    pieces: tuple[Paths, ...]


class _Asked(NamedTuple):
    """Which special files of a listing are ignored and which are not, as far as it was asked."""

    kept: set[str]
    ignored: set[str]


class FileSearch:
    """Searches that come one after another; the files are listed anew once something may have changed.

    Several threads may search at the same time. `environ` says where ripgrep and
    git's own settings are, `options` are further ones for ripgrep. What `is_closed` says of an absolute path, with the
    roots of the search, is not found. What a later process need not read again is kept in the folder `cache`.
    """

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        is_closed: Callable[[str, Sequence[str]], bool] = lambda path, roots: False,
        cache: str | None = None,
    ) -> None:
        self._is_closed = is_closed
        self._cache = cache
        self._environ = os.environ if environ is None else environ
        self._options = options
        self._special = SpecialFiles()
        self._one_at_a_time = threading.Lock()
        # Of the last searches, by root. Threads put whole values here and take them out, which needs no lock.
        self._listings: dict[str, Listed] = {}
        self._narrowed: dict[str, _Narrowed] = {}
        self._asked: dict[str, _Asked] = {}
        self._remembered: set[str] = set()
        self._to_keep: dict[str, dict[str, int]] = {}
        self._keeper: threading.Thread | None = None
        self._reading: dict[str, list[Paths]] = {}
        self._incomplete: set[str] = set()

    def is_incomplete(self, root: str) -> bool:
        """Whether files of the root may be missing in its last listing: a folder could not be read."""
        return root in self._incomplete

    def so_far(self, root: str, query: str, limit: int) -> tuple[FoundFile, ...]:
        """What a search that still reads the root has come by, links and other special files aside.

        For another thread than the one that searches; empty where nothing is being read.
        """
        parts = words(query)
        pieces = tuple(self._reading.get(root, ()))
        best = _best_of(_held(parts, pieces), parts, limit, lambda: False) if parts and pieces else []
        return tuple(self._open_ones(root, best, parts, (root,)))

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
            found += self._open_ones(root, self._best(root, parts, limit, cancelled), parts, roots)
            if cancelled():
                return ()
        self._forget_all_but(roots)
        if self._cache is not None and self._to_keep and (self._keeper is None or not self._keeper.is_alive()):
            self._keeper = threading.Thread(target=self._keep, args=(self._cache,), daemon=True)
            self._keeper.start()  # nobody waits for it, not even the end of the process
        found.sort(key=lambda file: (-file.score, file.path))
        return tuple(found)

    def settle(self) -> None:
        """Wait until what a later process can be told is written, which goes on after an answer."""
        if self._keeper is not None:
            self._keeper.join()

    def _keep(self, cache: str) -> None:
        while self._to_keep:
            with self._one_at_a_time:
                root, sizes = self._to_keep.popitem()
                folders = self._special.to_keep(root, sizes)
            keep_folders(cache, root, folders)

    def _open_ones(
        self, root: str, paths: Iterable[str], query: Sequence[Word], roots: Sequence[str]
    ) -> Iterator[FoundFile]:
        from octavo.search.align import match  # what judges paths is loaded while the first ones are listed

        for path in paths:
            hit = match(query, path)
            if hit is not None and not self._is_closed(os.path.join(root, path), roots):
                yield FoundFile(root, path, hit.score, hit.indices)

    def _best(self, root: str, query: Sequence[Word], limit: int, cancelled: Callable[[], bool]) -> list[str]:
        *files, special = self._holding(root, query, cancelled)
        among = {path for text in special for path in text.split(END)}
        asked = self._asked.setdefault(root, _Asked(set(), set()))
        count = limit
        while True:
            kept = Paths(*(_without(asked.ignored, text) for text in special))
            best = _best_of((*files, kept), query, count, cancelled)
            if cancelled() or among.intersection(best[:limit]) <= asked.kept:
                return best[:limit]
            unknown = among.intersection(best) - asked.kept
            found = not_ignored(root, unknown, self._environ)
            asked.kept.update(found)
            asked.ignored.update(unknown - found)
            count *= 2  # where many are ignored, ever more are asked about at a time

    def _holding(self, root: str, query: Sequence[Word], cancelled: Callable[[], bool]) -> tuple[Paths, ...]:
        """The paths below the root that hold all the words."""
        listing = self._listings.get(root)
        if listing is not None and listing.still_serves():
            held = _held(query, self._narrowest(root, listing, query))
        else:
            held = _held(query, self._listed_anew(root, cancelled))
            listing = self._listings.get(root)
        if listing is not None and len(query) == 1 and not cancelled():
            self._narrowed[root] = _Narrowed(listing, query[0], held)
        return held

    def _narrowest(self, root: str, listing: Listed, query: Sequence[Word]) -> tuple[Paths, ...]:
        last = self._narrowed.get(root)
        if last is None or last.listing is not listing or len(query) != 1:
            return listing.pieces
        return last.pieces if query[0].goes_on(last.word) else listing.pieces

    def _listed_anew(self, root: str, cancelled: Callable[[], bool]) -> Iterator[Paths]:
        """The paths as they are found, so that they are looked through while ripgrep lists on."""
        started_ns = time.time_ns()
        self._listings.pop(root, None)
        with self._one_at_a_time:
            self._remember(root)
            read_before = self._special.count
            folders = Folders(root, self._special)
            seen: list[Paths] = []
            self._reading[root] = seen
            self._incomplete.discard(root)
            try:
                for piece in self._list(root, cancelled):
                    folders.add(piece)
                    seen.append(paths_of(piece))
                    yield seen[-1]
            finally:
                self._reading.pop(root, None)
            special = () if cancelled() else self._special.below(root, folders.sizes)
            self._asked.pop(root, None)
            if self._special.count - read_before >= _WORTH_KEEPING and not cancelled():
                self._to_keep[root] = folders.sizes
        seen.append(paths_of(b"".join(os.fsencode(path) + b"\0" for path in special)))
        yield seen[-1]
        if not cancelled():
            self._listings[root] = Listed(root, seen, folders.paths, started_ns)

    def _remember(self, root: str) -> None:
        if self._cache is not None and root not in self._remembered:
            self._remembered.add(root)
            self._special.remember(root, read_folders(self._cache, root))

    def _list(self, root: str, cancelled: Callable[[], bool]) -> Iterator[bytes]:
        def incomplete() -> None:
            self._incomplete.add(root)

        return list_files(root, self._environ, cancelled, options=self._options, incomplete=incomplete)

    def _forget_all_but(self, roots: Sequence[str]) -> None:
        for kept in (self._listings, self._narrowed, self._asked):
            for root in [root for root in tuple(kept) if root not in roots]:
                kept.pop(root, None)


def search(
    roots: Sequence[str],
    query: str,
    limit: int,
    cancel: threading.Event | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[FoundFile, ...]:
    """One search by itself: see `FileSearch.search`."""
    return FileSearch(environ).search(roots, query, limit, cancel)


def _best_of(pieces: Sequence[Paths], query: Sequence[Word], count: int, cancelled: Callable[[], bool]) -> list[str]:
    from octavo.search.rank import best_paths  # likewise

    best: list[tuple[int, str]] = []
    for texts in zip(*pieces, strict=True):
        text = END + "".join(text[1:] for text in texts)
        best += [(-score, path) for score, path in best_paths(query, text, count, cancelled)]
    return [path for _, path in sorted(best)[:count]]


def _without(paths: Set[str], text: str) -> str:
    """The text without these paths."""
    return END.join(path for path in text.split(END) if path not in paths) if paths else text


def _held(query: Sequence[Word], pieces: Iterable[Paths]) -> tuple[Paths, ...]:
    held = []
    for piece in pieces:
        from octavo.search.rank import holding  # likewise

        held.append(Paths(holding(query, piece.plain), holding(query, piece.wide)))
    return tuple(held)
