"""Texts and outputs of items while they grow (`docs/app-server-v2.md`, "Items")."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from octavo.frontends.app_server.dialect import Notice
from octavo.frontends.app_server.v2.turn_items import Tellers, Told, TurnItems
from octavo.frontends.app_server.v2.types.items import AgentMessageItem, ItemDelta
from octavo.protocol import events
from octavo.protocol import view_items as view

if TYPE_CHECKING:
    from octavo.protocol.asides import TerminalOutput


class Pieces:
    """Tells the pieces of `items`, under the ids of these."""

    def __init__(self, thread_id: str, items: TurnItems) -> None:
        self._thread_id, self._items = thread_id, items
        self._section: dict[str, int] = {}
        self._decoders: dict[tuple[str, str], codecs.IncrementalDecoder] = {}
        self.tellers: Tellers = {
            events.AgentMessageContentDelta: self._message_delta,
            events.ReasoningContentDelta: self._reasoning_delta,
            events.ReasoningRawContentDelta: self._raw_delta,
            events.AgentReasoningSectionBreak: self._section_break,
            events.ExecCommandOutputDelta: self._output_delta,
        }
        """What events tell of pieces."""

    def hear_asides(self) -> Tellers:
        """What asides tell of them."""
        from octavo.protocol.asides import TerminalOutput

        return {TerminalOutput: self._terminal_output}

    def turn_ended(self) -> None:
        """Nothing of this turn counts for the next."""
        self._section.clear()
        self._decoders.clear()

    def _message_delta(self, turn_id: str, msg: events.AgentMessageContentDelta) -> Told:
        item_id = self._items.name(view.AgentMessage, msg.item_id)
        yield from self._items.start(turn_id, AgentMessageItem(id=item_id, text=""))
        yield Notice("item/agentMessage/delta", ItemDelta(self._thread_id, turn_id, item_id, msg.delta))

    def _reasoning_delta(self, turn_id: str, msg: events.ReasoningContentDelta) -> Told:
        from octavo.frontends.app_server.v2.types.reasoning import ReasoningItem, SummaryDelta  # not all models think

        item_id = self._items.name(view.Reasoning, msg.item_id)
        yield from self._items.start(turn_id, ReasoningItem(id=item_id))
        if item_id not in self._section:
            self._section = {item_id: 0}
            yield self._part(turn_id, item_id, 0)
        delta = SummaryDelta(self._thread_id, turn_id, item_id, msg.delta, self._section[item_id])
        yield Notice("item/reasoning/summaryTextDelta", delta)

    def _raw_delta(self, turn_id: str, msg: events.ReasoningRawContentDelta) -> Told:
        from octavo.frontends.app_server.v2.types.reasoning import ReasoningDelta, ReasoningItem

        item_id = self._items.name(view.Reasoning, msg.item_id)
        yield from self._items.start(turn_id, ReasoningItem(id=item_id))
        delta = ReasoningDelta(self._thread_id, turn_id, item_id, msg.delta, 0)
        yield Notice("item/reasoning/textDelta", delta)

    def _section_break(self, turn_id: str, _: events.AgentReasoningSectionBreak) -> Told:
        for item_id in self._section:
            self._section[item_id] += 1
            yield self._part(turn_id, item_id, self._section[item_id])

    def _part(self, turn_id: str, item_id: str, index: int) -> Notice:
        from octavo.frontends.app_server.v2.types.reasoning import SummaryPart

        return Notice("item/reasoning/summaryPartAdded", SummaryPart(self._thread_id, turn_id, item_id, index))

    def _output_delta(self, turn_id: str, msg: events.ExecCommandOutputDelta) -> Told:
        """Bytes as text: a character that is split waits for its rest."""
        from octavo.frontends.app_server.v2.types.command_items import CommandExecutionItem  # loaded with its beginning

        turn = self._items.turn(turn_id)
        if turn is None or not isinstance(turn.open.get(msg.call_id), CommandExecutionItem):
            return  # a patch's program speaks, too, but its item has no output
        if self._items.asides is None or not self._items.asides.terminals.knows(msg.call_id):
            # That of a terminal was told as it came.
            yield from self._output(turn_id, msg.call_id, msg.stream, msg.chunk)

    def _output(self, turn_id: str, call_id: str, stream: str, chunk: bytes) -> Told:
        key = (call_id, stream)
        if key not in self._decoders:
            self._decoders[key] = codecs.getincrementaldecoder("utf-8")("replace")
        if text := self._decoders[key].decode(chunk):
            yield Notice("item/commandExecution/outputDelta", ItemDelta(self._thread_id, turn_id, call_id, text))

    def _terminal_output(self, turn_id: str, msg: TerminalOutput) -> Told:
        turn, asides = self._items.turn(turn_id), self._items.asides
        if turn is None or asides is None or msg.call_id not in turn.open:
            return
        if asides.terminals.knows(msg.call_id):
            asides.terminals.printed(msg.call_id, msg.chunk)
            yield from self._output(turn_id, msg.call_id, "stdout", msg.chunk)
