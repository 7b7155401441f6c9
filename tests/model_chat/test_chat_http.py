"""Chat Completions against a real server: what is sent, what is retried, what is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import msgspec
import pytest
from model_server import Reply, Server, json_reply, sse

from octavo.config.providers import ModelProvider
from octavo.http.client import HttpClient
from octavo.http.identity import ClientIdentity
from octavo.model.chat.backend import ChatBackend
from octavo.model.client import ModelClient
from octavo.model.errors import ModelError
from octavo.model.events import Completed, ItemDone, ModelEvent, TextDelta
from octavo.model.families import ModelFamily
from octavo.model.prompt import Prompt
from octavo.model.settings import ModelSettings
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import FunctionCall, InputText, Message, Reasoning, message_text

PROMPT = Prompt(items=[Message("user", (InputText("hello"),))], encoded=[], instructions="Be.")


def _chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"delta": delta, "finish_reason": finish}]}


def _stream(*chunks: dict[str, Any], done: bool = False) -> Reply:
    return Reply(body=[sse(*chunks), b"data: [DONE]\n\n" if done else b": bye\n\n"])


HELLO = _stream(_chunk(content="Hel"), _chunk(content="lo"), _chunk("stop"), done=True)


async def _no_wait(_: float) -> None:
    pass


async def _call(
    server: Server,
    environ: Mapping[str, str] | None = None,
    *,
    raw: bool = False,
    deltas: bool = True,
    subagent: str | None = None,
    **entry: Any,
) -> list[ModelEvent]:
    entry = {"base_url": f"{server.url}/v1", "request_max_retries": 1, **entry}
    provider = ModelProvider("p", **entry)
    family = ModelFamily(slug="m", family="m")
    settings = ModelSettings(slug="m", family=family, provider=provider, show_raw_reasoning=raw)
    http = HttpClient(ClientIdentity({}), {})
    client = ModelClient(
        ChatBackend(http, environ or {}), settings, ConversationId("c-1"), subagent, sleep=_no_wait, deltas=deltas
    )
    try:
        return [event async for event in client.call(PROMPT)]
    finally:
        await http.aclose()


def _texts(events: list[ModelEvent]) -> list[str]:
    items = [event.item for event in events if isinstance(event, ItemDone)]
    return [message_text(item) for item in items if isinstance(item, Message)]


async def test_the_request_goes_to_chat_completions_with_only_what_the_provider_brings() -> None:
    environ = {"KEY": "sk-1", "TEAM": "red", "BLANK": " "}
    with Server([HELLO]) as server:
        await _call(
            server,
            environ,
            subagent="review",
            env_key="KEY",
            query_params={"v": "2"},
            http_headers={"X-A": "1", "Authorization": "Second"},
            env_http_headers={"X-Team": "TEAM", "X-Blank": "BLANK"},
        )
    [seen] = server.seen
    assert (seen.method, seen.target) == ("POST", "/v1/chat/completions?v=2")
    assert seen.all("authorization") == [b"Bearer sk-1", b"Second"]
    assert (seen.header("x-a"), seen.header("x-team"), seen.header("x-blank")) == (b"1", b"red", None)
    assert seen.header("accept") == b"text/event-stream"
    assert seen.all("content-type") == [b"application/json"]
    assert seen.header("x-openai-subagent") == b"review"
    assert seen.header("originator") == b"codex_cli_rs"
    absent = ("conversation_id", "session_id", "chatgpt-account-id", "x-openai-subagent ", "openai-beta")
    assert [seen.header(name) for name in absent] == [None] * 5
    assert list(seen.json) == ["model", "messages", "stream", "tools"]


async def test_without_a_key_of_its_own_a_provider_gets_no_authorization() -> None:
    with Server([HELLO]) as server:
        await _call(server, {"OPENAI_API_KEY": "sk-other"}, requires_openai_auth=True)
    assert server.seen[0].header("authorization") is None


async def test_the_configured_token_beats_the_variable() -> None:
    with Server([HELLO]) as server:
        await _call(server, {"KEY": "sk-1"}, env_key="KEY", experimental_bearer_token="tok")
    assert server.seen[0].all("authorization") == [b"Bearer tok"]


async def test_a_configured_content_type_replaces_the_usual_one() -> None:
    with Server([HELLO]) as server:
        await _call(server, http_headers={"Content-Type": "application/x"})
    assert server.seen[0].all("content-type") == [b"application/x"]


async def test_a_missing_key_is_told_at_once_and_nothing_is_sent() -> None:
    with Server([HELLO]) as server:
        with pytest.raises(ModelError, match=r"^Missing environment variable: `KEY`\. Get one\.$") as failure:
            await _call(server, env_key="KEY", env_key_instructions="Get one.")
        assert not failure.value.retryable
        assert server.seen == []


async def test_text_comes_as_one_message_or_in_pieces_too() -> None:
    with Server([HELLO]) as server:
        whole = await _call(server)
        pieces = await _call(server, raw=True)
        quiet = await _call(server, raw=True, deltas=False)
    assert [_texts(events) for events in (whole, pieces, quiet)] == [["Hello"]] * 3
    assert [event.delta for event in pieces if isinstance(event, TextDelta)] == ["Hel", "lo"]
    assert not any(isinstance(event, TextDelta) for event in (*whole, *quiet))
    assert whole[-1] == Completed()


async def test_two_parallel_calls_arrive_whole() -> None:
    first = {"index": 0, "id": "a", "function": {"name": "shell", "arguments": '{"é'}}
    second = {"index": 1, "id": "b", "function": {"name": "plan", "arguments": "{}"}}
    rest = {"index": 0, "function": {"arguments": '":1}'}}
    with Server(
        [_stream(_chunk(tool_calls=[first, second]), _chunk(tool_calls=[rest]), _chunk("tool_calls"))]
    ) as server:
        events = await _call(server)
    assert [event.item for event in events if isinstance(event, ItemDone)] == [
        FunctionCall(name="shell", arguments='{"é":1}', call_id="a"),
        FunctionCall(name="plan", arguments="{}", call_id="b"),
    ]


async def test_what_follows_the_finish_reason_is_not_waited_for() -> None:
    with Server([Reply(body=[sse(_chunk(content="x"), _chunk("stop"))], hold=True)]) as server:
        assert _texts(await _call(server)) == ["x"]
        assert await asyncio.to_thread(server.hung_up.wait, 5)


async def test_an_early_end_was_a_cut() -> None:
    text = "^stream disconnected before completion: the server closed the stream before the end of the answer$"
    with Server([_stream(_chunk(content="part"))]) as server:
        with pytest.raises(ModelError, match=text) as failure:
            await _call(server)
        assert failure.value.retryable
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(sse(_chunk("stop")).rstrip(), id="a reason"),
        pytest.param(sse(_chunk("stop"))[:-1], id="a reason and one line end"),
        pytest.param(b"data: [DONE]", id="done"),
        pytest.param(b"data: [DONE]\r\n", id="done and one line end"),
    ],
)
@pytest.mark.parametrize("length", ["chunked", "close"])
async def test_the_last_event_needs_no_blank_line(end: bytes, length: str) -> None:
    call = {"index": 0, "id": "a", "function": {"name": "shell", "arguments": "{}"}}
    with Server([Reply(body=[sse(_chunk(content="x", tool_calls=[call])), end], length=length)]) as server:
        events = await _call(server)
    kinds = [type(event.item) for event in events if isinstance(event, ItemDone)]
    assert kinds == [Message, FunctionCall]


async def test_events_with_single_line_ends_between_them_are_read() -> None:
    body = sse(_chunk(content="Hel"), _chunk(content="lo"), _chunk("stop")).replace(b"\n\n", b"\n")
    with Server([Reply(body=[body])]) as server:
        assert _texts(await _call(server)) == ["Hello"]


def _whole(**message: Any) -> dict[str, Any]:
    return {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


@pytest.mark.parametrize("pretty", [False, True])
async def test_an_answer_that_is_not_streamed_is_read(pretty: bool) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "shell", "arguments": {"command": ["ls"]}}}
    value = _whole(role="assistant", content="Hi", reasoning_content="hm", tool_calls=[call])
    body = msgspec.json.format(msgspec.json.encode(value), indent=4 if pretty else -1)
    headers = [("content-type", "application/json")]
    with Server([Reply(headers=headers, body=[body[:30], body[30:]])]) as server:
        items = [event.item for event in await _call(server) if isinstance(event, ItemDone)]
    assert [type(item) for item in items] == [Reasoning, Message, FunctionCall]
    assert items[-1] == FunctionCall("shell", '{"command":["ls"]}', "a")


async def test_chunks_one_a_line_are_read() -> None:
    lines = b"".join(
        msgspec.json.encode(chunk) + b"\n" for chunk in (_chunk(content="Hel"), _chunk(content="lo"), _chunk("stop"))
    )
    with Server([Reply(body=[lines])]) as server:
        assert _texts(await _call(server)) == ["Hello"]


async def test_chunks_one_a_line_without_an_end_were_cut_off() -> None:
    lines = b"".join(msgspec.json.encode(_chunk(content=text)) + b"\n" for text in ("Hel", "lo"))
    with Server([Reply(body=[lines])]) as server, pytest.raises(ModelError, match="before the end of the answer"):
        await _call(server)


async def test_a_whole_answer_needs_no_reason() -> None:
    whole = {"choices": [{"message": {"content": "Hi"}}]}
    with Server([json_reply(whole)]) as server:
        assert _texts(await _call(server)) == ["Hi"]


_PAGE = b"<!DOCTYPE html>\n<html><head><title>502 &amp; more</title></head>\n\n<body>Bad\nGateway</body></html>"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param(Reply(), "the server closed the stream before the end of the answer", id="nothing"),
        pytest.param(Reply(body=[b": ping\n\n"]), "the server closed the stream before the end of the answer",
                     id="comments"),
        pytest.param(json_reply({"error": {"message": "no such model"}}), "no such model", id="a JSON error"),
        pytest.param(json_reply({"error": "no such model"}), "no such model", id="a JSON error as text"),
        pytest.param(json_reply([{"error": {"code": 400, "message": "no such model"}}]), "no such model", id="a list"),
        pytest.param(json_reply({"detail": "Not authenticated"}), "Not authenticated", id="detail"),
        pytest.param(json_reply({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}), "login fail",
                     id="status_msg"),
        pytest.param(Reply(body=[_PAGE]), "502 & more: Bad Gateway", id="a page"),
        pytest.param(Reply(body=[b"no healthy upstream"]), "no healthy upstream", id="a text"),
        pytest.param(Reply(body=[sse({"error": {"message": "overloaded"}})]), "overloaded", id="a chunk with an error"),
        pytest.param(Reply(body=[b'event: error\ndata: {"message":"overloaded"}\n\n']), "overloaded",
                     id="an event called error"),
        pytest.param(Reply(body=[sse(_chunk(content="x")), b"event: error\ndata: overloaded\n\n"]), "overloaded",
                     id="a text called error behind text"),
        pytest.param(json_reply(_whole(role="assistant", content="")),
                     "the answer holds neither text nor a call (`stop`)", id="an empty answer"),
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_told_in_the_servers_words(reply: Reply, words: str) -> None:
    with Server([reply]) as server, pytest.raises(ModelError) as failure:
        await _call(server)
    assert str(failure.value) == f"stream disconnected before completion: {words}"
    assert failure.value.retryable


async def test_closing_the_call_hangs_up() -> None:
    with Server([Reply(body=[sse(_chunk(content="x"))], hold=True)]) as server:
        provider = ModelProvider("p", base_url=server.url)
        settings = ModelSettings(
            slug="m", family=ModelFamily(slug="m", family="m"), provider=provider, show_raw_reasoning=True
        )
        http = HttpClient(None, {})
        async with aclosing(ModelClient(ChatBackend(http, {}), settings, ConversationId("c")).call(PROMPT)) as events:
            await anext(events)
        assert await asyncio.to_thread(server.hung_up.wait, 5)
        await http.aclose()


async def test_silence_breaks_the_stream_and_comments_do_not_count() -> None:
    text = r"^stream disconnected before completion: idle timeout waiting for SSE$"
    pings = Reply(body=[sse(_chunk(content="x")), b": ping\n\n"], hold=True)
    with Server([pings]) as server, pytest.raises(ModelError, match=text):
        await _call(server, stream_idle_timeout_ms=100)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_refusals_for_now_are_tried_again_and_told_without_request_id(status: int) -> None:
    refusal = Reply(status, [("cf-ray", "ray-1"), ("retry-after", "0")], [b"busy"], length="exact")
    with Server([refusal]) as server:
        with pytest.raises(ModelError, match=rf"^exceeded retry limit, last status: {status} [A-Z][A-Za-z ]+: busy$"):
            await _call(server)
        assert len(server.seen) == 2
        assert server.seen[0].body == server.seen[1].body


async def test_an_answer_after_a_refusal_counts() -> None:
    with Server([Reply(503, body=[b"busy"], length="exact"), HELLO]) as server:
        assert _texts(await _call(server)) == ["Hello"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_other_refusals_end_the_call_with_the_servers_words(status: int) -> None:
    with Server([Reply(status, [("cf-ray", "ray-1")], ["né".encode()], length="exact")]) as server:
        with pytest.raises(ModelError, match=rf"^unexpected status {status} [A-Z][A-Za-z ]+: né$"):
            await _call(server)
        assert len(server.seen) == 1


async def test_no_answer_at_all_is_tried_again() -> None:
    with Server([Reply(drop=True)]) as server:
        with pytest.raises(ModelError, match=r"^Connection failed: "):
            await _call(server)
        assert len(server.seen) == 2
