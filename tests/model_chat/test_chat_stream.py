"""Chunks of a Chat Completions stream become events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from octavo.model.chat.stream import ChatStream
from octavo.model.events import Completed, ItemAdded, ItemDone, ModelEvent, RawReasoningDelta, TextDelta
from octavo.protocol.items import FunctionCall, Message, OutputText, Reasoning, ReasoningText


def _read(*chunks: dict[str, Any] | bytes, end: bool = True) -> list[ModelEvent]:
    stream = ChatStream()
    events: list[ModelEvent] = []
    for chunk in chunks:
        if stream.finished:
            break
        events += stream.feed(chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode())
    if end:
        events += stream.end()
    return events


def _delta(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _call(index: int | None, **parts: Any) -> dict[str, Any]:
    function = {key: parts[key] for key in ("name", "arguments") if key in parts}
    fragment = {"function": function, **({"id": parts["id"]} if "id" in parts else {})}
    return fragment if index is None else {"index": index, **fragment}


def _calls(events: list[ModelEvent]) -> list[FunctionCall]:
    return [event.item for event in events if isinstance(event, ItemDone) and isinstance(event.item, FunctionCall)]


def _message(text: str) -> ItemDone:
    return ItemDone(Message("assistant", (OutputText(text),)))


def test_text_is_announced_once_streamed_and_finished() -> None:
    assert _read(_delta(content="Hel"), _delta(content="lo"), _delta("stop")) == [
        ItemAdded(Message("assistant", ())),
        TextDelta("Hel"),
        TextDelta("lo"),
        _message("Hello"),
        Completed(),
    ]


@pytest.mark.parametrize("content", [None, "", 7])
def test_content_that_is_no_text_is_passed_over(content: Any) -> None:
    assert _read(_delta(content=content), _delta("stop")) == [Completed()]


@pytest.mark.parametrize("value", ["think", {"text": "think"}, {"content": "think"}, {"text": "", "content": "think"}])
@pytest.mark.parametrize("place", ["delta", "message"])
def test_reasoning_is_read_in_all_its_spellings(value: Any, place: str) -> None:
    chunk = {"choices": [{place: {"reasoning": value}}]}
    assert _read(chunk, _delta("stop")) == [
        ItemAdded(Reasoning((), ())),
        RawReasoningDelta("think"),
        ItemDone(Reasoning((), (ReasoningText("think"),))),
        Completed(),
    ]


def test_text_comes_before_reasoning_of_the_same_chunk_and_its_message_before_the_reasoning_item() -> None:
    kinds = [type(event).__name__ for event in _read(_delta(content="a", reasoning="b"), _delta("stop"))]
    assert kinds == ["ItemAdded", "TextDelta", "ItemAdded", "RawReasoningDelta", "ItemDone", "ItemDone", "Completed"]


def test_the_fragments_of_a_call_are_joined_as_text() -> None:
    events = _read(
        _delta(tool_calls=[_call(0, id="c1", name="shell", arguments='{"com')]),
        _delta(tool_calls=[_call(0, arguments='mand": [ ]}')]),
        _delta("tool_calls"),
    )
    assert events == [ItemDone(FunctionCall(name="shell", arguments='{"command": [ ]}', call_id="c1")), Completed()]


def test_reasoning_is_finished_before_the_call_it_led_to() -> None:
    events = _read(
        _delta(reasoning="hm"), _delta(tool_calls=[_call(0, id="c", name="f", arguments="{}")]), _delta("tool_calls")
    )
    assert [type(event.item) for event in events if isinstance(event, ItemDone)] == [Reasoning, FunctionCall]


def test_parallel_calls_are_kept_apart_by_index_and_come_in_index_order() -> None:
    events = _read(
        _delta(tool_calls=[_call(1, id="b", name="two", arguments="[")]),
        _delta(tool_calls=[_call(0, id="a", name="one", arguments="{"), _call(1, arguments="]")]),
        _delta(tool_calls=[_call(0, arguments="}")]),
        _delta("tool_calls"),
    )
    assert _calls(events) == [
        FunctionCall(name="one", arguments="{}", call_id="a"),
        FunctionCall(name="two", arguments="[]", call_id="b"),
    ]


def test_calls_without_an_index_are_told_apart_by_their_place() -> None:
    both = [_call(None, id="a", name="one", arguments="1"), _call(None, id="b", name="two", arguments="2")]
    assert [call.name for call in _calls(_read(_delta(tool_calls=both), _delta("tool_calls")))] == ["one", "two"]


def test_the_first_id_and_name_that_are_not_empty_win() -> None:
    events = _read(
        _delta(tool_calls=[_call(0, id="", name="", arguments="")]),
        _delta(tool_calls=[_call(0, id="real", name="shell", arguments="{")]),
        _delta(tool_calls=[_call(0, id="other", name="other", arguments="}")]),
        _delta("tool_calls"),
    )
    assert _calls(events) == [FunctionCall(name="shell", arguments="{}", call_id="real")]


def test_a_call_without_id_and_name_still_comes_through() -> None:
    events = _read(_delta("tool_calls", tool_calls=[{"function": {"arguments": "{}"}}]))
    assert _calls(events) == [FunctionCall(name="", arguments="{}", call_id="")]


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_a_call_that_no_finish_reason_names_is_lost(finish: str) -> None:
    events = _read(_delta(finish, tool_calls=[_call(0, id="c", name="f", arguments="{}")]))
    assert events == [Completed()]


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_other_finish_reasons_complete_without_an_item(finish: str) -> None:
    events = _read(_delta(content="part"), _delta(finish))
    assert events == [ItemAdded(Message("assistant", ())), TextDelta("part"), Completed()]


def test_reading_stops_at_the_finish_reason() -> None:
    stream = ChatStream()
    list(stream.feed(json.dumps(_delta("stop")).encode()))
    assert stream.finished
    assert list(stream.end()) == []


@pytest.mark.parametrize("done", [b"[DONE]", b"  [DONE] "])
def test_done_finishes_the_message(done: bytes) -> None:
    assert _read(_delta(content="x"), done, end=False)[-2:] == [_message("x"), Completed()]


def test_an_early_end_completes_without_a_message_item() -> None:
    assert _read(_delta(content="x"))[-1] == Completed()
    assert not any(isinstance(event, ItemDone) for event in _read(_delta(content="x")))


@pytest.mark.parametrize(
    "noise",
    [b"not json", b"[]", b'{"choices":[]}', b'{"choices":null}', b'{"choices":["x"]}', b'{"choices":[{"delta":null}]}',
     b'{"choices":[],"usage":{"total_tokens":3}}', b'{"choices":[{"delta":{"tool_calls":"no"}}]}',
     b'{"choices":[{"delta":{"tool_calls":[null,{"function":null}]}}]}'],
)  # fmt: skip
def test_chunks_that_say_nothing_are_passed_over(noise: bytes) -> None:
    assert _read(noise, _delta(content="x"), noise, _delta("stop"))[-2:] == [_message("x"), Completed()]
