"""The body of a Chat Completions request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from octavo.config.providers import ModelProvider
from octavo.model.chat.messages import chat_messages
from octavo.model.chat.payload import build_chat_payload
from octavo.model.errors import ModelError
from octavo.model.families import ModelFamily
from octavo.model.payload import encode_payload
from octavo.model.prompt import FreeformTool, FunctionTool, Grammar, LocalShellTool, Prompt, WebSearchTool
from octavo.model.settings import ModelSettings
from octavo.protocol.items import (
    CustomToolCall,
    CustomToolCallOutput,
    FunctionCall,
    FunctionCallOutput,
    InputImage,
    InputText,
    LocalShellCall,
    LocalShellExec,
    Message,
    OutputText,
    Reasoning,
    ReasoningText,
    ResponseItem,
    SummaryText,
    WebSearchAction,
    WebSearchCall,
    encode_item,
)

SHELL = FunctionTool("shell", "Runs.", False, {"type": "object", "properties": {}})
USER = Message("user", (InputText("hello"),))
CALL = FunctionCall(name="shell", arguments='{ "command":["a"] }', call_id="c1")
OUTPUT = FunctionCallOutput("c1", "done")


def _body(items: Sequence[ResponseItem] = (), **wishes: Any) -> dict[str, Any]:
    prompt = Prompt(
        items=items, encoded=[msgspec.Raw(msgspec.json.encode(i)) for i in items], instructions="Be.", **wishes
    )
    family = ModelFamily(slug="family-slug", family="family-slug")
    settings = ModelSettings(slug="asked-slug", family=family, provider=ModelProvider("p"))
    body: dict[str, Any] = json.loads(encode_payload(build_chat_payload(prompt, settings)))
    return body


def _messages(*items: ResponseItem) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = json.loads(msgspec.json.encode(chat_messages("Be.", items)))
    return messages[1:]


def _said(text: str) -> Message:
    return Message("assistant", (OutputText(text),))


def _thought(*texts: str) -> Reasoning:
    return Reasoning((), tuple(ReasoningText(text) for text in texts))


def test_the_body_has_four_keys_in_order_and_names_the_family() -> None:
    body = _body([USER])
    assert list(body) == ["model", "messages", "stream", "tools"]
    assert body["model"] == "family-slug"
    assert body["stream"] is True
    assert body["tools"] == []
    assert body["messages"] == [{"role": "system", "content": "Be."}, {"role": "user", "content": "hello"}]


def test_only_function_tools_have_a_form_on_this_wire() -> None:
    patch = FreeformTool("apply_patch", "Edits.", Grammar("lark", "start: X"))
    body = _body(tools=(LocalShellTool(), SHELL, patch, WebSearchTool()))
    function = {"name": "shell", "description": "Runs.", "strict": False, "parameters": SHELL.parameters}
    assert body["tools"] == [{"type": "function", "function": function}]
    assert list(body["tools"][0]["function"]) == ["name", "description", "strict", "parameters"]


def test_an_output_schema_is_refused_before_any_request() -> None:
    with pytest.raises(ModelError, match=r"^unsupported operation: output_schema is not supported for Chat") as failure:
        _body(output_schema={"type": "object"})
    assert not failure.value.retryable


def test_an_assistant_text_is_not_repeated_even_with_items_between() -> None:
    messages = _messages(_said("a"), CALL, OUTPUT, _said("a"), _said("b"), _said("a"))
    assert [m["content"] for m in messages if m["role"] == "assistant" and m["content"]] == ["a", "b", "a"]


def test_a_picture_makes_the_content_a_list_in_order() -> None:
    message = Message("user", (InputImage("data:x"), InputText("see")))
    assert _messages(message) == [
        {"role": "user",
         "content": [{"type": "image_url", "image_url": {"url": "data:x"}}, {"type": "text", "text": "see"}]}
    ]  # fmt: skip


def test_roles_pass_and_texts_are_joined() -> None:
    assert _messages(Message("developer", (InputText("a"), InputText("b")))) == [{"role": "developer", "content": "ab"}]
    assert _messages(Message("assistant", (OutputText("a"), InputImage("x")))) == [
        {"role": "assistant", "content": "a"}
    ]


def test_calls_keep_their_arguments_byte_for_byte() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "shell", "arguments": '{ "command":["a"] }'}}
    assert _messages(CALL, OUTPUT) == [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "done"},
    ]


def test_a_structured_output_stays_a_list() -> None:
    output = FunctionCallOutput("c1", (InputText("t"), InputImage("data:x")))
    assert _messages(output)[0]["content"] == [
        {"type": "text", "text": "t"},
        {"type": "image_url", "image_url": {"url": "data:x"}},
    ]


@pytest.mark.parametrize(("item_id", "sent"), [("l1", "l1"), (None, ""), (msgspec.UNSET, "")])
def test_a_local_shell_call_shows_its_action(item_id: Any, sent: str) -> None:
    action = LocalShellExec(("ls",), 5)
    [message] = _messages(LocalShellCall("c", "completed", action, id=item_id))
    shown = {"type": "exec", "command": ["ls"], "timeout_ms": 5, "working_directory": None, "env": None, "user": None}
    assert message["tool_calls"] == [{"id": sent, "type": "local_shell_call", "status": "completed", "action": shown}]


@pytest.mark.parametrize(("item_id", "sent"), [("x1", "x1"), (None, None), (msgspec.UNSET, None)])
def test_a_freeform_call_and_its_output(item_id: Any, sent: str | None) -> None:
    call = CustomToolCall(call_id="c", name="apply_patch", input="*** X", id=item_id)
    assert _messages(call, CustomToolCallOutput("c", "ok")) == [
        {"role": "assistant", "content": None,
         "tool_calls": [{"id": sent, "type": "custom", "custom": {"name": "apply_patch", "input": "*** X"}}]},
        {"role": "tool", "tool_call_id": "c", "content": "ok"},
    ]  # fmt: skip


def test_searches_have_no_form_on_this_wire() -> None:
    assert _messages(USER, WebSearchCall(action=WebSearchAction("search", "q"))) == [
        {"role": "user", "content": "hello"}
    ]


def test_reasoning_rides_on_the_call_after_it_and_on_the_message_after_it() -> None:
    messages = _messages(USER, _thought("think ", "more"), CALL, OUTPUT, _thought("think more"), _said("let me"))
    assert [m.get("reasoning") for m in messages] == [None, "think more", None, "think more"]
    assert list(messages[1])[-1] == "reasoning"


def test_reasoning_rides_on_the_call_that_it_led_to() -> None:
    assert [m.get("reasoning") for m in _messages(USER, _said("a"), _thought("r"), CALL)] == [None, None, "r"]
    assert [m.get("reasoning") for m in _messages(USER, _thought("r"), _said("a"), CALL)] == [None, None, "r"]


def test_reasoning_without_a_call_rides_on_the_message_before_it_first() -> None:
    messages = _messages(USER, _said("a"), _thought("r"), _said("b"))
    assert [m.get("reasoning") for m in messages] == [None, "r", None]


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_reasoning_goes_back_under_the_key_that_it_came_in(key: str) -> None:
    thought = Reasoning((), (ReasoningText("hm"),), key=key)
    [_, call, _] = _messages(USER, thought, CALL, OUTPUT)
    assert call[key] == "hm"
    assert {"reasoning_content", "reasoning", "thinking"} & call.keys() == {key}


def test_the_key_of_reasoning_is_neither_saved_nor_sent_otherwise() -> None:
    assert b"key" not in encode_item(Reasoning((), (ReasoningText("hm"),), key="thinking"))


def test_a_call_without_arguments_goes_back_with_an_empty_object() -> None:
    [message] = _messages(FunctionCall(name="f", arguments="", call_id="c"))
    assert message["tool_calls"][0]["function"]["arguments"] == "{}"


def test_neighbouring_messages_of_the_user_are_merged_where_the_provider_asks_for_it() -> None:
    picture = Message("user", (InputImage("data:x"), InputText("see")))
    items: list[ResponseItem] = [USER, USER, _said("a"), USER, picture, CALL, OUTPUT, USER]
    merged = json.loads(msgspec.json.encode(chat_messages("Be.", items, merge_user_messages=True)))[1:]
    assert [message["role"] for message in merged] == ["user", "assistant", "user", "assistant", "tool", "user"]
    assert merged[0]["content"] == "hello\n\nhello"
    assert merged[2]["content"] == [
        {"type": "text", "text": "hello"},
        {"type": "image_url", "image_url": {"url": "data:x"}},
        {"type": "text", "text": "see"},
    ]


def test_several_thoughts_for_one_anchor_are_joined() -> None:
    messages = _messages(USER, _said("a"), _thought("1"), _said("b"))
    assert messages[1]["reasoning"] == "1"
    both = _messages(USER, _said("a"), _thought("1"), CALL, OUTPUT, _thought("2"), _said("b"), _thought("3"))
    assert both[-1]["reasoning"] == "23"


@pytest.mark.parametrize(
    "items",
    [
        pytest.param((_thought("old"), _said("a"), USER), id="the user spoke last"),
        pytest.param((_thought("old"), _said("a"), USER, _said("b")), id="before the last user message"),
        pytest.param((USER, _thought(" \n"), CALL), id="blank"),
        pytest.param((USER, Reasoning((SummaryText("s"),), None), CALL), id="without content"),
        pytest.param((USER, _thought("r"), OUTPUT), id="no neighbour to ride on"),
    ],
)
def test_reasoning_that_is_not_sent(items: tuple[ResponseItem, ...]) -> None:
    assert not any("reasoning" in message for message in _messages(*items))
