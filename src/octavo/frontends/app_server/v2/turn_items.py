"""The items of a thread's running turn: each begins once and ends once (`docs/app-server-v2.md`, "Items").

They come from the one view of items. What the older events do not tell comes from
asides: commands on terminals, patches that are still written, what a provider looks
up, phases of messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.v2.item_forms import begun_form, ended_form
from octavo.frontends.app_server.v2.records import TurnRecord
from octavo.frontends.app_server.v2.shown_items import shown
from octavo.frontends.app_server.v2.terminals import TerminalItems
from octavo.frontends.app_server.v2.types import from_server as told
from octavo.frontends.app_server.v2.types import items as wire
from octavo.frontends.ids import random_uuid
from octavo.protocol import asides, events
from octavo.protocol import view_items as view

if TYPE_CHECKING:
    from octavo.frontends.app_server.v2.patch_progress import PatchProgress

Told = Iterator[Notice]
Teller = Callable[[str, Any], Told]


class TurnItems:
    """What the client hears of items. `turn` gives the running turn if it has this id; `now` tells Unix seconds."""

    def __init__(self, thread_id: str, turn: Callable[[str], TurnRecord | None], now: Callable[[], float]) -> None:
        self._thread_id, self.turn, self._now = thread_id, turn, now
        self.terminals = TerminalItems()
        self._nameless: dict[type[view.Item], str] = {}
        self._phases: dict[str, str] = {}
        self._patches: dict[str, PatchProgress] = {}
        self._metas: dict[str, Any] = {}
        self._declined: set[str] = set()
        self.tellers: Mapping[type[events.Msg], Teller] = {
            asides.TerminalStart: self._terminal_start,
            asides.TerminalEnd: self._terminal_end,
            asides.MessagePhase: self._message_phase,
            asides.PatchInput: self._patch_input,
            asides.WebSearchBegun: self._search_begun,
            asides.WebSearchDone: self._search_done,
            asides.McpResultMeta: self._result_meta,
        }
        """What asides tell of items."""

    def turn_ended(self) -> None:
        """Nothing of this turn counts for the next."""
        for memory in (self._nameless, self._phases, self._patches, self._metas, self._declined):
            memory.clear()
        self.terminals.turn_ended()

    def forget_patches(self) -> None:
        """An answer broke off: what it wrote is written once more, from the beginning."""
        self._patches.clear()

    def name(self, kind: type[view.Item], item_id: str) -> str:
        """The item's id; one that came without keeps the one that it gets here to its end."""
        return item_id or self._nameless.setdefault(kind, random_uuid())

    # --- beginnings and ends ----------------------------------------------------------------

    def change(self, turn_id: str, change: view.ItemChange) -> Told:
        """The one view of items says that an item has begun or ended."""
        item_id = self.name(type(change.item), change.item.id)
        if change.stage == "completed" and self.terminals.is_left(item_id):
            return  # it ended with the turn that it began in
        item = shown(change.item, item_id, declined=item_id in self._declined)
        if item is None:
            return
        if isinstance(item, wire.CommandExecutionItem):
            item = self.terminals.shown(item)
        elif isinstance(item, wire.AgentMessageItem) and (phase := self._phases.get(item_id)) is not None:
            item = msgspec.structs.replace(item, phase=phase)
        elif isinstance(item, wire.McpToolCallItem) and item.result is not None and item_id in self._metas:
            item = msgspec.structs.replace(
                item, result=msgspec.structs.replace(item.result, meta=self._metas.pop(item_id))
            )
        if change.stage == "completed":
            self._nameless.pop(type(change.item), None)
            yield from self.complete(turn_id, item)
        else:
            yield from self.start(turn_id, begun_form(item))

    def start(self, turn_id: str, item: wire.ThreadItem) -> Told:
        """It begins, unless it has or its turn does not run."""
        turn = self.turn(turn_id)
        if turn is None or item.id in turn.open or item.id in turn.closed:
            return
        if (written := self._patches.pop(item.id, None)) is not None:
            yield from self._patch_updated(turn_id, item.id, written.rest())
        turn.open[item.id] = item
        yield Notice("item/started", told.ItemStarted(self._thread_id, turn.id, item, self._ms()))

    def complete(self, turn_id: str, item: wire.ThreadItem) -> Told:
        """It ends, unless it has, and begins before that if it has not."""
        turn = self.turn(turn_id)
        if turn is None or item.id in turn.closed:
            return
        yield from self.start(turn_id, begun_form(item))
        turn.open.pop(item.id, None)
        turn.closed.add(item.id)
        turn.items.append(item)
        yield Notice("item/completed", told.ItemCompleted(self._thread_id, turn.id, item, self._ms()))

    def close_all(self, turn_id: str) -> Told:
        """What is still open ends with the turn."""
        turn = self.turn(turn_id)
        for item in list(turn.open.values()) if turn is not None else ():
            ended = ended_form(item, declined=item.id in self._declined)
            if isinstance(ended, wire.CommandExecutionItem):
                ended = self.terminals.left(ended)
            yield from self.complete(turn_id, ended)

    def refused(self, turn_id: str, call_id: str) -> Told:
        """Somebody said no to it. A command tells its end by itself; a patch that is refused never begins."""
        self._declined.add(call_id)
        turn = self.turn(turn_id)
        patch = None if turn is None else turn.open.get(call_id)
        if isinstance(patch, wire.FileChangeItem):
            yield from self.complete(turn_id, ended_form(patch, declined=True))

    def begin_patch(self, turn_id: str, msg: events.ApplyPatchApprovalRequest) -> Told:
        """A patch that is asked about is an item from then on."""
        begun = shown(view.FileChange(id=msg.call_id, changes=msg.changes), msg.call_id)
        if begun is not None:
            yield from self.start(turn_id, begun)

    # --- what only asides tell --------------------------------------------------------------

    def _message_phase(self, _: str, msg: asides.MessagePhase) -> Told:
        self._phases[msg.item_id] = msg.phase
        yield from ()

    def _search_begun(self, turn_id: str, msg: asides.WebSearchBegun) -> Told:
        item_id = self.name(view.WebSearch, msg.item_id)
        yield from self.start(turn_id, wire.WebSearchItem(id=item_id, query="", action=wire.OtherSearch()))

    def _search_done(self, turn_id: str, msg: asides.WebSearchDone) -> Told:
        """The older events, which follow for a search alone, tell nothing new of it."""
        item_id = self.name(view.WebSearch, msg.item_id)
        whole = shown(view.WebSearch(id=item_id, query="", action=msg.action), item_id)
        if whole is not None:
            yield from self.complete(turn_id, whole)
        if msg.action.type != "search":
            self._nameless.pop(view.WebSearch, None)

    def _result_meta(self, _: str, msg: asides.McpResultMeta) -> Told:
        self._metas[msg.call_id] = msg.meta
        yield from ()

    def _terminal_start(self, _: str, msg: asides.TerminalStart) -> Told:
        self.terminals.start(msg)
        yield from ()

    def _terminal_end(self, turn_id: str, msg: asides.TerminalEnd) -> Told:
        turn = self.turn(turn_id)
        item = None if turn is None else turn.open.get(msg.call_id)
        if isinstance(item, wire.CommandExecutionItem):
            declined = msg.call_id in self._declined
            yield from self.complete(turn_id, self.terminals.ended(item, msg, declined=declined))

    def _patch_input(self, turn_id: str, msg: asides.PatchInput) -> Told:
        if self.turn(turn_id) is None:
            return
        from octavo.frontends.app_server.v2.patch_progress import PatchProgress  # most turns write no patch

        if (written := self._patches.get(msg.call_id)) is None:
            written = self._patches[msg.call_id] = PatchProgress(self._now, is_json=msg.is_json)
        yield from self._patch_updated(turn_id, msg.call_id, written.feed(msg.delta))

    def _patch_updated(self, turn_id: str, call_id: str, changes: tuple[wire.FileUpdate, ...]) -> Told:
        if changes:
            update = told.PatchUpdated(self._thread_id, turn_id, call_id, changes)
            yield Notice("item/fileChange/patchUpdated", update)

    def _ms(self) -> int:
        return int(self._now() * 1000)
