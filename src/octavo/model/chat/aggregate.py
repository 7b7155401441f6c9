"""How much of a chat stream the turn sees (`docs/local-models.md`).

Aggregated: deltas are kept back, and at the end come the whole items. Streaming, for
those who want to see raw reasoning: deltas pass, and so do the items. In both, the
pieces of a backend that sends no whole item are joined to one, before what they led to.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator

from octavo.model.events import Completed, ItemDone, ModelEvent, RawReasoningDelta, TextDelta
from octavo.protocol.items import Message, OutputText, Reasoning, ReasoningText


async def aggregate_chat(events: AsyncIterator[ModelEvent], *, streaming: bool) -> AsyncGenerator[ModelEvent, None]:
    """The events as the turn is to see them; the joined items carry no id."""
    view = _View(streaming)
    async for event in events:
        for shown in view.pass_on(event):
            yield shown


class _View:
    """The pieces of one answer that no whole item has taken up."""

    def __init__(self, streaming: bool) -> None:
        self._streaming = streaming
        self._text: list[str] = []
        self._reasoning: list[str] = []

    def pass_on(self, event: ModelEvent) -> Iterator[ModelEvent]:
        match event:
            case TextDelta():
                self._text.append(event.delta)
                shown = self._streaming
            case RawReasoningDelta():
                self._reasoning.append(event.delta)
                shown = self._streaming
            case ItemDone(item=Reasoning()):
                self._reasoning.clear()
                shown = True
            case ItemDone(item=Message()):
                yield from self._thought()
                self._text.clear()
                shown = True
            case ItemDone() | Completed():
                yield from self._thought()
                yield from self._said()
                shown = True
            case _:
                shown = True
        if shown:
            yield event

    def _thought(self) -> Iterator[ModelEvent]:
        if text := "".join(self._reasoning):
            yield ItemDone(Reasoning((), (ReasoningText(text),)))
        self._reasoning.clear()

    def _said(self) -> Iterator[ModelEvent]:
        if text := "".join(self._text):
            yield ItemDone(Message("assistant", (OutputText(text),)))
        self._text.clear()
