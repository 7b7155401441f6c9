"""From model events to what the client hears, while the answer comes in (`docs/turns.md`)."""

from __future__ import annotations

import logging

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.engine.tool_batch import ToolBatch
from octavo.model import events as model
from octavo.model.errors import StreamBroken
from octavo.protocol import events
from octavo.protocol.items import (
    PHASES,
    CustomToolCall,
    FunctionCall,
    LocalShellCall,
    Message,
    Reasoning,
    ResponseItem,
    WebSearchCall,
)
from octavo.protocol.turn_items import TurnItem, turn_item_of
from octavo.protocol.usage import TokenUsage

log = logging.getLogger(__name__)


class AnswerStream:
    """Reads one answer. Tools start as soon as their call is whole, while the rest still comes."""

    def __init__(self, session: Session, turn: ActiveTurn, batch: ToolBatch) -> None:
        self._session, self._turn, self._batch = session, turn, batch
        self._active: TurnItem | None = None
        self._completed = False
        self.usage: TokenUsage | None = None

    def take(self, event: model.ModelEvent) -> None:
        """Act on the next event."""
        match event:
            case model.TextDelta() | model.SummaryDelta() | model.RawReasoningDelta():
                self._delta(event)
            case model.ItemDone():
                self._item_done(event.item)
            case model.ItemAdded():
                self._item_added(event.item)
            case model.CallInputDelta():
                from octavo.protocol.asides import PatchInput  # imported on use: most answers have none

                self._emit(PatchInput(event.call_id, event.delta, event.is_json))
            case model.SummarySectionBreak():
                self._emit(events.AgentReasoningSectionBreak())
            case model.RateLimits():
                if event.model is not None:
                    self._tell_if_rerouted(event.model)
                self._session.tokens.take_limits(event.snapshot)
                self._session.emit_tokens(self._turn.id)
            case model.Completed():
                self._completed = True
                self.usage = event.usage
                self._turn.count(event.usage)
                self._session.tokens.add(event.usage, self._turn.context.model.context_window)
                self._session.emit_tokens(self._turn.id)
            case model.Created():
                pass

    def finish(self) -> None:
        """The stream is over; raises `StreamBroken` when the answer is not whole."""
        if not self._completed:
            raise StreamBroken("stream closed before response.completed")

    def _tell_if_rerouted(self, answering: str) -> None:
        """Once a turn: the service may let another model answer than the one that was asked."""
        asked = self._turn.context.model.slug
        if answering.casefold() == asked.casefold() or self._turn.answering == answering:
            return
        self._turn.answering = answering
        from octavo.protocol.asides import ModelRerouted  # rare

        self._emit(ModelRerouted(asked, answering))

    def _delta(self, event: model.TextDelta | model.SummaryDelta | model.RawReasoningDelta) -> None:
        if self._active is None:
            log.error("a delta came without an item that it belongs to")
            return
        place = (self._session.id, self._turn.id, self._active.id, event.delta)
        match event:
            case model.TextDelta():
                self._emit(events.AgentMessageContentDelta(*place))
            case model.SummaryDelta():
                self._emit(events.ReasoningContentDelta(*place))
            case model.RawReasoningDelta():
                self._emit(events.ReasoningRawContentDelta(*place))

    def _item_added(self, item: ResponseItem) -> None:
        if isinstance(item, WebSearchCall):
            from octavo.protocol.asides import WebSearchBegun  # imported on use: most answers have none

            self._emit(WebSearchBegun(item.id or ""))
        shown = self._shown(item)
        if shown is not None:
            self._tell_phase(item, shown)
            self._emit(events.ItemStarted(self._session.id, self._turn.id, shown))
            self._active = shown

    def _item_done(self, item: ResponseItem) -> None:
        active, self._active = self._active, None
        if isinstance(item, FunctionCall | LocalShellCall | CustomToolCall):
            self._batch.start(item)
            return
        if isinstance(item, WebSearchCall):
            from octavo.protocol.asides import WebSearchDone  # likewise

            self._emit(WebSearchDone(item.id or "", item.action))
        shown = self._shown(item, active)
        if _is_remembered(item):
            self._batch.add(item)
        if shown is not None:
            self._tell_phase(item, shown)
            if active is None:
                self._emit(events.ItemStarted(self._session.id, self._turn.id, shown))
            self._emit(events.ItemCompleted(self._session.id, self._turn.id, shown))

    def _tell_phase(self, item: ResponseItem, shown: TurnItem) -> None:
        if isinstance(item, Message) and item.phase in PHASES:
            from octavo.protocol.asides import MessagePhase  # imported on use: few models tell it

            self._emit(MessagePhase(shown.id, item.phase))

    def _shown(self, item: ResponseItem, active: TurnItem | None = None) -> TurnItem | None:
        """The item as the client sees it, under the id that it started with."""
        return turn_item_of(item, lambda: active.id if active else self._session.new_item_id())

    def _emit(self, msg: events.EventMsg) -> None:
        self._session.emit(self._turn.id, msg)


def _is_remembered(item: ResponseItem) -> bool:
    """Searches of the provider and messages in foreign names are shown but not sent back."""
    return isinstance(item, Reasoning) or (isinstance(item, Message) and item.role == "assistant")
