"""Questions to the user through an MCP client, and what its answers mean."""

from __future__ import annotations

from typing import Any

import pytest
from mcp_server_client import McpServer, Place, patches, runs, says

PATCH = "*** Begin Patch\n*** Add File: b.txt\n+b\n*** End Patch"
STRICT = {"prompt": "x", "approval-policy": "untrusted", "sandbox": "workspace-write"}


def answer(server: McpServer, number: int, **reply: Any) -> None:
    server.send({"jsonrpc": "2.0", "id": number, **reply})


def test_a_command_is_asked_for_with_all_that_is_known(place: Place) -> None:
    place.model(runs("touch zz && rm zz"), says("Done"))
    server = place.server()
    server.call(0, "codex", STRICT)
    question = server.question(0)
    assert question == {
        "message": f"Allow Codex to run `bash -lc 'touch zz && rm zz'` in `{place.workspace}`?",
        "requestedSchema": {"type": "object", "properties": {}},
        "codex_elicitation": "exec-approval",
        "codex_mcp_tool_call_id": "0",
        "codex_event_id": "0",
        "codex_call_id": "c1",
        "codex_command": ["bash", "-lc", "touch zz && rm zz"],
        "codex_cwd": str(place.workspace),
        "codex_parsed_cmd": [{"type": "unknown", "cmd": "touch zz"}, {"type": "unknown", "cmd": "rm zz"}],
    }
    methods = [message.get("method") for message in server.messages]
    before = server.messages[methods.index("elicitation/create") - 1]
    assert before["params"]["msg"]["type"] == "exec_approval_request"  # the event went out first
    answer(server, 0, result={"decision": "approved"})
    assert server.text(0) == "Done"
    assert server.event("exec_command_end")["params"]["msg"]["exit_code"] == 0


def test_a_patch_is_asked_for_with_its_changes(place: Place) -> None:
    place.model(patches(PATCH), says("Done"))
    server = place.server()
    server.call("id", "codex", STRICT)
    question = server.question(0)
    assert question["codex_elicitation"] == "patch-approval"
    assert question["message"] == "Allow Codex to apply proposed code changes?"
    assert question["codex_changes"] == {f"{place.workspace}/b.txt": {"add": {"content": "b\n"}}}
    assert question["codex_mcp_tool_call_id"] == "id"
    answer(server, 0, result={"decision": "approved", "more": 1})
    assert server.text("id") == "Done"
    assert (place.workspace / "b.txt").read_text() == "b\n"


@pytest.mark.parametrize(
    ("reply", "runs_it"),
    [
        ({"result": {"decision": "approved"}}, True),
        ({"result": {"action": "accept", "content": {}}}, True),
        ({"result": {"action": "decline", "decision": "approved"}}, True),
        ({"result": {"action": "accept", "content": {}, "decision": "denied"}}, False),
        ({"result": {"action": "accept", "content": {}, "decision": "maybe"}}, False),
        ({"result": {"action": "accept"}}, False),
        ({"result": {"action": "decline"}}, False),
        ({"result": {}}, False),
        ({"result": [1]}, False),
        ({"result": {"decision": ["approved"]}}, False),
        ({"error": {"code": -32601, "message": "no elicitation here"}}, False),
    ],
)
def test_only_a_clear_yes_runs_a_command(place: Place, reply: dict[str, Any], runs_it: bool) -> None:
    place.model(runs("echo x > made.txt"), says("Done"))
    server = place.server()
    server.call(1, "codex", STRICT)
    server.question(0)
    answer(server, 17, result={"decision": "approved"})  # nobody asked that
    answer(server, 0, **reply)
    assert server.text(1) == "Done"
    assert (place.workspace / "made.txt").exists() is runs_it


@pytest.mark.parametrize("reply", [{"decision": "abort"}, {"action": "cancel"}])
def test_abort_ends_the_turn_and_the_call_is_answered(place: Place, reply: dict[str, str]) -> None:
    place.model(runs("echo x > made.txt"), says("After"))
    server = place.server()
    server.call(1, "codex", STRICT)
    server.question(0)
    answer(server, 0, result=reply)
    assert "aborted" in server.text(1)
    kinds = [event["msg"]["type"] for event in server.events(1)]
    assert kinds.index("exec_command_end") < kinds.index("turn_aborted")
    server.call(2, "codex-reply", {"conversationId": server.conversation(1), "prompt": "go on"})
    assert server.text(2) == "After"


def test_a_yes_for_the_session_is_not_asked_again(place: Place) -> None:
    place.model(runs("echo x >> made.txt"), runs("echo x >> made.txt", "c2"), says("Done"))
    server = place.server()
    server.call(1, "codex", STRICT)
    server.question(0)
    answer(server, 0, result={"decision": "approved_for_session"})
    assert server.text(1) == "Done"
    assert (place.workspace / "made.txt").read_text() == "x\nx\n"


def test_questions_do_not_block_other_calls(place: Place) -> None:
    place.model(runs("echo x > a.txt"), says("Done"), says("Done"))
    server = place.server()
    server.call(1, "codex", STRICT)
    server.question(0)
    server.call(2, "codex", {"prompt": "y"})
    assert server.text(2) == "Done"
    answer(server, 0, result={"decision": "denied"})
    assert server.text(1) == "Done"


def test_a_question_without_anybody_left_to_answer_means_no(place: Place) -> None:
    place.model(runs("echo x > a.txt"), runs("echo x > b.txt", "c2"), says("Done"))
    server = place.server()
    server.call(1, "codex", STRICT)
    server.question(0)
    assert server.exit_code() == 0
    assert server.text(1) == "Done"
    assert not (place.workspace / "a.txt").exists()
    assert not (place.workspace / "b.txt").exists()


def test_a_cancelled_question_is_not_answered_later(place: Place) -> None:
    place.model(runs("echo x > a.txt"), says("After"))
    server = place.server()
    server.call(1, "codex", STRICT)
    server.question(0)
    server.cancel(1)
    server.event("turn_aborted", 1)
    answer(server, 0, result={"decision": "approved"})
    server.call(2, "codex-reply", {"conversationId": server.conversation(1), "prompt": "go on"})
    assert server.text(2) == "After"
    assert not (place.workspace / "a.txt").exists()
