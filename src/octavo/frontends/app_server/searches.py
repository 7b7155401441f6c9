"""Searches for files by a few letters of their names (`docs/app-server.md`, "Search")."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from octavo.sandbox.unreadable import closed_in_searches
from octavo.search.fuzzy import FileSearch, FoundFile
from octavo.search.kept_folders import folder_cache

if TYPE_CHECKING:
    from octavo.config.config import Config

_MOST_OF_A_ROOT = 50


class Searches:
    """The searches that run, by the token under which a later one ends them."""

    def __init__(self, config: Config) -> None:
        self._by_token: dict[str, threading.Event] = {}
        self._running: set[threading.Event] = set()
        self._files = FileSearch(
            config.environ, is_closed=closed_in_searches(config), cache=folder_cache(config.codex_home)
        )

    def begin(self, roots: Sequence[str], query: str, token: str | None) -> Awaitable[Sequence[FoundFile]]:
        """End the search of this token, if there is one, and be ready to look.

        What is awaited gives the best matches, or none when a later search took this one's
        place. It raises what `FileSearch.search` does.
        """
        cancel = threading.Event()
        if token is not None:
            if (earlier := self._by_token.get(token)) is not None:
                earlier.set()
            self._by_token[token] = cancel
        return self._search(roots, query, token, cancel)

    def close(self) -> None:
        """Let them all end."""
        for cancel in self._running:
            cancel.set()

    async def _search(
        self, roots: Sequence[str], query: str, token: str | None, cancel: threading.Event
    ) -> Sequence[FoundFile]:
        self._running.add(cancel)
        try:
            if not query or not roots:
                return ()
            # In a thread: it reads folders and counts for a while, and events go on meanwhile.
            found = await asyncio.to_thread(self._files.search, roots, query, _MOST_OF_A_ROOT, cancel)
        finally:
            self._running.discard(cancel)
            if token is not None and self._by_token.get(token) is cancel:
                del self._by_token[token]
        return () if cancel.is_set() else found
