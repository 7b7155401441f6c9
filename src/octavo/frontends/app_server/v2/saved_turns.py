"""The turns of a saved thread, as its file tells them (`docs/app-server-v2.md`, "Saved threads").

A file keeps what the model read and wrote, but no ids of turns and messages: those are
numbered here, the same at each look. A turn begins with words of the user.
"""

from __future__ import annotations

from octavo.frontends.app_server.v2.shown_items import shown
from octavo.frontends.app_server.v2.types.items import Item, UserMessageItem
from octavo.frontends.app_server.v2.types.turns import Turn, TurnStatus
from octavo.protocol.events import TokenCount
from octavo.protocol.saved_view import SavedView
from octavo.protocol.usage import TokenUsageInfo
from octavo.rollout.lines import CompactedLine
from octavo.rollout.read import HistoryLine, LoadedRollout, ThreadRolledBack


def saved_turns(saved: LoadedRollout) -> tuple[Turn, ...]:
    """All turns with all of their items. Raises `RolloutReadError`."""
    reader = _Reader()
    for entry in saved.history():
        reader.take(entry)
    return reader.turns()


def last_usage(saved: LoadedRollout) -> TokenUsageInfo | None:
    """Token counts as they stood at the end. Raises `RolloutReadError`."""
    last = None
    for event in saved.events():
        if isinstance(event, TokenCount) and event.info is not None:
            last = event.info
    return last


class _Reader:
    """Sorts items into turns."""

    def __init__(self) -> None:
        self._view = SavedView()
        self._turns: list[list[Item]] = []
        self._count = 0

    def take(self, entry: HistoryLine) -> None:
        match entry:
            case ThreadRolledBack(num_turns=count):
                del self._turns[max(len(self._turns) - count, 0) :]
            case CompactedLine():
                pass  # what was said before was said
            case item:
                for change in self._view.feed(item):
                    if change.stage == "completed":
                        self._add(change.item)

    def turns(self) -> tuple[Turn, ...]:
        status: TurnStatus = "completed"
        return tuple(
            Turn(id=f"rollout-{number}", status=status, items=tuple(items), items_view="full")
            for number, items in enumerate(self._turns, 1)
        )

    def _add(self, seen: object) -> None:
        self._count += 1
        item = shown(seen, getattr(seen, "id", "") or f"item-{self._count}")  # type: ignore[arg-type]  # one of its kinds
        if item is None:
            return
        if isinstance(item, UserMessageItem) or not self._turns:
            self._turns.append([])
        self._turns[-1].append(item)
