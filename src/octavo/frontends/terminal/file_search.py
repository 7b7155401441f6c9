"""Searches for the file popup: not at every key, one at a time, and only the last question is answered.

Nothing inside of `.git` is found, and ignore files above the repository do not count
(`docs/terminal-composer.md`, "Popups").
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping, Sequence

from octavo.errors import OctavoError
from octavo.frontends.terminal.composer.completion import MOST_FILES, FileMatch
from octavo.search.fuzzy import FileSearch

PAUSE = 0.1
"""Seconds without another query before a search starts."""

Answer = Callable[[str, Sequence[FileMatch]], None]
"""Takes a query and what was found for it."""


class FileSearches:
    """Searches below a folder as the user types, until `close`."""

    def __init__(
        self,
        folder: str,
        environ: Mapping[str, str],
        answer: Answer,
        is_closed: Callable[[str, Sequence[str]], bool] = lambda path, roots: False,
        cache: str | None = None,
    ) -> None:
        self._folder = folder
        self._answer = answer
        # In a repository `.gitignore` files above it do not count, elsewhere those above the folder.
        limit = "--require-git" if _in_repository(folder) else "--no-ignore-parent"
        self._files = FileSearch(environ, ("--glob=!.git", limit), is_closed, cache)
        self._task: asyncio.Task[None] | None = None
        self._wanted = ""
        self._running = ""
        self._cancel = threading.Event()

    def search(self, query: str) -> None:
        """Look for this now; an empty query ends what runs."""
        self._wanted = query
        if not query or not query.startswith(self._running):
            self._cancel.set()
        if query and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """End what runs."""
        self.search("")
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        answered = ""
        while self._wanted not in ("", answered):
            await asyncio.sleep(PAUSE)
            query = self._wanted
            if not query:
                return
            self._running, self._cancel = query, threading.Event()
            try:
                found = await asyncio.to_thread(self._search, query, self._cancel)
            finally:
                self._cancel.set()
                self._running = ""
            if query == self._wanted:
                self._answer(query, found)
                answered = query
            await asyncio.to_thread(self._files.keep)

    def _search(self, query: str, cancel: threading.Event) -> list[FileMatch]:
        try:
            found = self._files.search([self._folder], query, MOST_FILES, cancel)
        except OctavoError:
            return []  # nothing to search with: the popup says that there is no match
        return [FileMatch(file.path, file.indices) for file in found]


def _in_repository(folder: str) -> bool:
    """Whether a repository is around it, or begins there."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return False
    return True
