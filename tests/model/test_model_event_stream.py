"""Decoding event streams, and what their events mean."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from model_server import completed, message, sse

from octavo.model.errors import AnswerIncomplete, ContextWindowExceeded, EmptyAnswer, ModelError, StreamBroken
from octavo.model.events import (
    Completed,
    Created,
    ItemAdded,
    ItemDone,
    ModelEvent,
    RawReasoningDelta,
    SummaryDelta,
    SummarySectionBreak,
    TextDelta,
)
from octavo.model.responses_stream import ResponsesStream
from octavo.model.sse import EventStream
from octavo.protocol.items import FunctionCall, Message, OutputText, Reasoning, WebSearchCall
from octavo.protocol.usage import TokenUsage


def decode(*chunks: bytes) -> list[bytes]:
    stream = EventStream()
    found = [data for chunk in chunks for data in stream.feed(chunk)]
    stream.end()
    assert stream.damage is None
    return found


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_in_three_ways(end: bytes) -> None:
    body = end.join([b": ping", b"event: x", b"data: a", b"data:b", b"", b"data: c", b"id: 7", b"retry: 1", b"", b""])
    assert decode(body) == [b"a\nb", b"c"]


def test_nothing_else_ends_a_line() -> None:
    data = "a\u2028b\u0085c\x0bd\x0ce".encode()
    assert decode(b"data: " + data + b"\n\n") == [data]


def test_how_the_bytes_are_cut_makes_no_difference() -> None:
    body = "data: é1\r\n\r\nevent: n\rdata: 2\r\r: c\n\ndata: 3\ndata: 4\n\n\n\ndata:5\r\n\ndata: lost\n".encode()
    body = b"\xef\xbb\xbf" + body
    whole = decode(body)
    assert whole == ["é1".encode(), b"2", b"3\n4", b"5"]
    assert decode(*[body[place : place + 1] for place in range(len(body))]) == whole
    for cut in range(len(body)):
        assert decode(body[:cut], body[cut:]) == whole


def test_an_event_without_its_blank_line_is_not_given_out() -> None:
    assert decode(b"data: a\n\ndata: b\n") == [b"a"]
    assert decode(b"data: a") == []


def test_a_leading_byte_order_mark_is_no_part_of_the_stream() -> None:
    assert decode(b"\xef\xbb\xbfdata: a\n\n") == [b"a"]
    assert decode(b"\xef", b"\xbb", b"\xbfdata: a\n", b"\n") == [b"a"]


def test_names_are_told_on_request() -> None:
    stream = EventStream()
    assert stream.feed_named(b"event: a\ndata: 1\n\ndata: 2\n\n: x\n\nevent: b\n\n") == [("a", b"1"), ("message", b"2")]


def test_events_before_damage_are_given_out_wherever_the_bytes_were_cut() -> None:
    body = b"data: a\n\ndata: b\n\ndata: \xff\n\ndata: c\n\n"
    for cut in range(len(body)):
        stream = EventStream()
        assert [*stream.feed(body[:cut]), *stream.feed(body[cut:])] == [b"a", b"b"]
        assert stream.damage is not None


def test_a_character_cut_off_by_the_end_is_damage() -> None:
    stream = EventStream()
    assert stream.feed("data: é".encode()[:-1]) == []
    stream.end()
    assert stream.damage is not None


def test_random_streams_read_the_same_however_they_are_cut() -> None:
    chance = random.Random(7)
    pieces = [
        b"data: x\n",
        b"data:\n",
        b"\n",
        b"\r",
        b"\r\n",
        b": c",
        b"event: e\n",
        "data: ü\n".encode(),
        b"data",
        b"\xef\xbb\xbf",
    ]
    for _ in range(500):
        body = b"".join(chance.choices(pieces, k=chance.randint(1, 12)))
        whole = decode(body)
        cuts = sorted(chance.randint(0, len(body)) for _ in range(4))
        assert decode(*(body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True))) == whole


# --- what events mean ----------------------------------------------------------------------


def meaning(*events: object) -> list[object]:
    stream = ResponsesStream()
    found = [stream.feed(msgspec.json.encode(event)) for event in events]
    return [event for event in found if event is not None]


def ending(*events: object) -> list[ModelEvent]:
    """What the end of the body brings."""
    stream = ResponsesStream()
    for event in events:
        stream.feed(msgspec.json.encode(event))
    return list(stream.end())


def outcome(*events: object) -> Completed | str:
    """How an answer with a text in it ends."""
    try:
        [end] = ending(message("hi"), *events)
    except ModelError as error:
        return str(error)
    assert isinstance(end, Completed)
    return end


def failed(error: object) -> dict[str, object]:
    return {"type": "response.failed", "response": {"error": error}}


def test_each_useful_event_has_its_meaning() -> None:
    text = {"type": "message", "role": "assistant", "content": [], "id": "m1", "status": "in_progress"}
    assert meaning(
        {"type": "response.created", "response": {}},
        {"type": "response.output_item.added", "item": text},
        {"type": "response.output_text.delta", "delta": "a", "item_id": "m1"},
        {"type": "response.reasoning_summary_part.added"},
        {"type": "response.reasoning_summary_text.delta", "delta": "b"},
        {"type": "response.reasoning_text.delta", "delta": "c"},
        message("hi"),
    ) == [
        Created(),
        ItemAdded(Message("assistant", (), id="m1")),
        TextDelta("a"),
        SummarySectionBreak(),
        SummaryDelta("b"),
        RawReasoningDelta("c"),
        ItemDone(Message("assistant", (OutputText("hi"),))),
    ]


def test_items_of_all_kinds_are_read() -> None:
    items = [
        {"type": "reasoning", "summary": [], "encrypted_content": "E", "id": "rs"},
        {"type": "function_call", "name": "f", "arguments": '{ "a" :1}', "call_id": "c", "status": "completed"},
        {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}},
    ]
    done = meaning(*({"type": "response.output_item.done", "item": item} for item in items))
    found = [event.item for event in done if isinstance(event, ItemDone)]
    assert isinstance(found[0], Reasoning)
    assert found[1] == FunctionCall("f", '{ "a" :1}', "c")
    assert isinstance(found[2], WebSearchCall)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.in_progress", "response": {}},
        {"type": "response.output_text.done", "text": "x"},
        {"type": "response.function_call_arguments.delta", "delta": "x"},
        {"type": "response.custom_tool_call_input.delta", "delta": "x"},
        {"type": "response.created"},
        {"type": "response.created", "response": None},
        {"type": "response.output_item.done"},
        {"type": "response.output_item.done", "item": None},
        {"type": "response.output_item.done", "item": {"type": "message", "content": []}},
        {"type": "response.output_item.done", "item": {"type": "surprise"}},
        {
            "type": "response.output_item.done",
            "item": {"type": "message", "role": "assistant", "content": [{"type": "refusal"}]},
        },
        {"type": "response.output_text.delta"},
        {"type": "response.output_text.delta", "delta": None},
        {"type": "response.output_text.delta", "delta": 7},
        {"type": 7},
        {},
        [],
        "text",
    ],
)  # fmt: skip
def test_what_is_of_no_use_is_skipped(event: object) -> None:
    assert meaning(event) == []
    assert outcome(event) == "stream disconnected before completion: stream closed before response.completed"


def test_what_is_not_json_is_skipped() -> None:
    assert ResponsesStream().feed(b"not json") is None
    assert ResponsesStream().feed(b'{"type":"response.output_text.delta","delta":"\\ud800"}') is None


def test_pieces_are_left_out_where_nobody_reads_them() -> None:
    stream = ResponsesStream(deltas=False)
    assert stream.feed(b'{"type":"response.output_text.delta","delta":"a"}') is None
    assert stream.feed(msgspec.json.encode(message("a"))) is not None


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ({"input_tokens": 5, "output_tokens": 2, "total_tokens": 9}, TokenUsage(5, 0, 2, 0, 9)),
        (
            {
                "input_tokens": 5,
                "input_tokens_details": {"cached_tokens": 4},
                "output_tokens": 2,
                "output_tokens_details": {"reasoning_tokens": 1},
                "total_tokens": 7,
            },
            TokenUsage(5, 4, 2, 1, 7),
        ),
        (
            {
                "input_tokens": 1,
                "input_tokens_details": None,
                "output_tokens": 1,
                "output_tokens_details": None,
                "total_tokens": 2,
            },
            TokenUsage(1, 0, 1, 0, 2),
        ),
        ({"input_tokens": 5, "output_tokens": 2}, TokenUsage(5, 0, 2, 0, 7)),
        ({"input_tokens": 5.0, "output_tokens": "2", "total_tokens": None}, TokenUsage(5, 0, 2, 0, 7)),
        ({"input_tokens": -1, "output_tokens": True, "total_tokens": 10**30, "input_tokens_details": 7}, None),
        ({"input_tokens": 1, "input_tokens_details": {}, "output_tokens_details": []}, TokenUsage(1, 0, 0, 0, 1)),
        ({"something": "else"}, None),
        ("much", None),
        ([1], None),
    ],
)  # fmt: skip
def test_completion_tells_usage(usage: object, expected: TokenUsage | None) -> None:
    assert outcome({"type": "response.completed", "response": {"id": "r", "usage": usage, "output": [1]}}) == Completed(
        expected
    )


@pytest.mark.parametrize("response", [{"id": "r"}, {}, {"id": 7, "usage": None}, {"id": None, "output": "?"}])
def test_completion_may_lack_usage_and_id(response: object) -> None:
    assert outcome({"type": "response.completed", "response": response}) == Completed()


@pytest.mark.parametrize(
    "response",
    ["x", 7, [{}]],
)
def test_a_malformed_completion_is_an_error_unless_a_good_one_follows(response: object) -> None:
    bad = {"type": "response.completed", "response": response}
    assert str(outcome(bad)).startswith("stream disconnected before completion: failed to parse ResponseCompleted: ")
    assert outcome(bad, completed()) == Completed()
    assert outcome(completed(), bad) == Completed()


def test_failure_counts_only_without_a_completion() -> None:
    bad = failed({"message": "no"})
    assert outcome(bad) == "stream disconnected before completion: no"
    assert outcome(bad, completed()) == Completed()
    assert outcome(completed(), bad) == Completed()


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"type": "response.failed", "response": {}}, "response.failed event received"),
        (failed({}), "the server reported an error"),
        (failed({"message": "busy"}), "busy"),
        (failed({"message": None, "code": "x"}), "x"),
        (failed({"message": "busy", "code": 429}), "busy"),
        (failed("overloaded"), "overloaded"),
        ({"type": "error", "code": "server_error", "message": "boom", "param": None}, "boom"),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "Overloaded"),
        ({"error": {"message": "no type at all"}}, "no type at all"),
        ({"type": "response.cancelled", "response": {"error": {"message": "stopped"}}}, "stopped"),
    ],
)
def test_a_failure_tells_its_message(event: object, text: str) -> None:
    assert outcome(event) == f"stream disconnected before completion: {text}"


@pytest.mark.parametrize("error", [None, {"message": 7}, {"resets_at": "x"}])
def test_a_failure_that_cannot_be_read_says_so(error: object) -> None:
    assert str(outcome(failed(error))).startswith(
        "stream disconnected before completion: failed to parse ErrorResponse: "
    )


def said(text: str) -> ItemDone:
    return ItemDone(Message("assistant", (OutputText(text),)))


DELTAS = [
    {"type": "response.output_text.delta", "delta": "Hel", "item_id": "m"},
    {"type": "response.output_text.delta", "delta": "lo", "item_id": "m"},
]
CALL = {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"}
BEGUN = {"type": "response.output_item.added", "item": {**CALL, "arguments": "", "id": "fc"}}
MESSAGE = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}


def completed_with(*output: object, **more: object) -> dict[str, object]:
    return {"type": "response.completed", "response": {"id": "r", "output": list(output), **more}}


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([*DELTAS, completed()], id="pieces alone"),
        pytest.param([{"type": "response.output_text.done", "text": "Hello"}, completed()], id="a whole part"),
        pytest.param([*DELTAS, {"type": "response.output_text.done", "text": "Hello"}, completed()], id="both"),
        pytest.param([completed_with(MESSAGE)], id="the last event alone"),
        pytest.param([*DELTAS, completed_with(MESSAGE)], id="pieces and the last event"),
        pytest.param([completed_with({**MESSAGE, "content": "Hello"})], id="a plain string"),
        pytest.param([{"type": "response.output_item.done", "item": {**MESSAGE, "content": "Hello"}}, completed()],
                     id="an item with a plain string"),
        pytest.param([{"type": "response.refusal.delta", "delta": "Hello"}, completed()], id="a refusal in pieces"),
        pytest.param([completed_with({**MESSAGE, "content": [{"type": "refusal", "refusal": "Hello"}]})],
                     id="a refusal"),
    ],
)  # fmt: skip
def test_a_text_counts_in_whichever_way_it_came(events: list[object]) -> None:
    assert ending(*events) == [said("Hello"), Completed()]


def test_pieces_count_even_where_nobody_reads_them() -> None:
    stream = ResponsesStream(deltas=False)
    stream.skipped([msgspec.json.encode(event) for event in DELTAS])
    stream.feed(msgspec.json.encode(completed()))
    assert list(stream.end()) == [said("Hello"), Completed()]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([completed_with(CALL)], id="the last event alone"),
        pytest.param([BEGUN, {"type": "response.function_call_arguments.delta", "item_id": "fc", "delta": "{"},
                      {"type": "response.function_call_arguments.delta", "item_id": "fc", "delta": "}"}, completed()],
                     id="pieces"),
        pytest.param([BEGUN, {"type": "response.function_call_arguments.done", "item_id": "fc", "arguments": "{}"},
                      completed()], id="whole arguments"),
    ],
)  # fmt: skip
def test_a_call_counts_in_whichever_way_it_came(events: list[object]) -> None:
    [call, end] = ending(*events)
    assert isinstance(call, ItemDone)
    assert isinstance(call.item, FunctionCall)
    assert (call.item.name, call.item.arguments, call.item.call_id, end) == ("f", "{}", "c", Completed())


def test_what_came_one_by_one_does_not_come_again_with_the_last_event() -> None:
    assert ending(message("Hello"), *DELTAS, completed_with(MESSAGE, CALL)) == [Completed()]


def test_thoughts_of_the_last_event_come_along_unless_they_came_before() -> None:
    thought = {"type": "reasoning", "summary": [], "encrypted_content": "E"}
    assert len(ending(completed_with(thought, MESSAGE))) == 3
    assert ending({"type": "response.output_item.done", "item": thought}, completed_with(thought, MESSAGE)) == [
        said("Hello"),
        Completed(),
    ]


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{"type": "response.output_item.done", "item": {"type": "reasoning", "summary": []}}],
        [{"type": "response.output_item.done", "item": {**MESSAGE, "content": []}}],
        [{"type": "response.output_item.done", "item": {"type": "unheard_of"}}],
    ],
)
def test_an_answer_without_text_and_call_is_none(events: list[object]) -> None:
    with pytest.raises(EmptyAnswer, match="neither text nor a call") as caught:
        ending(*events, completed())
    assert caught.value.retryable


def test_words_of_the_service_stand_for_an_answer_that_is_none() -> None:
    with pytest.raises(StreamBroken, match="overloaded"):
        ending({"type": "error", "message": "overloaded"}, completed())


@pytest.mark.parametrize(
    "end",
    [
        {"type": "response.incomplete", "response": {"incomplete_details": {"reason": "max_output_tokens"}}},
        {"type": "response.completed",
         "response": {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}},
    ],
)  # fmt: skip
def test_a_limit_ends_the_answer_behind_what_came(end: dict[str, Any]) -> None:
    end["response"]["usage"] = {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4}
    cut = {"type": "response.output_item.done", "item": {**CALL, "status": "incomplete"}}
    stream = ResponsesStream()
    assert [stream.feed(msgspec.json.encode(event)) for event in (*DELTAS, cut, end)][2:] == [None, None]
    found: list[ModelEvent] = []
    with pytest.raises(AnswerIncomplete, match="max_output_tokens") as caught:
        found.extend(stream.end())
    assert not caught.value.retryable
    assert caught.value.usage == TokenUsage(3, 0, 1, 0, 4)
    assert stream.is_complete


def test_calls_of_an_answer_that_a_limit_ended_are_not_taken_from_the_last_event() -> None:
    stream = ResponsesStream()
    output = [MESSAGE, CALL]
    stream.feed(msgspec.json.encode({"type": "response.incomplete", "response": {"output": output}}))
    events = stream.end()
    assert next(events) == said("Hello")
    with pytest.raises(AnswerIncomplete):
        next(events)


def test_a_failure_without_a_response_is_ignored() -> None:
    assert (
        outcome({"type": "response.failed"})
        == "stream disconnected before completion: stream closed before response.completed"
    )


def test_a_full_window_is_final() -> None:
    stream = ResponsesStream()
    stream.feed(msgspec.json.encode(failed({"code": "context_length_exceeded", "message": "too long"})))
    with pytest.raises(ContextWindowExceeded) as caught:
        list(stream.end())
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("code", "message_text", "delay"),
    [
        ("rate_limit_exceeded", "Limit. Please try again in 11.054s. See", 11.054),
        ("rate_limit_exceeded", "Please try again in 28ms.", 0.028),
        ("rate_limit_exceeded", "Please try again in 3 s.", None),
        ("rate_limit_exceeded", "later", None),
        ("other", "Please try again in 1s.", None),
        (None, "Please try again in 1s.", None),
    ],
)
def test_a_rate_limit_may_tell_how_long_to_wait(code: str | None, message_text: str, delay: float | None) -> None:
    stream = ResponsesStream()
    stream.feed(msgspec.json.encode(failed({"code": code, "message": message_text})))
    with pytest.raises(StreamBroken) as caught:
        list(stream.end())
    assert caught.value.delay == pytest.approx(delay)


def test_a_whole_stream_survives_any_single_cut() -> None:
    body = sse({"type": "response.output_text.delta", "delta": "é"}, message("é"), completed(3))
    for cut in range(len(body)):
        source, stream = EventStream(), ResponsesStream()
        events = [stream.feed(data) for chunk in (body[:cut], body[cut:]) for data in source.feed(chunk)]
        assert events == [TextDelta("é"), ItemDone(Message("assistant", (OutputText("é"),))), None]
        assert list(stream.end()) == [Completed(TokenUsage(3, 0, 0, 0, 3))]
