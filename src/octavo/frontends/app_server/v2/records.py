"""What a thread has told so far: its turns and their items, as they were told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from octavo.frontends.app_server.v2.types.items import AgentMessageItem, Item, UserMessageItem
from octavo.frontends.app_server.v2.types.turns import Turn, TurnError, TurnStatus
from octavo.frontends.app_server.v2.types.values import ItemsView, TextPart


class TurnRecord:
    """A turn while it runs and afterwards; `open` are the items that have begun and not ended, by their ids."""

    def __init__(self, turn_id: str, now: float) -> None:
        self.id = turn_id
        self.status: TurnStatus = "inProgress"
        self.error: TurnError | None = None
        self.items: list[Item] = []
        self.open: dict[str, Item] = {}
        self.closed: set[str] = set()
        self.diff = ""
        self._started, self._ended = now, now

    def end(self, status: TurnStatus, now: float) -> None:
        """It is over; late news of its items count no more."""
        self.status, self._ended = status, now
        self.open.clear()
        self.closed.clear()
        self.diff = ""

    def shown(self, view: ItemsView = "notLoaded") -> Turn:
        """The turn, with all of its items, with the first and the last of them, or with none."""
        items: Sequence[Item] = (*self.items, *self.open.values())
        over = self.status != "inProgress"
        return Turn(
            id=self.id,
            status=self.status,
            items=viewed(items, view),
            items_view=view,
            error=self.error,
            started_at=int(self._started),
            completed_at=int(self._ended) if over else None,
            duration_ms=round((self._ended - self._started) * 1000) if over else None,
        )

    def ended(self) -> Turn:
        """The turn as its end is told: with the last words of the agent, if it is complete and has any."""
        words = [item for item in self.items if isinstance(item, AgentMessageItem)]
        if self.status != "completed" or not words:
            return self.shown()
        return msgspec.structs.replace(self.shown(), items=(words[-1],), items_view="summary")


def viewed(items: Sequence[Item], view: ItemsView) -> tuple[Item, ...]:
    """As much of a turn's items as is wanted."""
    if view == "notLoaded":
        return ()
    return tuple(items) if view == "full" or len(items) <= 2 else (items[0], items[-1])


def with_view(turn: Turn, view: ItemsView) -> Turn:
    """A whole turn, with as much of its items as is wanted."""
    return msgspec.structs.replace(turn, items=viewed(turn.items, view), items_view=view)


def preview_of(turns: Sequence[Turn]) -> str:
    """The first words of the user."""
    for turn in turns:
        for item in turn.items:
            if isinstance(item, UserMessageItem):
                return "\n".join(part.text for part in item.content if isinstance(part, TextPart))
    return ""
