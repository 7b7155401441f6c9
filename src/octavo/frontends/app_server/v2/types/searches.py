"""Searches that the provider runs."""

from __future__ import annotations

from typing import Self

import msgspec

from octavo.frontends.app_server.v2.types.items import Item
from octavo.frontends.app_server.v2.types.values import Variant


class SearchQuery(Variant, frozen=True, kw_only=True, tag="search"):
    """What a web search looked for."""

    query: str | None = None
    queries: tuple[str, ...] | None = None


class OpenPage(Variant, frozen=True, kw_only=True, tag="openPage"):
    """A page that was read."""

    url: str | None = None


class FindInPage(Variant, frozen=True, kw_only=True, tag="findInPage"):
    """Something that was looked for in a page."""

    url: str | None = None
    pattern: str | None = None


class OtherSearch(Variant, frozen=True, kw_only=True, tag="other"):
    """Something else, or not known yet."""


WebAction = SearchQuery | OpenPage | FindInPage | OtherSearch


class WebSearchItem(Item, frozen=True, kw_only=True, tag="webSearch"):
    """A search that the provider ran."""

    query: str
    action: WebAction | None = None

    def begun(self) -> Self:
        """It is not known yet what for."""
        return msgspec.structs.replace(self, query="", action=OtherSearch())
