"""The provider's web search, as a request offers it (`docs/config.md`, "Web search")."""

from __future__ import annotations

from msgspec import UNSET

from octavo.config.web_search import WebSearch
from octavo.model.prompt import SearchFilters, UserLocation, WebSearchTool


def web_search_tool(search: WebSearch) -> WebSearchTool:
    """The tool under these settings; without any it has no member but its type."""
    options, place = search.options, search.options.location
    return WebSearchTool(
        external_web_access=UNSET if search.mode is None else search.mode in ("live", "indexed"),
        indexed_web_access=True if search.mode == "indexed" else UNSET,
        filters=UNSET if options.allowed_domains is None else SearchFilters(options.allowed_domains),
        user_location=UNSET
        if place is None
        else UserLocation(place.country or UNSET, place.region or UNSET, place.city or UNSET, place.timezone or UNSET),
        search_context_size=options.context_size or UNSET,
    )
