"""How answers of every kind end for the user of `exec`: real processes against a real server."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exec_place import Place, Result
from model_server import Reply, Server, json_reply, sse, stream

CALL_ARGUMENTS = json.dumps({"command": ["touch", "ran"]})
RUNS = {"id": "c1", "type": "function", "function": {"name": "shell", "arguments": CALL_ARGUMENTS}}
SAYS = {"choices": [{"index": 0, "delta": {"content": "Done."}, "finish_reason": "stop"}]}


def chunk(finish: Any = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


class Wired:
    """A place whose provider speaks one wire to a server that answers in turn."""

    def __init__(self, place: Place, wire: str) -> None:
        self.place, self.wire = place, wire
        self.server: Server | None = None

    def answers(self, *replies: Reply, retries: int = 0, more: str = "") -> Server:
        self.server = Server(replies)
        self.server.__enter__()
        (self.place.home / "config.toml").write_text(
            f'model = "gpt-4.1"\nmodel_provider = "mock"\nsandbox_mode = "danger-full-access"\n'
            f'[model_providers.mock]\nname = "mock"\nbase_url = "{self.server.url}/v1"\nwire_api = "{self.wire}"\n'
            f"request_max_retries = {retries}\nstream_max_retries = {retries}\n{more}"
        )
        return self.server

    def close(self) -> None:
        if self.server is not None:
            self.server.__exit__(None, None, None)

    def run(self, *words: str) -> Result:
        return self.place.exec("--json", *words)

    @property
    def ran(self) -> bool:
        """Whether the call of the model was run."""
        return Path(self.place.workspace, "ran").exists()


@pytest.fixture
def chat(place: Place) -> Iterator[Wired]:
    wired = Wired(place, "chat")
    yield wired
    wired.close()


@pytest.fixture
def responses(place: Place) -> Iterator[Wired]:
    wired = Wired(place, "responses")
    yield wired
    wired.close()


def texts(result: Result) -> list[str]:
    items = [event["item"] for event in result.events if event["type"] == "item.completed"]
    return [item["text"] for item in items if item["type"] == "agent_message"]


def errors(result: Result) -> list[str]:
    return [event["message"] for event in result.events if event["type"] == "error"]


@pytest.mark.parametrize("reason", ["", "null"])
def test_an_empty_reason_on_each_chunk_does_not_end_the_answer(chat: Wired, reason: str) -> None:
    chat.answers(stream(chunk(reason, content="Hel"), chunk(reason, content="lo"), chunk("stop")))
    result = chat.run("x")
    assert (result.code, texts(result)) == (0, ["Hello"])


@pytest.mark.parametrize("reason", ["stop", "end_turn", "tool_use", None])
def test_a_call_runs_whatever_the_reason_for_the_end(chat: Wired, reason: str | None) -> None:
    end = sse(chunk(reason)) if reason else b"data: [DONE]"
    server = chat.answers(Reply(body=[sse(chunk(content="I look.", tool_calls=[RUNS])) + end]), stream(SAYS))
    result = chat.run("x")
    assert (result.code, texts(result), chat.ran) == (0, ["I look.", "Done."], True)
    sent = server.seen[1].json["messages"][-3:]
    assert [message["role"] for message in sent] == ["assistant", "assistant", "tool"]
    assert sent[0]["content"] == "I look."
    assert sent[1]["tool_calls"][0]["id"] == "c1"


def test_reasoning_goes_back_with_its_call_under_its_own_key(chat: Wired) -> None:
    server = chat.answers(
        stream(chunk(reasoning_content="I th"), chunk(reasoning_content="ink."), chunk("stop", tool_calls=[RUNS])),
        stream(SAYS),
    )
    assert chat.run("x").code == 0
    call = server.seen[1].json["messages"][-2]
    assert (call["reasoning_content"], call["tool_calls"][0]["id"]) == ("I think.", "c1")
    assert "reasoning" not in call


def test_a_chat_answer_that_was_cut_off_is_asked_for_again_then_fails(chat: Wired) -> None:
    server = chat.answers(stream(chunk(content="part", tool_calls=[RUNS])), retries=1)
    result = chat.run("x")
    assert (result.code, len(server.seen), chat.ran) == (1, 2, False)
    assert errors(result)[0] == "Reconnecting... 1/1"
    assert errors(result)[-1].startswith("stream disconnected before completion: ")


@pytest.mark.parametrize("wire", ["chat", "responses"])
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param(json_reply({"error": {"message": "no such model"}}), "no such model", id="a JSON error"),
        pytest.param(Reply(body=[b"<html><head><title>Log in</title></head><body>here</body></html>"]), "Log in: here",
                     id="a page"),
        pytest.param(Reply(body=[b'event: error\ndata: {"message":"overloaded"}\n\n']), "overloaded", id="an event"),
        pytest.param(Reply(body=[b": keep-alive\n\n"]), "", id="nothing"),
    ],
)  # fmt: skip
def test_what_is_no_answer_fails_with_the_words_of_the_service(
    place: Place, wire: str, reply: Reply, words: str
) -> None:
    wired = Wired(place, wire)
    try:
        wired.answers(reply)
        result = wired.run("x")
    finally:
        wired.close()
    assert result.code == 1
    assert errors(result)[-1].startswith("stream disconnected before completion: ")
    assert words in errors(result)[-1]


@pytest.mark.parametrize("wire", ["chat", "responses"])
@pytest.mark.parametrize("status", [401, 429])
def test_the_words_of_a_refusal_reach_the_user(place: Place, wire: str, status: int) -> None:
    wired = Wired(place, wire)
    try:
        wired.answers(json_reply({"error": {"message": "Your key is not valid."}}, status))
        result = wired.run("x")
    finally:
        wired.close()
    assert result.code == 1
    assert "Your key is not valid." in errors(result)[-1]


MESSAGE = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}


def test_an_answer_of_the_last_event_alone_counts(responses: Wired) -> None:
    responses.answers(stream({"type": "response.completed", "response": {"output": [MESSAGE], "usage": {"x": "?"}}}))
    result = responses.run("x")
    assert (result.code, texts(result)) == (0, ["Hello"])


def test_an_answer_of_pieces_alone_counts(responses: Wired) -> None:
    pieces = [{"type": "response.output_text.delta", "delta": text} for text in ("Hel", "lo")]
    responses.answers(stream(*pieces, {"type": "response.completed", "response": {"id": "r"}}))
    result = responses.run("x")
    assert (result.code, texts(result)) == (0, ["Hello"])


def test_an_incomplete_answer_is_kept_its_calls_do_not_run_and_nothing_is_asked_again(responses: Wired) -> None:
    call = {"type": "function_call", "name": "shell", "arguments": CALL_ARGUMENTS, "call_id": "c1"}
    done = [{"type": "response.output_item.done", "item": item} for item in (MESSAGE, call)]
    details = {"incomplete_details": {"reason": "max_output_tokens"}}
    usage = {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
    end = {"type": "response.incomplete", "response": {"id": "r", "status": "incomplete", **details, "usage": usage}}
    completed = {"type": "response.completed", "response": {"id": "r"}}
    server = responses.answers(
        stream(*done, end), stream({"type": "response.output_item.done", "item": MESSAGE}, completed), retries=3
    )
    result = responses.run("x")
    assert (result.code, texts(result), responses.ran, len(server.seen)) == (1, ["Hello"], False, 1)
    assert errors(result) == ["the model's answer is incomplete: max_output_tokens"]
    assert result.types[-1] == "turn.failed"
    responses.run("go on", "resume", "--last")
    kinds = [item["type"] for item in server.seen[1].json["input"]]
    assert kinds[-4:] == ["message", "function_call", "function_call_output", "message"]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_calls_of_a_chat_answer_that_a_limit_ended_do_not_run(chat: Wired, reason: str) -> None:
    server = chat.answers(stream(chunk(content="I look.", tool_calls=[RUNS]), chunk(reason)), retries=3)
    result = chat.run("x")
    assert (result.code, texts(result), chat.ran, len(server.seen)) == (1, ["I look."], False, 1)
    assert errors(result) == [f"the model's answer is incomplete: {reason}"]


def test_neighbouring_messages_of_the_user_are_merged_where_the_provider_asks_for_it(chat: Wired) -> None:
    server = chat.answers(stream(SAYS), more="merge_user_messages = true\n")
    assert chat.run("hello").code == 0
    roles = [message["role"] for message in server.seen[0].json["messages"]]
    assert roles == ["system", "user"]
    assert server.seen[0].json["messages"][1]["content"].endswith("</environment_context>\n\nhello")


@pytest.mark.parametrize("wire", ["chat", "responses"])
def test_an_answer_that_is_compressed_unasked_is_read(place: Place, wire: str) -> None:
    done = {"type": "response.output_item.done", "item": MESSAGE}
    whole = {"type": "response.completed", "response": {}}
    body = sse(chunk("stop", content="Hello")) if wire == "chat" else sse(done, whole)
    wired = Wired(place, wire)
    try:
        wired.answers(Reply(headers=[("content-encoding", "gzip")], body=[gzip.compress(body)]))
        result = wired.run("x")
    finally:
        wired.close()
    assert (result.code, texts(result)) == (0, ["Hello"])


def test_a_proxy_variable_that_no_request_uses_stops_nothing(chat: Wired) -> None:
    chat.answers(stream(SAYS), stream(SAYS))
    assert chat.place.exec("x", env={"HTTPS_PROXY": "quic://nonsense"}).code == 0
    assert chat.place.exec("x", env={"ALL_PROXY": "quic://nonsense", "NO_PROXY": "127.0.0.1"}).code == 0


def test_a_proxy_that_cannot_be_used_is_told_once_and_nothing_is_asked_again(chat: Wired) -> None:
    server = chat.answers(stream(SAYS), retries=3)
    result = chat.place.exec("--json", "x", env={"ALL_PROXY": "quic://u:secret@nonsense"})
    assert (result.code, server.seen) == (1, [])
    assert errors(result) == ["proxy 'quic://***@nonsense' is not supported: only http, https and socks5 proxies are"]
