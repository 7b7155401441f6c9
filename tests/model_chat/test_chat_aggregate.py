"""What the turn sees of a chat stream in both modes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from octavo.model.chat.aggregate import aggregate_chat
from octavo.model.events import Completed, ItemAdded, ItemDone, ModelEvent, RawReasoningDelta, TextDelta
from octavo.protocol.items import FunctionCall, Message, OutputText, Reasoning, ReasoningText

ADDED = ItemAdded(Message("assistant", ()))
CALL = ItemDone(FunctionCall(name="shell", arguments="{}", call_id="c"))
THOUGHT = ItemDone(Reasoning((), (ReasoningText("hm so"),)))


def _message(text: str) -> ItemDone:
    return ItemDone(Message("assistant", (OutputText(text),)))


async def _seen(events: list[ModelEvent], *, streaming: bool) -> list[ModelEvent]:
    async def source() -> AsyncIterator[ModelEvent]:
        for event in events:
            yield event

    return [event async for event in aggregate_chat(source(), streaming=streaming)]


TEXT: list[ModelEvent] = [ADDED, TextDelta("Hel"), TextDelta("lo"), _message("Hello"), Completed()]
DELTAS: list[ModelEvent] = [RawReasoningDelta("hm "), RawReasoningDelta("so"), TextDelta("Hi")]
THINKING: list[ModelEvent] = [*DELTAS, THOUGHT, CALL, Completed()]


async def test_aggregated_text_comes_as_one_message_at_the_end() -> None:
    assert await _seen(TEXT, streaming=False) == [ADDED, _message("Hello"), Completed()]


async def test_streamed_text_passes_and_the_message_comes_once() -> None:
    assert await _seen(TEXT, streaming=True) == [
        ADDED,
        TextDelta("Hel"),
        TextDelta("lo"),
        _message("Hello"),
        Completed(),
    ]


async def test_pieces_that_no_item_took_up_come_before_the_call_they_led_to() -> None:
    bare: list[ModelEvent] = [*DELTAS, CALL, Completed()]
    assert await _seen(bare, streaming=False) == [THOUGHT, _message("Hi"), CALL, Completed()]
    assert await _seen(THINKING, streaming=False) == [THOUGHT, _message("Hi"), CALL, Completed()]


async def test_streamed_pieces_pass_and_the_items_come_once() -> None:
    assert await _seen(THINKING, streaming=True) == [*DELTAS, THOUGHT, _message("Hi"), CALL, Completed()]


@pytest.mark.parametrize("streaming", [False, True])
async def test_a_message_without_deltas_is_shown_once(streaming: bool) -> None:
    assert await _seen([_message("whole"), Completed()], streaming=streaming) == [_message("whole"), Completed()]


@pytest.mark.parametrize("streaming", [False, True])
async def test_partial_text_of_an_answer_cut_short_is_still_the_message(streaming: bool) -> None:
    assert (await _seen([ADDED, TextDelta("part"), Completed()], streaming=streaming))[-2:] == [
        _message("part"),
        Completed(),
    ]


@pytest.mark.parametrize("streaming", [False, True])
async def test_an_empty_answer_completes_without_a_message(streaming: bool) -> None:
    assert await _seen([Completed()], streaming=streaming) == [Completed()]
