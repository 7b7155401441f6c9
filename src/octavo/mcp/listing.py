"""What servers hold for reading, page by page (`docs/mcp.md`)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Literal

import msgspec

from octavo.mcp.errors import RequestFailed
from octavo.mcp.servers import McpServers

log = logging.getLogger(__name__)

Json = dict[str, Any]
Kind = Literal["resources", "resourceTemplates"]

METHODS: dict[Kind, str] = {"resources": "resources/list", "resourceTemplates": "resources/templates/list"}


class Page(msgspec.Struct, frozen=True):
    """Some of a server's entries, and where the next ones start."""

    entries: tuple[Json, ...]
    next_cursor: str | None


async def list_page(servers: McpServers, server: str, kind: Kind, cursor: str | None) -> Page:
    """One page of a server. Raises `RequestFailed`."""
    answer = await servers.request(server, METHODS[kind], {"cursor": cursor} if cursor else {})
    entries, following = answer.get(kind), answer.get("nextCursor")
    if not isinstance(entries, list):
        raise RequestFailed(f"{METHODS[kind]} failed: the answer has no list of {kind}")
    found = tuple(entry for entry in entries if isinstance(entry, dict))
    return Page(found, following if isinstance(following, str) and following else None)


async def list_everything(servers: McpServers, kind: Kind) -> dict[str, tuple[Json, ...]]:
    """All entries of all servers; a server that fails, or does not come to an end, is left out."""
    names = servers.running
    listings = await asyncio.gather(*(_whole(servers, name, kind) for name in names))
    return {name: entries for name, entries in zip(names, listings, strict=True) if entries is not None}


async def _whole(servers: McpServers, server: str, kind: Kind) -> tuple[Json, ...] | None:
    entries: list[Json] = []
    seen: set[str | None] = {None}
    cursor: str | None = None
    while True:
        try:
            page = await list_page(servers, server, kind, cursor)
        except RequestFailed as error:
            log.warning("MCP server %s: %s", server, error)
            return None
        entries += page.entries
        cursor = page.next_cursor
        if cursor is None:
            return tuple(entries)
        if cursor in seen:
            log.warning("MCP server %s: %s goes in circles", server, METHODS[kind])
            return None
        seen.add(cursor)
