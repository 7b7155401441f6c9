"""What a Responses request looks like when it arrives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from model_calls import CONVERSATION, client_for, client_on, collect, prompt, provider, responses_backend, settings
from model_server import Server, completed, message, stream

from octavo.auth.storage import StoredLogin, save_login
from octavo.auth.tokens import Tokens
from octavo.model.backend import ModelRequest
from octavo.model.client import ModelClient
from octavo.model.errors import ModelError
from octavo.model.payload import EncodedTools, build_responses_payload, encode_payload, is_azure
from octavo.model.prompt import FreeformTool, FunctionTool, Grammar, LocalShellTool, WebSearchTool
from octavo.protocol.items import (
    FunctionCall,
    FunctionCallOutput,
    InputText,
    Message,
    OutputText,
    Reasoning,
    user_message,
)

ANSWER = stream(message("hi"), completed())
SHELL = FunctionTool("shell", "Run", strict=False, parameters={"type": "object", "properties": {}})
PATCH = FreeformTool("apply_patch", "Edit", Grammar("lark", "start: /x/"))

# A JWT whose payload tells mail address, plan and workspace; nothing checks its signature.
JWT = (
    "e30."
    "eyJlbWFpbCI6ImFAYi5jIiwiaHR0cHM6Ly9hcGkub3BlbmFpLmNvbS9hdXRoIjp7ImNoYXRncHRfcGxhbl90eXBlIjoicHJvIiwiY2hhdGdwdF9h"
    "Y2NvdW50X2lkIjoiYWNjLWp3dCJ9fQ.c2ln"
)  # fmt: skip


def log_in(home: Path, *, account: str | None = "acc-1", access: str = "AT", key: str | None = None) -> None:
    tokens = Tokens(JWT, access, "RT", account)
    save_login(str(home), StoredLogin(key, tokens, "2099-01-01T00:00:00Z"))


def encoded(chosen: Any, *items: Any, **changes: Any) -> dict[str, Any]:
    return dict(
        msgspec.json.decode(encode_payload(build_responses_payload(prompt(*items, **changes), chosen, CONVERSATION)))
    )


async def test_a_request_carries_exactly_these_headers(tmp_path: Path) -> None:
    with Server([ANSWER]) as server:
        environ = {"KEY": " sk-mk ", "TERM": "xterm", "SET": " v ", "BLANK": "  "}
        client = client_on(
            server,
            tmp_path,
            environ,
            env_key="KEY",
            http_headers={"version": "1.2"},
            env_http_headers={"X-Set": "SET", "X-Blank": "BLANK", "X-Unset": "UNSET"},
        )
        await collect(client.call(prompt()))
    seen = server.seen[0]
    assert (seen.method, seen.target) == ("POST", "/v1/responses")
    assert sorted(name for name, _ in seen.headers) == [
        "accept",
        "authorization",
        "content-length",
        "content-type",
        "conversation_id",
        "host",
        "originator",
        "session_id",
        "user-agent",
        "version",
        "x-set",
    ]
    assert seen.header("authorization") == b"Bearer  sk-mk"  # as the variable has it; the server trims the end
    assert seen.header("conversation_id") == seen.header("session_id") == CONVERSATION.encode()
    assert seen.header("accept") == b"text/event-stream"
    assert seen.header("content-type") == b"application/json"
    assert seen.header("originator") == b"codex_exec"
    assert seen.json["prompt_cache_key"] == CONVERSATION


async def test_provider_headers_are_added_to_the_automatic_ones_or_replace_them(tmp_path: Path) -> None:
    fields = {"Authorization": "own", "user-agent": "ua", "originator": "me", "content-type": "application/json; x"}
    with Server([ANSWER]) as server:
        client = client_on(server, tmp_path, experimental_bearer_token="tok", http_headers=fields)
        await collect(client.call(prompt()))
    seen = server.seen[0]
    assert seen.all("authorization") == [b"Bearer tok", b"own"]
    assert seen.all("user-agent") == [b"ua"]
    assert seen.all("originator") == [b"me"]
    assert seen.all("content-type") == [b"application/json; x"]


@pytest.mark.parametrize("field", [{"x y": "v"}, {"x-a": "hush\nhush"}, {"": "v"}])
async def test_a_header_that_cannot_be_sent_is_named_without_its_value(tmp_path: Path, field: dict[str, str]) -> None:
    with (
        Server([ANSWER]) as server,
        pytest.raises(ModelError, match="cannot be sent") as caught,
    ):
        await collect(client_on(server, tmp_path, http_headers=field).call(prompt()))
    assert repr(next(iter(field))) in str(caught.value)
    assert "hush" not in str(caught.value)
    assert not caught.value.retryable
    assert server.seen == []


async def test_a_sub_conversation_says_what_it_is(tmp_path: Path) -> None:
    with Server([ANSWER]) as server:
        backend = responses_backend(tmp_path)
        client = ModelClient(backend, settings(served_by=provider(server.url)), CONVERSATION, "review")
        await collect(client.call(prompt()))
    assert server.seen[0].header("x-openai-subagent") == b"review"


async def test_base_and_path_are_joined_as_they_are_and_parameters_added(tmp_path: Path) -> None:
    with Server([ANSWER]) as server:
        client = client_on(server, tmp_path, base_url=server.url + "/v1/", query_params={"a": "b c", "d": "e=f&g"})
        await collect(client.call(prompt()))
    assert server.seen[0].target == "/v1//responses?a=b%20c&d=e=f&g"


# --- whose key ------------------------------------------------------------------------------


async def test_the_providers_token_beats_its_variable_and_the_login(tmp_path: Path) -> None:
    log_in(tmp_path)
    with Server([ANSWER]) as server:
        environ = {"KEY": "from-env"}
        await collect(client_on(server, tmp_path, environ, env_key="KEY", experimental_bearer_token="t").call(prompt()))
        await collect(client_on(server, tmp_path, environ, env_key="KEY").call(prompt()))
        await collect(client_on(server, tmp_path, {"KEY": " "}, env_key="KEY").call(prompt()))
        await collect(client_on(server, tmp_path).call(prompt()))
    assert [seen.header("authorization") for seen in server.seen] == [
        b"Bearer t",
        b"Bearer from-env",
        b"Bearer AT",
        b"Bearer AT",
    ]
    # The workspace of the stored login is told whatever key is used.
    assert {seen.header("chatgpt-account-id") for seen in server.seen} == {b"acc-1"}


async def test_the_workspace_is_the_stored_one_not_the_claim(tmp_path: Path) -> None:
    log_in(tmp_path, account=None)
    with Server([ANSWER]) as server:
        await collect(client_on(server, tmp_path).call(prompt()))
    assert server.seen[0].header("chatgpt-account-id") is None


async def test_a_stored_key_beats_stored_tokens(tmp_path: Path) -> None:
    log_in(tmp_path, key="sk-stored")
    with Server([ANSWER]) as server:
        await collect(client_on(server, tmp_path).call(prompt()))
    assert server.seen[0].header("authorization") == b"Bearer sk-stored"
    assert server.seen[0].header("chatgpt-account-id") is None


async def test_without_any_key_there_is_no_authorization(tmp_path: Path) -> None:
    with Server([ANSWER]) as server:
        await collect(client_on(server, tmp_path, {"OPENAI_API_KEY": "sk-x"}).call(prompt()))
    assert server.seen[0].header("authorization") is None


@pytest.mark.parametrize(("hint", "tail"), [(None, ""), ("Get one at x.", " Get one at x.")])
async def test_a_missing_variable_is_final_and_sends_nothing(tmp_path: Path, hint: str | None, tail: str) -> None:
    with Server([ANSWER]) as server:
        client = client_on(server, tmp_path, {"NOPE": " "}, env_key="NOPE", env_key_instructions=hint)
        with pytest.raises(ModelError) as caught:
            await collect(client.call(prompt()))
    assert str(caught.value) == f"Missing environment variable: `NOPE`.{tail}"
    assert not caught.value.retryable
    assert server.seen == []


# --- the body -------------------------------------------------------------------------------


def test_the_keys_stand_in_the_order_of_the_wire() -> None:
    body = encoded(settings())
    assert list(body) == [
        "model",
        "instructions",
        "input",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning",
        "store",
        "stream",
        "include",
        "prompt_cache_key",
    ]
    assert body["input"] == [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}]
    assert (body["tools"], body["tool_choice"], body["parallel_tool_calls"]) == ([], "auto", False)
    assert (body["reasoning"], body["store"], body["stream"]) == ({"summary": "auto"}, False, True)
    assert body["include"] == ["reasoning.encrypted_content"]


@pytest.mark.parametrize("slug", ["gpt-4.1", "gpt-4o", "gpt-oss-20b", "mystery"])
def test_models_without_reasoning_get_null_not_nothing(slug: str) -> None:
    body = encoded(settings(slug))
    assert body["reasoning"] is None
    assert body["include"] == []
    assert body["model"] == slug


def test_effort_and_summary_are_sent_as_configured() -> None:
    assert encoded(settings(effort="high", summary="none"))["reasoning"] == {"effort": "high", "summary": "none"}


@pytest.mark.parametrize(
    ("slug", "text"),
    [
        ("gpt-5", {"verbosity": "high"}),
        ("gpt-5-2025-08-07", {"verbosity": "high"}),
        ("codex-exp-1", {"verbosity": "high"}),
        ("test-gpt-5-codex", {"verbosity": "high"}),
        ("gpt-5-codex", None),
        ("gpt-5-codex-x", None),
        ("codex-foo", None),
        ("o3", None),
        ("mystery", None),
    ],
)
def test_verbosity_goes_only_to_models_that_take_it(slug: str, text: dict[str, str] | None) -> None:
    assert encoded(settings(slug, verbosity="high")).get("text") == text


def test_a_schema_comes_after_the_verbosity() -> None:
    schema = {"type": "object", "b": 1, "a": 2}
    body = encoded(settings("gpt-5", verbosity="low"), output_schema=schema)
    wanted = {"type": "json_schema", "strict": True, "schema": schema, "name": "codex_output_schema"}
    assert msgspec.json.encode(body["text"]) == msgspec.json.encode({"verbosity": "low", "format": wanted})
    assert encoded(settings(), output_schema=schema)["text"] == {"format": wanted}


def test_tools_stand_in_their_shapes() -> None:
    payload = build_responses_payload(
        prompt(tools=(SHELL, PATCH, WebSearchTool(), LocalShellTool())), settings(), CONVERSATION
    )
    assert msgspec.json.encode(payload.tools) == (
        b'[{"type":"function","name":"shell","description":"Run","strict":false,'
        b'"parameters":{"type":"object","properties":{}}},'
        b'{"type":"custom","name":"apply_patch","description":"Edit",'
        b'"format":{"type":"grammar","syntax":"lark","definition":"start: /x/"}},'
        b'{"type":"web_search"},{"type":"local_shell"}]'
    )


def test_tools_are_encoded_once_for_the_same_tuple() -> None:
    tools, memory = (SHELL, PATCH), EncodedTools()
    assert memory.of(tools) is memory.of(tools)
    assert memory.of((SHELL,)) != memory.of(tools)


def test_no_id_is_sent_but_to_azure_where_it_comes_last() -> None:
    items = (
        user_message(InputText("q")),
        Reasoning((), None, "E", id="rs_1"),
        FunctionCall("f", '{"a":  1}', "c1", id="fc_1"),
        FunctionCallOutput("c1", "out"),
        Message("assistant", (OutputText("x"),), id=""),
    )
    assert b'"id"' not in msgspec.json.encode(build_responses_payload(prompt(*items), settings(), CONVERSATION).input)
    azure = settings(served_by=provider(name="Azure"))
    payload = build_responses_payload(prompt(*items), azure, CONVERSATION)
    assert payload.store is True
    assert [bytes(item) for item in payload.input[1:]] == [
        b'{"type":"reasoning","summary":[],"content":null,"encrypted_content":"E","id":"rs_1"}',
        b'{"type":"function_call","name":"f","arguments":"{\\"a\\":  1}","call_id":"c1","id":"fc_1"}',
        b'{"type":"function_call_output","call_id":"c1","output":"out"}',
        b'{"type":"message","role":"assistant","content":[{"type":"output_text","text":"x"}]}',
    ]


@pytest.mark.parametrize(
    ("changes", "azure"),
    [
        ({"name": "AZURE"}, True),
        ({"base_url": "https://foo.OpenAI.azure.com/openai"}, True),
        ({"base_url": "https://foo.cognitiveservices.azure.cn/openai"}, True),
        ({"base_url": "https://foo.aoai.azure.com/openai"}, True),
        ({"base_url": "https://foo.openai.azure-api.net/openai"}, True),
        ({"base_url": "https://foo.z01.azurefd.net/"}, True),
        ({"base_url": "https://x/azurefd.path"}, True),
        ({"base_url": "https://example.com/openai"}, False),
        ({"base_url": "https://myproxy.azurewebsites.net/openai"}, False),
        ({"base_url": None}, False),
        ({"name": "azure", "wire_api": "chat"}, False),
    ],
)
def test_azure_is_known_by_name_or_address(changes: dict[str, Any], azure: bool) -> None:
    assert is_azure(provider(**changes)) is azure


def test_a_lone_surrogate_does_not_stop_a_request() -> None:
    tool = FunctionTool(
        "t", "bad \udcff", strict=False, parameters={"type": "object", "properties": {"é\ud800": {"type": "string"}}}
    )
    body = encoded(settings(), tools=(tool,), instructions="x\ud83d\ude00\udc00")
    assert body["instructions"] == "x😀\ufffd"
    assert body["tools"][0]["description"] == "bad \ufffd"


def test_text_goes_out_as_utf8_and_compact() -> None:
    payload = build_responses_payload(prompt(user_message(InputText("é 漢"))), settings(), CONVERSATION)
    assert '"text":"é 漢"'.encode() in encode_payload(payload)


async def test_two_requests_share_a_prefix(tmp_path: Path) -> None:
    with Server([ANSWER]) as server:
        client = client_on(server, tmp_path)
        first = user_message(InputText("one"))
        await collect(client.call(prompt(first, tools=(SHELL,))))
        await collect(client.call(prompt(first, Message("assistant", (OutputText("two"),)), tools=(SHELL,))))
    a, b = server.seen[0].body, server.seen[1].body
    end_of_input = a.index(b'],"tools"')
    assert b.startswith(a[:end_of_input] + b",")
    assert b.endswith(a[end_of_input:])


async def test_the_length_of_the_body_is_told(tmp_path: Path) -> None:
    with Server([ANSWER]) as server:
        await collect(client_on(server, tmp_path).call(prompt()))
    assert server.seen[0].header("content-length") == str(len(server.seen[0].body)).encode()
    assert server.seen[0].header("transfer-encoding") is None


# --- instructions ---------------------------------------------------------------------------


def test_each_family_has_its_prompt() -> None:
    general, codex = encoded(settings("gpt-4.1"))["instructions"], encoded(settings("gpt-5-codex"))["instructions"]
    assert len(codex) < len(general)
    assert encoded(settings("mystery"))["instructions"] == encoded(settings("gpt-oss-20b"))["instructions"]


def test_families_that_need_it_are_told_how_patches_are_written() -> None:
    bare = encoded(settings("mystery"))["instructions"]
    told = encoded(settings("gpt-5"), tools=(SHELL,))["instructions"]
    assert told.startswith(bare + "\n")
    assert "*** Begin Patch" in told
    assert encoded(settings("gpt-5"), tools=(SHELL, PATCH))["instructions"] == bare


def test_an_override_replaces_all_of_it() -> None:
    assert encoded(settings("gpt-5"), instructions="Only this.")["instructions"] == "Only this."


async def test_the_default_address_follows_from_the_login(tmp_path: Path) -> None:
    served_by = provider(base_url=None)
    backend = responses_backend(tmp_path)
    client = client_for(backend, settings(served_by=served_by))
    address, _ = await backend._address(_request(client))
    assert address == "https://api.openai.com/v1/responses"
    log_in(tmp_path)
    address, _ = await responses_backend(tmp_path)._address(_request(client))
    assert address == "https://chatgpt.com/backend-api/codex/responses"
    own_key = client_for(backend, settings(served_by=provider(base_url=None, experimental_bearer_token="t")))
    address, _ = await responses_backend(tmp_path)._address(_request(own_key))
    assert address == "https://api.openai.com/v1/responses"


def _request(client: ModelClient) -> ModelRequest:
    payload = build_responses_payload(prompt(), client._settings, CONVERSATION)
    return ModelRequest(0, "responses", payload, client._settings.provider, CONVERSATION)
