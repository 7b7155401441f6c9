"""Chunks of a Chat Completions stream become events."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from octavo.model.chat.stream import ChatStream
from octavo.model.errors import AnswerIncomplete, EmptyAnswer, StreamBroken
from octavo.model.events import Completed, ItemAdded, ItemDone, ModelEvent, RawReasoningDelta, TextDelta
from octavo.protocol.items import FunctionCall, Message, OutputText, Reasoning, ReasoningText, ResponseItem


def _read(*chunks: dict[str, Any] | bytes, end: bool = True) -> list[ModelEvent]:
    names = (f"new-{count}" for count in itertools.count(1))
    stream = ChatStream(lambda: next(names))
    events: list[ModelEvent] = []
    for chunk in chunks:
        if stream.finished:
            break
        events += stream.feed(chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode())
    if end:
        events += stream.end()
    return events


def _delta(finish: Any = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _call(index: int | None, **parts: Any) -> dict[str, Any]:
    function = {key: parts[key] for key in ("name", "arguments") if key in parts}
    fragment = {"function": function, **({"id": parts["id"]} if "id" in parts else {})}
    return fragment if index is None else {"index": index, **fragment}


def _calls(events: list[ModelEvent]) -> list[FunctionCall]:
    return [event.item for event in events if isinstance(event, ItemDone) and isinstance(event.item, FunctionCall)]


def _items(events: list[ModelEvent]) -> list[ResponseItem]:
    return [event.item for event in events if isinstance(event, ItemDone)]


def _said(text: str) -> Message:
    return Message("assistant", (OutputText(text),))


def _message(text: str) -> ItemDone:
    return ItemDone(_said(text))


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
    assert _read(_delta(content=content), _delta(content="x"), _delta("stop"))[1:] == [
        TextDelta("x"),
        _message("x"),
        Completed(),
    ]


@pytest.mark.parametrize("value", ["think", {"text": "think"}, {"content": "think"}, {"text": "", "content": "think"}])
@pytest.mark.parametrize("place", ["delta", "message"])
@pytest.mark.parametrize("key", ["reasoning", "reasoning_content", "thinking"])
def test_reasoning_is_read_in_all_its_spellings(value: Any, place: str, key: str) -> None:
    chunk = {"choices": [{place: {key: value}}]}
    assert _read(chunk, _delta("stop", content="x")) == [
        ItemAdded(Reasoning((), ())),
        RawReasoningDelta("think"),
        ItemAdded(Message("assistant", ())),
        TextDelta("x"),
        ItemDone(Reasoning((), (ReasoningText("think"),), key=key)),
        _message("x"),
        Completed(),
    ]


def test_reasoning_that_comes_under_two_keys_at_once_counts_once() -> None:
    events = _read(_delta("stop", reasoning="b", reasoning_content="b", content="a"))
    assert [event.delta for event in events if isinstance(event, RawReasoningDelta)] == ["b"]


def test_parts_of_a_content_are_text_or_reasoning() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    content = [thinking, {"type": "text", "text": "a"}, "b", {"type": "image_url"}, 7]
    assert _items(_read(_delta("stop", content=content))) == [Reasoning((), (ReasoningText("hm"),)), _said("ab")]


def test_a_refusal_is_what_the_model_said() -> None:
    assert _items(_read(_delta(refusal="I will "), _delta("stop", refusal="not."))) == [_said("I will not.")]


def test_reasoning_text_and_calls_come_in_this_order() -> None:
    call = _call(0, id="c", name="f", arguments="{}")
    events = _read(_delta(tool_calls=[call]), _delta(content="a"), _delta("tool_calls", reasoning="b"))
    assert [type(item) for item in _items(events)] == [Reasoning, Message, FunctionCall]


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
        _delta(tool_calls=[_call(0, id="made-up-for-this-piece", arguments='"a":')]),
        _delta(tool_calls=[_call(0, id="real", name="shell", arguments="1}")]),
        _delta("tool_calls"),
    )
    assert _calls(events) == [FunctionCall(name="shell", arguments='{"a":1}', call_id="real")]


def _whole(index: int | None, number: int, call_id: str | None = None) -> dict[str, Any]:
    parts = {"id": call_id} if call_id is not None else {}
    return _delta(tool_calls=[_call(index, name="shell", arguments=f'{{"n":{number}}}', **parts)])


@pytest.mark.parametrize("index", [0, None])
@pytest.mark.parametrize("ids", [("a", "b", "c"), ("", "", ""), (None, None, None), ("a", "", None)])
def test_whole_calls_one_after_the_other_stay_apart(index: int | None, ids: tuple[str | None, ...]) -> None:
    events = _read(*(_whole(index, number, call_id) for number, call_id in enumerate(ids)), _delta("stop"))
    assert [call.arguments for call in _calls(events)] == ['{"n":0}', '{"n":1}', '{"n":2}']
    assert len({call.call_id for call in _calls(events)}) == 3


@pytest.mark.parametrize("index", [0, None])
def test_pieces_of_parallel_calls_find_their_call_by_its_id(index: int | None) -> None:
    events = _read(
        _delta(tool_calls=[_call(index, id="a", name="one", arguments="{")]),
        _delta(tool_calls=[_call(index, id="b", name="two", arguments="[")]),
        _delta(tool_calls=[_call(index, id="a", arguments="}")]),
        _delta(tool_calls=[_call(index, id="b", arguments="]")]),
        _delta("tool_calls"),
    )
    assert _calls(events) == [FunctionCall("one", "{}", "a"), FunctionCall("two", "[]", "b")]


@pytest.mark.parametrize("index", [0, None])
def test_pieces_without_an_id_belong_to_the_newest_call(index: int | None) -> None:
    events = _read(
        _delta(tool_calls=[_call(index, id="a", name="one", arguments='{"n"')]),
        _delta(tool_calls=[_call(index, arguments=":1}")]),
        _delta(tool_calls=[_call(index, id="b", name="two", arguments='{"n"')]),
        _delta(tool_calls=[_call(index, arguments=":2}")]),
        _delta("tool_calls"),
    )
    assert _calls(events) == [FunctionCall("one", '{"n":1}', "a"), FunctionCall("two", '{"n":2}', "b")]


def test_another_name_begins_another_call_even_behind_one_without_arguments() -> None:
    one, two = _call(None, name="one", arguments=""), _call(None, name="two", arguments="{}")
    calls = _calls(_read(_delta(tool_calls=[one]), _delta(tool_calls=[two]), _delta("stop")))
    assert [(call.name, call.arguments) for call in calls] == [("one", ""), ("two", "{}")]


def test_a_name_that_is_repeated_with_each_piece_begins_no_call() -> None:
    pieces = ["", '{"a"', ":1}", ""]
    events = _read(*(_delta(tool_calls=[_call(0, name="f", arguments=text)]) for text in pieces), _delta("stop"))
    assert [call.arguments for call in _calls(events)] == ['{"a":1}']


def test_calls_get_an_id_if_they_have_none_or_share_one() -> None:
    three = [_call(0, name="f", arguments="1"), *(_call(n, id="same", name="f", arguments="2") for n in (1, 2))]
    calls = _calls(_read(_delta("tool_calls", tool_calls=three)))
    assert [call.call_id for call in calls] == ["new-1", "same", "new-2"]


@pytest.mark.parametrize("arguments", [{"command": ["a"]}, {}])
def test_arguments_may_be_sent_as_an_object(arguments: dict[str, Any]) -> None:
    [call] = _calls(_read(_delta("tool_calls", tool_calls=[_call(0, id="c", name="f", arguments=arguments)])))
    assert json.loads(call.arguments) == arguments


def test_the_call_of_older_servers_is_a_call() -> None:
    events = _read(
        _delta(function_call={"name": "f", "arguments": "{"}),
        _delta(function_call={"arguments": "}"}),
        _delta("function_call"),
    )
    assert _calls(events) == [FunctionCall(name="f", arguments="{}", call_id="new-1")]


def test_a_call_without_id_and_name_still_comes_through() -> None:
    events = _read(_delta("tool_calls", tool_calls=[{"function": {"arguments": "{}"}}]))
    assert _calls(events) == [FunctionCall(name="", arguments="{}", call_id="new-1")]


REASONS = ["tool_calls", "stop", "end_turn", "tool_use", "function_call", "STOP", "COMPLETE", "eos", "whatever"]


@pytest.mark.parametrize("reason", REASONS)
def test_calls_count_whatever_the_reason_for_the_end(reason: str) -> None:
    call = _call(0, id="c", name="f", arguments="{}")
    assert len(_calls(_read(_delta(tool_calls=[call]), _delta(reason)))) == 1
    assert len(_calls(_read(_delta(reason, tool_calls=[call])))) == 1


@pytest.mark.parametrize("end", [b"[DONE]", {"choices": [], "usage": {}}, {"choices": [{"delta": {}}]}])
def test_calls_count_where_done_says_the_end(end: Any) -> None:
    chunks = [_delta(content="a"), _delta(tool_calls=[_call(0, id="c", name="f", arguments="{}")]), end, b"[DONE]"]
    assert [type(item) for item in _items(_read(*chunks))] == [Message, FunctionCall]


LIMITS = ["length", "max_tokens", "MAX_TOKENS", "model_length", "content_filter", "SAFETY", "content-filter", "refusal"]


@pytest.mark.parametrize("reason", LIMITS)
def test_calls_that_a_limit_cut_off_do_not_count(reason: str) -> None:
    stream = ChatStream()
    list(stream.feed(json.dumps(_delta(content="a", tool_calls=[_call(0, id="c", name="f", arguments="{}")])).encode()))
    events = stream.feed(json.dumps(_delta(reason)).encode())
    assert next(events) == _message("a")
    with pytest.raises(AnswerIncomplete, match=reason) as failure:
        next(events)
    assert not failure.value.retryable


@pytest.mark.parametrize("reason", LIMITS)
def test_text_that_a_limit_cut_off_is_still_the_message(reason: str) -> None:
    assert _read(_delta(content="part"), _delta(reason))[-2:] == [_message("part"), Completed()]


@pytest.mark.parametrize("reason", ["", "null", " ", "None", None, 0, False])
def test_a_reason_that_is_none_does_not_end_the_answer(reason: Any) -> None:
    chunks = [_delta(reason, content=text) for text in ("Hel", "lo")]
    assert _items(_read(*chunks, _delta("stop"))) == [_said("Hello")]


@pytest.mark.parametrize("reason", ["stop", None])
def test_an_answer_without_text_and_call_is_an_error(reason: str | None) -> None:
    with pytest.raises(EmptyAnswer, match="neither text nor a call") as failure:
        _read(_delta(reasoning="hm"), _delta(reason) if reason else b"[DONE]")
    assert failure.value.retryable


FAILURES: list[tuple[Any, str]] = [
    ({"error": {"message": "Rate limit", "code": 429}}, "Rate limit"),
    ({"error": {"message": "Provider returned error", "code": 502, "metadata": {"raw": '{"error":"down"}'}}},
     "Provider returned error: down"),
    ({"error": "model is loading"}, "model is loading"),
    ({"error": "unavailable", "message": "Try later."}, "unavailable: Try later."),
    ({"error": {"code": "server_error"}}, "server_error"),
    ({"object": "error", "message": "bad template", "code": 400}, "bad template"),
    ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "Overloaded"),
    ({"choices": [{"index": 0, "delta": {}, "finish_reason": "error", "error": {"message": "upstream"}}]}, "upstream"),
    ({"choices": [{"index": 0, "delta": {}, "finish_reason": "error"}], "error": {"message": "upstream"}}, "upstream"),
    (_delta("error"), "the server ended the answer with the reason `error`"),
    (_delta("insufficient_system_resource"),
     "the server ended the answer with the reason `insufficient_system_resource`"),
]  # fmt: skip


@pytest.mark.parametrize(("chunk", "words"), FAILURES)
@pytest.mark.parametrize("before", [True, False])
def test_a_failure_in_the_stream_is_told_in_the_servers_words(chunk: Any, words: str, before: bool) -> None:
    with pytest.raises(StreamBroken) as failure:
        _read(*([_delta(content="part")] if before else []), chunk)
    assert failure.value.reason == words
    assert failure.value.retryable


def test_words_without_an_answer_are_told_where_the_stream_ends() -> None:
    with pytest.raises(StreamBroken, match="quota used up"):
        _read({"code": "Throttled", "message": "quota used up"})


def test_only_the_choice_with_the_index_0_counts() -> None:
    both = {"choices": [{"index": 1, "delta": {"content": "no"}}, {"index": 0, "delta": {"content": "yes"}}]}
    other = {"choices": [{"index": 1, "delta": {"content": "no"}, "finish_reason": "stop"}]}
    assert _items(_read(both, other, _delta("stop"))) == [_said("yes")]


@pytest.mark.parametrize("index", [{}, {"index": None}, {"index": 0}])
def test_a_message_may_stand_for_the_delta(index: dict[str, Any]) -> None:
    chunks = [{"choices": [{**index, "message": {"content": text}}]} for text in ("Hel", "lo")]
    assert _items(_read(*chunks, _delta("stop"))) == [_said("Hello")]


def test_the_whole_message_behind_its_pieces_adds_nothing() -> None:
    call = _call(0, id="c", name="f", arguments="{}")
    whole = {"choices": [{"message": {"content": "a", "tool_calls": [call]}, "finish_reason": "stop"}]}
    assert len(_items(_read(_delta(content="a"), _delta(tool_calls=[call]), whole))) == 2


def test_chunks_on_lines_without_blank_lines_between_are_read() -> None:
    lines = [json.dumps(chunk).encode() for chunk in (_delta(content="Hel"), _delta(content="lo"))]
    assert _items(_read(b"\n".join([*lines, b"[DONE]"]), end=False)) == [_said("Hello")]


def test_reading_stops_at_the_finish_reason() -> None:
    stream = ChatStream()
    list(stream.feed(json.dumps(_delta("stop", content="x")).encode()))
    assert stream.finished
    assert list(stream.end()) == []


@pytest.mark.parametrize("done", [b"[DONE]", b"  [DONE] "])
def test_done_finishes_the_message(done: bytes) -> None:
    assert _read(_delta(content="x"), done, end=False)[-2:] == [_message("x"), Completed()]


@pytest.mark.parametrize("chunks", [[], [_delta(content="x")], [_delta(reasoning="x")]])
def test_an_end_that_was_not_said_is_an_error(chunks: list[dict[str, Any]]) -> None:
    with pytest.raises(StreamBroken, match="before the end of the answer"):
        _read(*chunks)


@pytest.mark.parametrize(
    "noise",
    [b"not json", b"[]", b'{"choices":[]}', b'{"choices":null}', b'{"choices":["x"]}', b'{"choices":[{"delta":null}]}',
     b'{"choices":[],"usage":{"total_tokens":3}}', b'{"choices":[{"delta":{"tool_calls":"no"}}]}',
     b'{"choices":[{"delta":{"tool_calls":[null,{"function":null}]}}]}'],
)  # fmt: skip
def test_chunks_that_say_nothing_are_passed_over(noise: bytes) -> None:
    assert _read(noise, _delta(content="x"), noise, _delta("stop"))[-2:] == [_message("x"), Completed()]
