"""The provider's web search: who switches it on, and how it is asked to search (`docs/config.md`, "Web search")."""

# No `from __future__ import annotations` here, for the reason given in `schema`.

from typing import Literal

import msgspec

WebSearchMode = Literal["disabled", "cached", "indexed", "live"]
"""`cached` asks the provider to use what it has stored, `live` lets it open pages."""


class SearchLocation(msgspec.Struct, frozen=True):
    """Roughly where the user is."""

    country: str | None = None
    region: str | None = None
    city: str | None = None
    timezone: str | None = None


class WebSearchToml(msgspec.Struct, frozen=True):
    """`[tools.web_search]`: how to search. The table by itself switches the search on."""

    context_size: Literal["low", "medium", "high"] | None = None
    allowed_domains: tuple[str, ...] | None = None
    location: SearchLocation | None = None


class WebSearch(msgspec.Struct, frozen=True):
    """The search as it was chosen. `mode` is None where only an older switch turned it on."""

    mode: WebSearchMode | None = None
    options: WebSearchToml = WebSearchToml()


def choose_web_search(
    flag: bool | None, mode: WebSearchMode | None, older: bool | WebSearchToml | None
) -> tuple[bool | None, WebSearch]:
    """Whether the search is on (None: the feature decides), and how it searches.

    The flag beats the key `web_search`, which beats `tools.web_search`.
    """
    options = older if isinstance(older, WebSearchToml) else WebSearchToml()
    if flag is not None:
        return flag, WebSearch("live" if flag else None, options)
    if mode is not None:
        return mode != "disabled", WebSearch(mode, options)
    return (True if isinstance(older, WebSearchToml) else None), WebSearch(None, options)
