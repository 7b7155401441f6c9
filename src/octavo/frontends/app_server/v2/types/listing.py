"""Reading threads and their turns, and lists of them."""

from __future__ import annotations

from typing import Any, Literal

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.threads import Thread
from octavo.frontends.app_server.v2.types.turns import Turn
from octavo.frontends.app_server.v2.types.values import ItemsView, Limit, SortDirection


class ThreadReadParams(Camel, frozen=True):
    """Which thread, and whether its turns are wanted."""

    thread_id: str
    include_turns: bool | None = None


class ThreadReadResponse(Camel, frozen=True):
    """A thread, saved or loaded."""

    thread: Thread


class TurnsListParams(Camel, frozen=True, kw_only=True):
    """Which page of a thread's turns; the newest come first unless asked otherwise."""

    thread_id: str
    cursor: str | None = None
    limit: Limit | None = None
    sort_direction: SortDirection | None = None
    items_view: ItemsView | None = None


class TurnsListResponse(Camel, frozen=True):
    """A page of turns."""

    data: tuple[Turn, ...]
    next_cursor: str | None = None
    backwards_cursor: str | None = None


class ThreadListParams(Camel, frozen=True, kw_only=True):
    """Which page of which threads. Without `sourceKinds` those that people had; no provider at all means each."""

    archived: bool | None = None
    cursor: str | None = None
    cwd: str | tuple[str, ...] | None = None
    limit: Limit | None = None
    model_providers: tuple[str, ...] | None = None
    search_term: str | None = None
    section_id: str | None = None
    sort_direction: SortDirection | None = None
    sort_key: Literal["created_at", "updated_at", "recency_at", "section_position"] | None = None
    source_kinds: tuple[str, ...] | None = None
    use_state_db_only: Any = None
    """Means nothing here: files are all there is."""


class ThreadListResponse(Camel, frozen=True):
    """A page of threads; a cursor is null where nothing follows."""

    data: tuple[Thread, ...]
    next_cursor: str | None = None
    backwards_cursor: str | None = None


class LoadedListParams(Camel, frozen=True):
    """Which page."""

    cursor: str | None = None
    limit: Limit | None = None


class LoadedListResponse(Camel, frozen=True):
    """A page of the ids of threads in memory."""

    data: tuple[str, ...]
    next_cursor: str | None = None
