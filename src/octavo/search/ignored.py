"""Files that the ignore rules hide: for whoever wants one of them all the same (`docs/search.md`, "Ignored files").

They are what a listing without the rules holds beyond the usual one. There may be very many, so they are listed only
when asked for, not all where they are too many, and the listing serves for a while.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from octavo.search.align import match
from octavo.search.fuzzy import FoundFile
from octavo.search.listed import Paths, paths_of
from octavo.search.listing import list_files
from octavo.search.query import Word, words
from octavo.search.rank import best_paths, holding

MOST = 200_000
"""Ignored files that are looked through."""
_SERVES_S = 15.0


class IgnoredFiles:
    """Searches them below one root, from one thread at a time.

    `environ`, `options` and `is_closed` are those of the `FileSearch` that leaves them out. Links and other special
    files are not among them.
    """

    def __init__(
        self,
        root: str,
        environ: Mapping[str, str],
        options: Sequence[str] = (),
        is_closed: Callable[[str, Sequence[str]], bool] = lambda path, roots: False,
    ) -> None:
        self.is_incomplete = False
        """Whether there may be more of them than were looked through."""
        self._root, self._environ, self._options, self._is_closed = root, environ, tuple(options), is_closed
        self._listed: Paths | None = None
        self._listed_at = 0.0

    def forget(self) -> None:
        """Nobody searches for now."""
        self._listed = None

    def search(self, query: str, limit: int, cancel: threading.Event) -> tuple[FoundFile, ...]:
        """At most `limit` of them, the best first; none once `cancel` is set. Blocks. Raises `RipgrepMissing`."""
        listed, parts = self._listing(cancel.is_set), words(query)
        if listed is None or not parts or limit < 1:
            return ()
        held = Paths(holding(parts, listed.plain), holding(parts, listed.wide))
        count = limit
        while not cancel.is_set():
            best = _best(held, parts, count, cancel.is_set)
            found = [file for path in best if (file := self._found(path, parts)) is not None]
            if len(found) >= limit or len(best) < count:
                return tuple(found[:limit])
            count *= 2  # many of them may not be read
        return ()

    def _found(self, path: str, query: Sequence[Word]) -> FoundFile | None:
        hit = match(query, path)
        if hit is None or self._is_closed(os.path.join(self._root, path), (self._root,)):
            return None
        return FoundFile(self._root, path, hit.score, hit.indices)

    def _listing(self, cancelled: Callable[[], bool]) -> Paths | None:
        if self._listed is not None and time.monotonic() < self._listed_at + _SERVES_S:
            return self._listed
        self._listed_at, self.is_incomplete = time.monotonic(), False
        hidden = self._hidden(cancelled)
        self._listed = None if cancelled() else paths_of(b"".join(path + b"\0" for path in hidden))
        return self._listed

    def _hidden(self, cancelled: Callable[[], bool]) -> list[bytes]:
        kept = {path for piece in self._list(cancelled) for path in piece.split(b"\0")}
        hidden: list[bytes] = []
        for piece in self._list(cancelled, "--no-ignore"):
            hidden += [path for path in piece.split(b"\0") if path not in kept and path]
            if len(hidden) > MOST:
                self.is_incomplete = True
                break
        return hidden[:MOST]

    def _list(self, cancelled: Callable[[], bool], *more: str) -> Iterator[bytes]:
        def incomplete() -> None:
            self.is_incomplete = True

        return list_files(self._root, self._environ, cancelled, options=(*self._options, *more), incomplete=incomplete)


def _best(held: Paths, query: Sequence[Word], count: int, cancelled: Callable[[], bool]) -> list[str]:
    found = [(-score, path) for text in held for score, path in best_paths(query, text, count, cancelled)]
    return [path for _, path in sorted(found)[:count]]
