"""Pages of lists that are in memory; a cursor is the key of the last entry of the page before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from octavo.frontends.jsonrpc.errors import refused

DEFAULT_SIZE, LARGEST = 25, 100
Entry = TypeVar("Entry")


def page_size(limit: int | None) -> int:
    """How many entries a page has."""
    return min(max(DEFAULT_SIZE if limit is None else limit, 1), LARGEST)


def page(
    entries: Sequence[Entry], cursor: str | None, limit: int | None, key: Callable[[Entry], str]
) -> tuple[Sequence[Entry], str | None]:
    """The page behind the cursor, and the cursor of the next one. Raises `RequestError` for a cursor of no entry."""
    start = 0
    if cursor is not None:
        place = next((number for number, entry in enumerate(entries) if key(entry) == cursor), None)
        if place is None:
            raise refused(f"invalid cursor: {cursor[:80]}")
        start = place + 1
    shown = entries[start : start + page_size(limit)]
    return shown, key(shown[-1]) if shown and start + len(shown) < len(entries) else None
