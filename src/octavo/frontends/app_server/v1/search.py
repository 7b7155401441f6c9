"""`fuzzyFileSearch`: files by a few letters of their names."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Sequence

from octavo.errors import OctavoError
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import FuzzyFileSearchParams
from octavo.frontends.app_server.v1.types.results import FuzzyFileSearchResponse
from octavo.frontends.app_server.v1.types.values import FuzzyFileSearchResult
from octavo.frontends.jsonrpc.errors import failed
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.search.fuzzy import FoundFile


async def fuzzy_file_search(server: Server, request_id: RequestId, params: FuzzyFileSearchParams) -> None:
    """Start looking; the answer comes when it is found, or empty when a later search took this one's place."""
    search = server.searches.begin(params.roots, params.query, params.cancellation_token)
    server.answer_later(request_id, _answer(search))


async def _answer(search: Awaitable[Sequence[FoundFile]]) -> FuzzyFileSearchResponse:
    try:
        found = await search
    except OctavoError as error:
        raise failed(f"file search failed: {error}") from None
    return FuzzyFileSearchResponse(
        tuple(
            FuzzyFileSearchResult(match.root, match.path, os.path.basename(match.path), match.score, match.indices)
            for match in found
        )
    )
