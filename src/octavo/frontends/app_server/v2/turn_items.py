"""The items of a thread's running turn: each begins once and ends once (`docs/app-server-v2.md`, "Items").

They come from the one view of items. What the older events do not tell comes from
asides (`item_asides`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.v2.records import TurnRecord
from octavo.frontends.app_server.v2.shown_items import shown
from octavo.frontends.app_server.v2.types.items import Item, ItemCompleted, ItemStarted
from octavo.frontends.ids import random_uuid
from octavo.protocol import events
from octavo.protocol import view_items as view

if TYPE_CHECKING:
    from octavo.frontends.app_server.v2.item_asides import ItemAsides

Told = Iterator[Notice]
Teller = Callable[[str, Any], Told]
Tellers = Mapping[type[events.Msg], Teller]


class TurnItems:
    """What the client hears of items. `turn` gives the running turn if it has this id; `now` tells Unix seconds."""

    def __init__(self, thread_id: str, turn: Callable[[str], TurnRecord | None], now: Callable[[], float]) -> None:
        self._thread_id, self.turn, self._now = thread_id, turn, now
        self._nameless: dict[type[view.Item], str] = {}
        self._declined: set[str] = set()
        self.asides: ItemAsides | None = None
        """What asides told, if any did."""

    def hear_asides(self) -> Tellers:
        """From now on, asides are heard; what they tell of items."""
        from octavo.frontends.app_server.v2.item_asides import ItemAsides  # most turns have none

        self.asides = ItemAsides(self._thread_id, self, self._now)
        return self.asides.tellers

    def turn_ended(self) -> None:
        """Nothing of this turn counts for the next."""
        self._nameless.clear()
        self._declined.clear()
        if self.asides is not None:
            self.asides.turn_ended()

    def name(self, kind: type[view.Item], item_id: str) -> str:
        """The item's id; one that came without keeps the one that it gets here to its end."""
        return item_id or self._nameless.setdefault(kind, random_uuid())

    def forget_name(self, kind: type[view.Item]) -> None:
        """The next one that comes without an id is another one."""
        self._nameless.pop(kind, None)

    def is_declined(self, item_id: str) -> bool:
        """Whether somebody said no to it."""
        return item_id in self._declined

    # --- beginnings and ends ----------------------------------------------------------------

    def change(self, turn_id: str, change: view.ItemChange) -> Told:
        """The one view of items says that an item has begun or ended."""
        item_id = self.name(type(change.item), change.item.id)
        if change.stage == "completed" and self.asides is not None and self.asides.terminals.is_left(item_id):
            return  # it ended with the turn that it began in
        item = shown(change.item, item_id, declined=item_id in self._declined)
        if item is None:
            return
        if self.asides is not None:
            item = self.asides.added_to(item)
        if change.stage == "completed":
            self.forget_name(type(change.item))
            yield from self.complete(turn_id, item)
        else:
            yield from self.start(turn_id, item.begun())

    def start(self, turn_id: str, item: Item) -> Told:
        """It begins, unless it has or its turn does not run."""
        turn = self.turn(turn_id)
        if turn is None or item.id in turn.open or item.id in turn.closed:
            return
        if self.asides is not None:
            yield from self.asides.rest_of_patch(turn_id, item.id)
        turn.open[item.id] = item
        yield Notice("item/started", ItemStarted(self._thread_id, turn.id, item, self._ms()))

    def complete(self, turn_id: str, item: Item) -> Told:
        """It ends, unless it has, and begins before that if it has not."""
        turn = self.turn(turn_id)
        if turn is None or item.id in turn.closed:
            return
        yield from self.start(turn_id, item.begun())
        turn.open.pop(item.id, None)
        turn.closed.add(item.id)
        turn.items.append(item)
        yield Notice("item/completed", ItemCompleted(self._thread_id, turn.id, item, self._ms()))

    def close_all(self, turn_id: str) -> Told:
        """What is still open ends with the turn."""
        turn = self.turn(turn_id)
        for item in list(turn.open.values()) if turn is not None else ():
            ended = item.ended(declined=item.id in self._declined)
            if self.asides is not None:
                ended = self.asides.terminals.left(ended)
            yield from self.complete(turn_id, ended)

    def refused(self, turn_id: str, call_id: str) -> Told:
        """Somebody said no to it. A command tells its end by itself; a patch that is refused never begins."""
        from octavo.frontends.app_server.v2.types.patches import FileChangeItem  # few turns have any

        self._declined.add(call_id)
        turn = self.turn(turn_id)
        patch = None if turn is None else turn.open.get(call_id)
        if isinstance(patch, FileChangeItem):
            yield from self.complete(turn_id, patch.ended(declined=True))

    def begin_patch(self, turn_id: str, msg: events.ApplyPatchApprovalRequest) -> Told:
        """A patch that is asked about is an item from then on."""
        begun = shown(view.FileChange(id=msg.call_id, changes=msg.changes), msg.call_id)
        if begun is not None:
            yield from self.start(turn_id, begun)

    def _ms(self) -> int:
        return int(self._now() * 1000)
