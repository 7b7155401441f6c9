"""Searches for the file popup: not at every key, one at a time, and only the last question is answered.

Nothing inside of `.git` is found, and ignore files above the repository do not count. A question of some letters is
answered a second time, with files that the ignore rules hide behind the others; while a folder is still being read,
with what was found so far (`docs/terminal-composer.md`, "Popups").
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from octavo.errors import OctavoError
from octavo.frontends.terminal.composer.completion import MOST_FILES, MOST_IGNORED, READING, FileMatch
from octavo.search.fuzzy import FileSearch, FoundFile

TYPE_CHECKING = False  # what most searches do not need is loaded when it is
if TYPE_CHECKING:
    from octavo.search.ignored import IgnoredFiles

PAUSE = 0.1
"""Seconds without another query before a search starts."""
SO_FAR = 0.5
"""Seconds after which a search that is not done says what it has found."""
LEAST_LETTERS = 3
"""Letters of a query for which ignored files are looked through, too."""

_MORE = "more match, type on"
_UNREAD = "some folders could not be read"
_TOO_MANY = "not all ignored files were looked through"

Answer = Callable[[str, Sequence[FileMatch], str], None]
"""Takes a query, what was found for it, and a word on what is missing."""


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
        self._folder, self._environ = folder, environ
        self._answer, self._is_closed = answer, is_closed
        # In a repository `.gitignore` files above it do not count, elsewhere those above the folder.
        self._options = ("--glob=!.git", "--require-git" if _in_repository(folder) else "--no-ignore-parent")
        self._files = FileSearch(environ, self._options, is_closed, cache)
        self._ignored: IgnoredFiles | None = None
        self._task: asyncio.Task[None] | None = None
        self._wanted = ""
        self._is_answered = False
        self._running = ""
        self._cancel = threading.Event()
        self._cancel_ignored = threading.Event()

    def search(self, query: str) -> None:
        """Look for this now; an empty query ends what runs."""
        self._wanted, self._is_answered = query, False
        self._cancel_ignored.set()
        if not query or not query.startswith(self._running):
            self._cancel.set()
        if not query and self._ignored is not None:
            self._ignored.forget()
        if query and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """End what runs."""
        self.search("")
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while self._wanted and not self._is_answered:
            await asyncio.sleep(PAUSE)
            query = self._wanted
            if not query:
                return
            found = await self._find(query)
            if query == self._wanted:
                self._is_answered = True
                await self._tell(query, found)

    async def _find(self, query: str) -> Sequence[FoundFile]:
        self._running, self._cancel = query, threading.Event()
        search = asyncio.ensure_future(asyncio.to_thread(self._search, query, self._cancel))
        try:
            while not (await asyncio.wait((search,), timeout=SO_FAR))[0]:
                await self._tell_so_far(query)
            return search.result()
        finally:
            search.cancel()
            self._cancel.set()
            self._running = ""

    async def _tell_so_far(self, query: str) -> None:
        found = await asyncio.to_thread(self._files.so_far, self._folder, query, MOST_FILES)
        if query == self._wanted:
            self._answer(query, _matches(found), READING)

    async def _tell(self, query: str, found: Sequence[FoundFile]) -> None:
        """Answer at once, then with what the ignore rules hide, if there is any of it."""
        words = [_MORE] if len(found) > MOST_FILES else []
        if self._files.is_incomplete(self._folder):
            words.append(_UNREAD)
        files = _matches(found[:MOST_FILES])
        self._answer(query, files, ", ".join(words))
        if len(query.replace(" ", "")) < LEAST_LETTERS:
            return
        cancel = self._cancel_ignored = threading.Event()
        least = found[MOST_FILES - 1].score if len(found) > MOST_FILES else -1
        ignored, is_incomplete = await asyncio.to_thread(self._search_ignored, query, least, cancel)
        if cancel.is_set():
            return
        if is_incomplete and _UNREAD not in words:
            words.append(_TOO_MANY)
        if ignored or is_incomplete:
            self._answer(query, [*files, *_matches(ignored, ignored=True)], ", ".join(words))

    def _search(self, query: str, cancel: threading.Event) -> Sequence[FoundFile]:
        try:
            return self._files.search([self._folder], query, MOST_FILES + 1, cancel)
        except OctavoError:
            return ()  # nothing to search with: the popup says that there is no match

    def _search_ignored(self, query: str, least: int, cancel: threading.Event) -> tuple[Sequence[FoundFile], bool]:
        """Those that fit better than `least`, and whether there may be more."""
        from octavo.search.ignored import IgnoredFiles

        if self._ignored is None:
            self._ignored = IgnoredFiles(self._folder, self._environ, self._options, self._is_closed)
        try:
            found = self._ignored.search(query, MOST_IGNORED, cancel)
        except OctavoError:
            return (), False
        return [file for file in found if file.score > least], self._ignored.is_incomplete


def _matches(found: Iterable[FoundFile], *, ignored: bool = False) -> list[FileMatch]:
    return [FileMatch(file.path, file.indices, ignored) for file in found]


def _in_repository(folder: str) -> bool:
    """Whether a repository is around it, or begins there."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return False
    return True
