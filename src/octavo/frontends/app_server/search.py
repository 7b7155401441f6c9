"""`fuzzyFileSearch`: files by a few letters of their names (`docs/app-server.md`, "Search")."""

from __future__ import annotations

import asyncio
import os
import threading

from octavo.errors import OctavoError
from octavo.frontends.app_server.errors import failed
from octavo.frontends.app_server.protocol.params import FuzzyFileSearchParams
from octavo.frontends.app_server.protocol.results import FuzzyFileSearchResponse
from octavo.frontends.app_server.protocol.values import FuzzyFileSearchResult
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.search.fuzzy import FileSearch

_MOST_OF_A_ROOT = 50


async def fuzzy_file_search(server: Server, request_id: RequestId, params: FuzzyFileSearchParams) -> None:
    """Start looking; the answer comes when it is found, or empty when a later search took this one's place."""
    server.searches.start(request_id, params)


class Searches:
    """The searches that run, by the token under which a later one ends them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._by_token: dict[str, threading.Event] = {}
        self._running: set[threading.Event] = set()
        self._files = FileSearch(server.config.environ)

    def start(self, request_id: RequestId, params: FuzzyFileSearchParams) -> None:
        """Look in the background; every search is answered once."""
        cancel = threading.Event()
        if params.cancellation_token is not None:
            if (earlier := self._by_token.get(params.cancellation_token)) is not None:
                earlier.set()
            self._by_token[params.cancellation_token] = cancel
        self._server.answer_later(request_id, self._search(params, cancel))

    def close(self) -> None:
        """Let them all end."""
        for cancel in self._running:
            cancel.set()

    async def _search(self, params: FuzzyFileSearchParams, cancel: threading.Event) -> FuzzyFileSearchResponse:
        self._running.add(cancel)
        try:
            found = await _found(self._files, params, cancel)
        finally:
            self._running.discard(cancel)
            token = params.cancellation_token
            if token is not None and self._by_token.get(token) is cancel:
                del self._by_token[token]
        return FuzzyFileSearchResponse(() if cancel.is_set() else found)


async def _found(
    files: FileSearch, params: FuzzyFileSearchParams, cancel: threading.Event
) -> tuple[FuzzyFileSearchResult, ...]:
    if not params.query or not params.roots:
        return ()
    try:
        # In a thread: it reads folders and counts for a while, and events go on meanwhile.
        matches = await asyncio.to_thread(files.search, params.roots, params.query, _MOST_OF_A_ROOT, cancel)
    except OctavoError as error:
        raise failed(f"file search failed: {error}") from None
    return tuple(
        FuzzyFileSearchResult(match.root, match.path, os.path.basename(match.path), match.score, match.indices)
        for match in matches
    )
