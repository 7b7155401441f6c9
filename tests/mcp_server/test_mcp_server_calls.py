"""Calls of the two tools: what a client hears, and which answer it gets."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from mcp_server_client import Place, call, hangs, runs, says
from model_server import Reply, json_reply

UNKNOWN = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize("request_id", [7, "7", "abc", 0])
def test_a_call_is_told_under_its_own_id_and_answered_with_the_last_words(place: Place, request_id: str | int) -> None:
    place.model(says("Hi"))
    server = place.server()
    server.call(request_id, "codex", {"prompt": "Hello", "unknown-key": 1, "model": None})
    assert server.reply(request_id)["result"] == {"content": [{"type": "text", "text": "Hi"}]}
    events = server.events(request_id)
    kinds = [event["msg"]["type"] for event in events]
    assert [event["id"] for event in events if event["msg"]["type"] == "session_configured"] == [""]
    assert {event["id"] for event in events} == {"", "auto-compact-0", str(request_id)}
    assert kinds[0] == "session_configured"
    assert kinds[-1] == "task_complete"
    assert kinds.index("agent_message") > kinds.index("user_message")
    assert "method" not in server.messages[-1]  # the answer comes last


def test_a_reply_goes_on_in_the_same_conversation(place: Place) -> None:
    model = place.model(says("First"), says("Second"))
    server = place.server()
    server.call(1, "codex", {"prompt": "one"})
    assert server.text(1) == "First"
    server.call(2, "codex-reply", {"conversationId": server.conversation(1).upper(), "prompt": "two"})
    assert server.text(2) == "Second"
    assert {event["id"] for event in server.events(2)} == {"0"}
    assert "session_configured" not in [event["msg"]["type"] for event in server.events(2)]
    said = [part["text"] for item in model.seen[1].json["input"] for part in item["content"]]
    assert said[-3:] == ["one", "First", "two"]
    assert model.seen[0].json["prompt_cache_key"] == model.seen[1].json["prompt_cache_key"]
    (rollout,) = place.home.glob("sessions/*/*/*/*.jsonl")
    assert json.loads(rollout.read_text().splitlines()[0])["payload"]["source"] == "mcp"


@pytest.mark.parametrize(
    ("tool", "arguments", "text"),
    [
        ("nothing", {}, "Unknown tool 'nothing'"),
        ("codex", None, "Missing arguments for codex tool-call; the `prompt` field is required."),
        ("codex", {}, "Failed to parse configuration for Codex tool: missing field `prompt`"),
        (
            "codex-reply",
            None,
            "Missing arguments for codex-reply tool-call; the `conversation_id` and `prompt` fields are required.",
        ),
        (
            "codex-reply",
            {"prompt": "x"},
            "Failed to parse configuration for Codex tool: missing field `conversationId`",
        ),
        (
            "codex-reply",
            {"conversationId": UNKNOWN, "prompt": "x"},
            f"Session not found for conversation_id: {UNKNOWN}",
        ),
    ],
)
def test_calls_that_cannot_be_made_are_answered_in_words(
    place: Place, tool: str, arguments: dict[str, str] | None, text: str
) -> None:
    server = place.server()
    server.call(1, tool, arguments)
    assert server.failure(1) == text


@pytest.mark.parametrize(
    ("tool", "arguments", "start"),
    [
        ("codex", {"prompt": 3}, "Failed to parse configuration for Codex tool: "),
        ("codex", [1], "Failed to parse configuration for Codex tool: "),
        ("codex", {"prompt": "x", "sandbox": "everything"}, "Failed to parse configuration for Codex tool: "),
        ("codex", {"prompt": "x", "profile": "no"}, "Failed to load Codex configuration from overrides: "),
        ("codex", {"prompt": "x", "config": {"model": 3}}, "Failed to load Codex configuration from overrides: "),
        ("codex-reply", {"conversationId": "x", "prompt": "x"}, "Failed to parse conversation_id: "),
    ],
)
def test_wrong_arguments_are_answered_with_the_reason(place: Place, tool: str, arguments: object, start: str) -> None:
    server = place.server()
    server.call(1, tool, arguments)
    assert server.failure(1).startswith(start)


def test_flags_of_the_server_hold_below_those_of_the_call(place: Place) -> None:
    model = place.model(says("a"), says("b"), says("c"))
    server = place.server("-c", 'model="gpt-5"', "-c", 'model_reasoning_effort="low"')
    server.call(1, "codex", {"prompt": "x"})
    server.text(1)
    server.call(2, "codex", {"prompt": "x", "config": {"model": "o3"}})
    server.text(2)
    server.call(3, "codex", {"prompt": "x", "config": {"model": "o3"}, "model": "gpt-5-codex"})
    server.text(3)
    assert [seen.json["model"] for seen in model.seen] == ["gpt-5", "o3", "gpt-5-codex"]
    assert {seen.json["reasoning"]["effort"] for seen in model.seen} == {"low"}


def test_an_error_ends_the_call_and_not_the_conversation(place: Place) -> None:
    refusal: Reply = json_reply({"error": {"message": "no"}}, status=400)
    place.model(refusal, says("Better"))
    server = place.server()
    server.call(1, "codex", {"prompt": "x"})
    result = server.reply(1)["result"]
    assert list(result) == ["error"]
    assert result["error"].startswith("unexpected status 400 ")
    server.call(2, "codex-reply", {"conversationId": server.conversation(1), "prompt": "again"})
    assert server.text(2) == "Better"
    assert server.events(2)[0]["msg"]["type"] == "task_started"


def test_a_server_of_the_user_that_does_not_start_does_not_end_the_call(place: Place) -> None:
    place.model(says("Hi"), tables='[mcp_servers.gone]\ncommand = "no-such-program"')
    server = place.server()
    server.call(1, "codex", {"prompt": "x"})
    assert server.text(1) == "Hi"
    error = server.event("error", 1)["params"]
    assert error["id"] == ""
    assert error["msg"]["message"].startswith("MCP client for `gone` failed to start: ")


def test_two_calls_on_one_conversation_take_turns(place: Place) -> None:
    model = place.model(says("First"), says("Second"), says("Third"))
    server = place.server()
    server.call(1, "codex", {"prompt": "one"})
    server.text(1)
    conversation = server.conversation(1)
    replies = [
        call(number, "codex-reply", {"conversationId": conversation, "prompt": f"p{number}"}) for number in (2, 3)
    ]
    server.send(*replies)
    assert [server.text(2), server.text(3)] == ["Second", "Third"]
    assert {event["id"] for event in server.events(2)} == {"0"}
    assert {event["id"] for event in server.events(3)} == {"1"}
    texts = [part["text"] for item in model.seen[2].json["input"] for part in item["content"]]
    assert texts[-3:] == ["p2", "Second", "p3"]


def test_conversations_run_side_by_side_and_others_are_served_meanwhile(place: Place) -> None:
    place.model(hangs())
    server = place.server()
    server.send(*(call(number, "codex", {"prompt": "x"}) for number in range(5)))
    for number in range(5):
        server.event("agent_message_delta", number)
    server.request("ping", "ping")
    assert server.reply("ping")["result"] == {}
    assert len({server.conversation(number) for number in range(5)}) == 5


def test_a_cancelled_call_is_interrupted_and_not_answered(place: Place) -> None:
    place.model(hangs(), says("After"))
    server = place.server()
    server.call(7, "codex", {"prompt": "x"})
    server.event("agent_message_delta", 7)
    server.cancel("7")  # another id
    server.cancel(99)
    server.request(8, "ping")
    server.reply(8)
    assert "turn_aborted" not in [event["msg"]["type"] for event in server.events(7)]
    server.cancel(7)
    assert server.event("turn_aborted", 7)["params"]["msg"]["reason"] == "interrupted"
    server.call(9, "codex-reply", {"conversationId": server.conversation(7), "prompt": "go on"})
    assert server.text(9) == "After"
    assert server.exit_code() == 0
    assert not any(message.get("id") == 7 for message in server.messages)


def test_a_call_that_waits_can_be_cancelled_before_its_turn(place: Place) -> None:
    model = place.model(hangs(), says("After"))
    server = place.server()
    server.call(1, "codex", {"prompt": "x"})
    server.event("agent_message_delta", 1)
    conversation = server.conversation(1)
    server.call(2, "codex-reply", {"conversationId": conversation, "prompt": "never"})
    server.call(3, "codex-reply", {"conversationId": conversation, "prompt": "later"})
    server.cancel(2)
    server.cancel(1)
    assert server.text(3) == "After"
    assert server.events(2) == []
    assert not any("never" in str(seen.json["input"]) for seen in model.seen)


def test_what_was_begun_is_finished_after_the_end_of_input(place: Place) -> None:
    place.model(runs("sleep 0.3"), says("Done"), says("And this"))
    server = place.server()
    server.call(1, "codex", {"prompt": "x"})
    conversation = server.conversation(1)
    server.call(2, "codex-reply", {"conversationId": conversation, "prompt": "y"})
    assert server.exit_code() == 0
    assert [server.text(1), server.text(2)] == ["Done", "And this"]


def test_a_signal_ends_it_and_its_commands(place: Place, tmp_path: Path) -> None:
    place.model(runs("echo $$ > pid; sleep 100"), top='sandbox_mode = "danger-full-access"')
    server = place.server()
    server.call(1, "codex", {"prompt": "x", "approval-policy": "never"})
    server.event("exec_command_begin", 1)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) == -signal.SIGTERM
    pid = place.workspace / "pid"
    assert not pid.exists() or not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_long_prompts_and_answers_come_through(place: Place) -> None:
    text = "long é " * 100_000
    place.model(says(text))
    server = place.server()
    server.call(1, "codex", {"prompt": text})
    assert server.text(1) == text
    assert server.event("user_message", 1)["params"]["msg"]["message"] == text


def test_a_turn_at_a_limit_is_an_error_that_says_so(place: Place) -> None:
    place.model(runs("true"), says("Hi"))
    server = place.server()
    server.call(1, "codex", {"prompt": "Hello", "config": {"max_turns": 1}})
    assert server.reply(1)["result"]["error"].startswith("Stopped at a limit: calls of the model: 1")
    server.call(2, "codex-reply", {"conversationId": server.conversation(1), "prompt": "on"})
    assert server.text(2) == "Hi"
