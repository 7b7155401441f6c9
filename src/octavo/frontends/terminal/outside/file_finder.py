"""Files for the `@` popup: one search at a time, started when typing pauses (`docs/terminal.md`, "Files")."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence

from octavo.errors import OctavoError
from octavo.search.fuzzy import FileSearch, FoundFile

_PAUSE_S = 0.1
_MOST = 8

Found = Callable[[str, Sequence[FoundFile]], None]


class FileFinder:
    """Searches below one folder. `found` is told the query with its files; outdated queries are never told."""

    def __init__(self, folder: str, environ: Mapping[str, str], found: Found) -> None:
        self._folder, self._found = folder, found
        self._files = FileSearch(environ)
        self._wanted = ""
        self._running: str | None = None
        self._cancel = threading.Event()
        self._task: asyncio.Task[None] | None = None

    def search(self, query: str) -> None:
        """Look for this from now on; empty: for nothing."""
        self._wanted = query
        if self._running is not None and (not query or not query.startswith(self._running)):
            self._cancel.set()
        if query and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._look())

    def close(self) -> None:
        """Look no more."""
        self._wanted = ""
        self._cancel.set()
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        done = ""
        while self._wanted and self._wanted != done:
            await asyncio.sleep(_PAUSE_S)
            query, self._cancel = self._wanted, threading.Event()
            if not query:
                return
            self._running = query
            try:
                found = await asyncio.to_thread(self._files.search, (self._folder,), query, _MOST, self._cancel)
            except OctavoError:
                found = ()
            finally:
                self._running = None
            done = query
            if query == self._wanted and not self._cancel.is_set():
                self._found(query, found)
