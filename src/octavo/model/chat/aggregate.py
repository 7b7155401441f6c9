"""How much of a chat stream the turn sees (`docs/local-models.md`).

Aggregated: deltas are kept back, and at the end come one reasoning item and one
assistant message. Streaming, for those who want to see raw reasoning: deltas
pass, and at the end comes the joined message. Tool calls pass at once in both.
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
    """What has been held back of one answer."""

    def __init__(self, streaming: bool) -> None:
        self._streaming = streaming
        self._text: list[str] = []
        self._reasoning: list[str] = []

    def pass_on(self, event: ModelEvent) -> Iterator[ModelEvent]:
        if isinstance(event, TextDelta):
            self._text.append(event.delta)
            if self._streaming:
                yield event
        elif isinstance(event, RawReasoningDelta):
            self._reasoning.append(event.delta)
            if self._streaming:
                yield event
        elif isinstance(event, ItemDone) and isinstance(event.item, Message) and event.item.role == "assistant":
            yield from self._message_done(event, event.item)
        elif isinstance(event, Completed):
            yield from self._joined()
            yield event
        else:
            yield event

    def _message_done(self, event: ItemDone, message: Message) -> Iterator[ModelEvent]:
        if self._text:
            return
        if self._streaming:
            yield event
        else:
            self._text.extend([part.text for part in message.content if isinstance(part, OutputText)][:1])

    def _joined(self) -> Iterator[ModelEvent]:
        text, reasoning = "".join(self._text), "".join(self._reasoning)
        if reasoning and not self._streaming:
            yield ItemDone(Reasoning((), (ReasoningText(reasoning),)))
        if text:
            yield ItemDone(Message("assistant", (OutputText(text),)))
