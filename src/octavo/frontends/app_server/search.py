"""`fuzzyFileSearch`: files by a few letters of their names (`docs/app-server.md`, "Search")."""

from __future__ import annotations

import asyncio
import os
import threading

from octavo.frontends.app_server.protocol.params import FuzzyFileSearchParams
from octavo.frontends.app_server.protocol.results import FuzzyFileSearchResponse
from octavo.frontends.app_server.protocol.values import FuzzyFileSearchResult
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.messages import RequestId

_MOST_OF_A_ROOT = 50


async def fuzzy_file_search(server: Server, request_id: RequestId, params: FuzzyFileSearchParams) -> None:
    """Start looking; the answer comes when it is found, or empty when a later search took this one's place."""
    server.searches.start(request_id, params)


class Searches:
    """The searches that run, by the token under which a later one ends them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._running: dict[str, threading.Event] = {}

    def start(self, request_id: RequestId, params: FuzzyFileSearchParams) -> None:
        """Look in the background; every search is answered once."""
        cancel = threading.Event()
        if params.cancellation_token is not None:
            if (earlier := self._running.get(params.cancellation_token)) is not None:
                earlier.set()
            self._running[params.cancellation_token] = cancel
        self._server.spawn(self._answer(request_id, params, cancel))

    async def _answer(self, request_id: RequestId, params: FuzzyFileSearchParams, cancel: threading.Event) -> None:
        try:
            found = await self._search(params, cancel)
        finally:
            token = params.cancellation_token
            if token is not None and self._running.get(token) is cancel:
                del self._running[token]
        self._server.client.reply(request_id, FuzzyFileSearchResponse(() if cancel.is_set() else found))

    async def _search(
        self, params: FuzzyFileSearchParams, cancel: threading.Event
    ) -> tuple[FuzzyFileSearchResult, ...]:
        if not params.query or not params.roots:
            return ()
        from octavo.search.fuzzy import search

        matches = await asyncio.to_thread(search, params.roots, params.query, _MOST_OF_A_ROOT, cancel)
        return tuple(
            FuzzyFileSearchResult(match.root, match.path, os.path.basename(match.path), match.score, match.indices)
            for match in matches
        )
