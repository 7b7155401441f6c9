"""What only asides tell of items: commands on terminals, patches that are still written, searches, phases of messages.

Loaded with the first aside (`turn_items`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.v2.shown_items import shown
from octavo.frontends.app_server.v2.terminals import TerminalItems
from octavo.frontends.app_server.v2.types.command_items import CommandExecutionItem
from octavo.frontends.app_server.v2.types.items import AgentMessageItem, Item
from octavo.frontends.app_server.v2.types.mcp import McpToolCallItem
from octavo.frontends.app_server.v2.types.patches import FileUpdate, PatchUpdated
from octavo.frontends.app_server.v2.types.searches import OtherSearch, WebSearchItem
from octavo.protocol import asides
from octavo.protocol import view_items as view

if TYPE_CHECKING:
    from octavo.frontends.app_server.v2.patch_progress import PatchProgress
    from octavo.frontends.app_server.v2.turn_items import Tellers, Told, TurnItems


class ItemAsides:
    """What was told beside the events, for `items`; `now` tells Unix seconds."""

    def __init__(self, thread_id: str, items: TurnItems, now: Callable[[], float]) -> None:
        self._thread_id, self._items, self._now = thread_id, items, now
        self.terminals = TerminalItems()
        self._phases: dict[str, str] = {}
        self._patches: dict[str, PatchProgress] = {}
        self._metas: dict[str, Any] = {}
        self.tellers: Tellers = {
            asides.TerminalStart: self._terminal_start,
            asides.TerminalEnd: self._terminal_end,
            asides.MessagePhase: self._message_phase,
            asides.PatchInput: self._patch_input,
            asides.WebSearchBegun: self._search_begun,
            asides.WebSearchDone: self._search_done,
            asides.McpResultMeta: self._result_meta,
        }

    def turn_ended(self) -> None:
        """Nothing of this turn counts for the next."""
        for memory in (self._phases, self._patches, self._metas):
            memory.clear()
        self.terminals.turn_ended()

    def forget_patches(self) -> None:
        """An answer broke off: what it wrote is written once more, from the beginning."""
        self._patches.clear()

    def added_to(self, item: Item) -> Item:
        """The item with what was told of it."""
        match item:
            case CommandExecutionItem():
                return self.terminals.shown(item)
            case AgentMessageItem() if (phase := self._phases.get(item.id)) is not None:
                return msgspec.structs.replace(item, phase=phase)
            case McpToolCallItem(result=result) if result is not None and item.id in self._metas:
                return msgspec.structs.replace(
                    item, result=msgspec.structs.replace(result, meta=self._metas.pop(item.id))
                )
            case _:
                return item

    def rest_of_patch(self, turn_id: str, call_id: str) -> Told:
        """What was not told yet of a patch that begins now."""
        if (written := self._patches.pop(call_id, None)) is not None:
            yield from self._patch_updated(turn_id, call_id, written.rest())

    def _message_phase(self, _: str, msg: asides.MessagePhase) -> Told:
        self._phases[msg.item_id] = msg.phase
        yield from ()

    def _search_begun(self, turn_id: str, msg: asides.WebSearchBegun) -> Told:
        item_id = self._items.name(view.WebSearch, msg.item_id)
        yield from self._items.start(turn_id, WebSearchItem(id=item_id, query="", action=OtherSearch()))

    def _search_done(self, turn_id: str, msg: asides.WebSearchDone) -> Told:
        """The older events, which follow for a search alone, tell nothing new of it."""
        item_id = self._items.name(view.WebSearch, msg.item_id)
        whole = shown(view.WebSearch(id=item_id, query="", action=msg.action), item_id)
        if whole is not None:
            yield from self._items.complete(turn_id, whole)
        if msg.action.type != "search":
            self._items.forget_name(view.WebSearch)

    def _result_meta(self, _: str, msg: asides.McpResultMeta) -> Told:
        self._metas[msg.call_id] = msg.meta
        yield from ()

    def _terminal_start(self, _: str, msg: asides.TerminalStart) -> Told:
        self.terminals.start(msg)
        yield from ()

    def _terminal_end(self, turn_id: str, msg: asides.TerminalEnd) -> Told:
        turn = self._items.turn(turn_id)
        item = None if turn is None else turn.open.get(msg.call_id)
        if isinstance(item, CommandExecutionItem):
            declined = self._items.is_declined(msg.call_id)
            yield from self._items.complete(turn_id, self.terminals.ended(item, msg, declined=declined))

    def _patch_input(self, turn_id: str, msg: asides.PatchInput) -> Told:
        if self._items.turn(turn_id) is None:
            return
        from octavo.frontends.app_server.v2.patch_progress import PatchProgress  # most turns write no patch

        if (written := self._patches.get(msg.call_id)) is None:
            written = self._patches[msg.call_id] = PatchProgress(self._now, is_json=msg.is_json)
        yield from self._patch_updated(turn_id, msg.call_id, written.feed(msg.delta))

    def _patch_updated(self, turn_id: str, call_id: str, changes: tuple[FileUpdate, ...]) -> Told:
        if changes:
            update = PatchUpdated(self._thread_id, turn_id, call_id, changes)
            yield Notice("item/fileChange/patchUpdated", update)
