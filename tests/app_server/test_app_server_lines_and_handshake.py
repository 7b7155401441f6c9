"""Which lines are messages, and what may be asked before `initialize`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from app_server_client import CLIENT, NOTHING, AppServer
from app_server_place import Place

NOT_INITIALIZED = (-32600, "Not initialized")


def test_a_known_request_before_initialize_is_told_so(place: Place) -> None:
    server = place.server(initialize=False)
    server.line('{"id":1,"method":"getUserAgent"}')
    assert server.answer_to(1) == {"error": {"code": -32600, "message": "Not initialized"}, "id": 1}


def test_types_are_checked_before_the_handshake(place: Place) -> None:
    server = place.server(initialize=False)
    answer = server.call("nope", request_id="s1")
    assert answer["error"]["code"] == -32600
    assert answer["error"]["message"].startswith("Invalid request: ")
    assert "nope" in answer["error"]["message"]
    assert server.error("newConversation", {"model": "x"}) == NOT_INITIALIZED


def test_a_bad_initialize_may_be_followed_by_a_good_one(place: Place) -> None:
    server = place.server(initialize=False)
    code, text = server.error("initialize")
    assert (code, text.partition(": ")[0]) == (-32600, "Invalid request")
    assert server.error("initialize", {"clientInfo": {"name": "x"}})[1].startswith("Invalid request: ")
    assert server.error("getUserAgent") == NOT_INITIALIZED
    assert server.result("initialize", CLIENT)["userAgent"].endswith(" (test; 1.0)")


def test_a_second_initialize_changes_nothing(place: Place) -> None:
    server = place.server()
    other = {"clientInfo": {"name": "other", "version": "2"}}
    assert server.error("initialize", other) == (-32600, "Already initialized")
    assert server.result("getUserAgent")["userAgent"].endswith(" (test; 1.0)")


def test_a_jsonrpc_member_is_not_needed_and_not_sent(shared: AppServer) -> None:
    shared.line('{"jsonrpc":"2.0","id":"j","method":"getUserAgent"}')
    assert shared.answer_to("j").keys() == {"id", "result"}


def test_the_initialized_notification_is_not_waited_for(shared: AppServer) -> None:
    assert "userAgent" in shared.result("getUserAgent")
    shared.line('{"method":"initialized"}')
    shared.line('{"method":"some/other","params":{"a":1}}')
    assert "userAgent" in shared.result("getUserAgent")


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"",
        b"\xff\xfe{",
        b'{"id":7,"method":"getUserAgent","x":"\xff"}',
        b'[{"id":7,"method":"getUserAgent"}]',
        b"7",
        b'"getUserAgent"',
        b'{"id":15.5,"method":"getUserAgent"}',
        b'{"id":null,"method":"getUserAgent"}',
        b'{"id":true,"method":"getUserAgent"}',
        b'{"id":{},"method":"getUserAgent"}',
        b'{"id":9223372036854775808,"method":"getUserAgent"}',
        b'{"id":7,"id":8,"method":"getUserAgent"}',
        b'{"id":7,"method":"getUserAgent"} 1',
        b'{"id":7,"method":"getUserAgent","x":"\\ud800"}',
        b'{"id":7,"method":"getUserAgent","params":{"x":NaN}}',
        b'{"id":7,"method":5}',
        b'{"id":99,"result":{"decision":"approved"}}',
        b'{"id":99,"error":{"code":1,"message":"no"}}',
        b'{"id":99,"error":{"code":"1"}}',
        b"[" * 100_000,
        b'{"id":7,"method":"getUserAgent","id":7,"x":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"id":7,"method":"getUserAgent","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"{}",
    ],
)
def test_what_is_no_request_gets_no_answer(shared: AppServer, line: bytes) -> None:
    before = len(shared.messages)
    shared.write(line + b"\n")
    assert "result" in shared.call("getUserAgent")
    assert len(shared.messages) == before + 1


@pytest.mark.parametrize("request_id", ["abc", "", -3, 0, 9223372036854775807, -9223372036854775808, "ä\u2028b"])
def test_ids_come_back_as_they_were(shared: AppServer, request_id: Any) -> None:
    answer = shared.call("getUserAgent", request_id=request_id)
    assert answer["id"] == request_id
    assert type(answer["id"]) is type(request_id)


def test_a_request_may_have_a_result_and_odd_ends(shared: AppServer) -> None:
    shared.write(b' \t{"id":"r","method":"getUserAgent","result":{},"result":1}  \r\n')
    assert "result" in shared.answer_to("r")


@pytest.mark.parametrize("params", [None, {}])
def test_methods_without_params_take_nothing_in_any_spelling(shared: AppServer, params: Any) -> None:
    assert shared.result("getUserAgent", params) == shared.result("getUserAgent")


@pytest.mark.parametrize("params", [{"a": 1}, [], 0, "x"])
def test_methods_without_params_refuse_any(shared: AppServer, params: Any) -> None:
    assert shared.error("getUserAgent", params)[1].startswith("Invalid request: ")


@pytest.mark.parametrize("method", ["model/list", "getAuthStatus", "newConversation", "listConversations"])
def test_methods_with_params_need_an_object(shared: AppServer, method: str) -> None:
    refusals: tuple[Any, ...] = (NOTHING, None, [])
    for refused in refusals:
        assert shared.error(method, refused)[1].startswith("Invalid request: ")
    shared.result(method, {"unknown": 1})


UUID = "67e55044-10b1-426f-9247-bb680e5fe0c8"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("addConversationListener", {"conversationId": UUID, "experimentalRawEvents": None}),
        ("setDefaultModel", {"reasoningEffort": "HIGH"}),
        ("newConversation", {"approvalPolicy": "sometimes"}),
        ("newConversation", {"config": []}),
        ("sendUserMessage", {"conversationId": "zzz", "items": []}),
        ("sendUserMessage", {"conversationId": f" {UUID}", "items": []}),
        ("sendUserMessage", {"conversation_id": UUID, "items": []}),
        ("listConversations", {"pageSize": -1}),
        ("listConversations", {"pageSize": 1.0}),
        ("listConversations", {"pageSize": True}),
        ("execOneOffCommand", {"command": ["ls"], "timeoutMs": -1}),
        (
            "execOneOffCommand",
            {"command": ["ls"], "sandboxPolicy": {"mode": "workspace-write", "writable_roots": None}},
        ),
        (
            "execOneOffCommand",
            {"command": ["ls"], "sandboxPolicy": {"mode": "workspace-write", "network_access": None}},
        ),
        ("account/login", {"type": "apiKey"}),
        ("getConversationSummary", {}),
        ("feedback/upload", {"classification": "bug"}),
    ],
)
def test_params_that_do_not_fit_are_refused(shared: AppServer, method: str, params: Any) -> None:
    code, text = shared.error(method, params)
    assert code == -32600
    assert text.startswith("Invalid request: ")
    assert "\n" not in text


def test_a_refusal_does_not_repeat_what_was_sent(shared: AppServer) -> None:
    secret = "sk-very-secret"
    for params in ({"approvalPolicy": secret}, {"sandbox": secret}):
        assert secret not in shared.error("newConversation", params)[1]
    assert secret not in shared.error("loginApiKey", {"apiKey": {"key": secret}})[1]


@pytest.mark.parametrize("spelling", [UUID.upper(), UUID.replace("-", ""), f"{{{UUID}}}", f"urn:uuid:{UUID}"])
def test_ids_of_conversations_have_several_spellings(shared: AppServer, spelling: str) -> None:
    said = shared.error("interruptConversation", {"conversationId": spelling})
    assert said == (-32600, f"conversation not found: {UUID}")


@pytest.mark.parametrize("megabytes", [12, 50])
def test_very_long_lines_are_answered(place: Place, megabytes: int) -> None:
    server = place.server()
    padding = "x" * (megabytes << 20)
    server.line(json.dumps({"id": 9, "method": "getUserAgent", "padding": padding}))
    assert "result" in server.answer_to(9)


def test_requests_before_the_end_of_stdin_are_all_answered(place: Place) -> None:
    server = place.server(initialize=False)
    lines = [json.dumps({"id": 0, "method": "initialize", "params": CLIENT})]
    lines += [json.dumps({"id": number, "method": "getUserAgent"}) for number in range(1, 500)]
    server.write("\n".join(lines).encode())
    assert server.end() == 0
    assert [message["id"] for message in server.everything()] == list(range(500))
    assert server.raw_lines[-1].endswith(b"\n")


def test_names_of_clients_are_made_fit_for_headers(place: Place) -> None:
    server = place.server(initialize=False)
    agent = server.result("initialize", {"clientInfo": {"name": "Bü\r\nd", "version": "1"}})["userAgent"]
    assert agent.endswith(" (B___d; 1)")


def test_the_originator_comes_from_the_environment(place: Place) -> None:
    server = place.server(env={"CODEX_INTERNAL_ORIGINATOR_OVERRIDE": "my_editor"})
    assert server.result("getUserAgent")["userAgent"].startswith("my_editor/")


@pytest.mark.parametrize(
    ("words", "config", "start"),
    [
        (("-c", "oops", "app-server"), "", "Error: error parsing -c overrides: "),
        (("app-server",), "model = 5\n", "Error: error loading config: "),
    ],
)
def test_a_start_that_fails_says_so_on_stderr_alone(
    place: Place, words: tuple[str, ...], config: str, start: str
) -> None:
    place.configure(config)
    server = place.server(*words, initialize=False)
    assert server.end() == 1
    assert server.everything() == []
    assert server.stderr_path.read_text().startswith(start)
    assert "Traceback" not in server.stderr_path.read_text()


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("newConversation", {"cwd": "a\0b"}),
        ("resumeConversation", {"path": "a\0b"}),
        ("getConversationSummary", {"rolloutPath": "a\0b"}),
        ("archiveConversation", {"conversationId": UUID, "rolloutPath": "a\0b"}),
        ("gitDiffToRemote", {"cwd": "a\0b"}),
    ],
)
def test_paths_that_no_system_takes_are_refused(shared: AppServer, method: str, params: Any) -> None:
    code, text = shared.error(method, params)
    assert code == -32600
    assert "internal error" not in text
