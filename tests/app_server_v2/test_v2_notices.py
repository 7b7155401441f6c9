"""What a client of today hears beside the items of a turn."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import CREATED, calls, says
from model_server import Reply, completed, stream
from threads_client import ThreadsClient, client

ODD_SERVER = str(Path(__file__).parents[1] / "mcp" / "odd_server.py")
SERVERS = f"""
[mcp_servers.odd]
command = {json.dumps(sys.executable)}
args = ["-I", "-S", {json.dumps(ODD_SERVER)}]
[mcp_servers.gone]
command = "/nowhere/at/all"
"""


def told(me: ThreadsClient, method: str) -> list[Any]:
    return [one["params"] for one in list(me.server.messages) if one.get("method") == method]


def test_servers_tell_how_they_start_and_how_far_a_call_is(place: Place) -> None:
    place.model(calls("mcp__odd__progress", {}), says("Done."), tables=SERVERS)
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    assert me.ends(turn)["status"] == "completed"
    starts = told(me, "mcpServer/startupStatus/updated")
    assert {start["threadId"] for start in starts} == {thread}
    assert [(one["name"], one["status"]) for one in starts if one["name"] == "odd"] == [
        ("odd", "starting"),
        ("odd", "ready"),
    ]
    failed = [one for one in starts if one["name"] == "gone"][-1]
    assert failed["status"] == "failed"
    assert "/nowhere" in failed["error"] or "No such file" in failed["error"]
    assert told(me, "item/mcpToolCall/progress") == [
        {"threadId": thread, "turnId": turn, "itemId": "c1", "message": "halfway"}
    ]


def test_what_a_server_says_beside_its_answer_is_told(place: Place) -> None:
    place.model(calls("mcp__odd__meta", {}), says("Done."), tables=SERVERS)
    me = client(place)
    turn = me.run(me.start(), "go")["id"]
    (called,) = [item for item in me.items(turn) if item["type"] == "mcpToolCall"]
    assert called["result"] == {
        "content": [{"text": "done", "type": "text"}],
        "structuredContent": None,
        "_meta": {"n": 1},
    }


def test_what_the_model_types_into_a_command_is_told(place: Place) -> None:
    place.model(
        calls("exec_command", {"cmd": "cat", "yield_time_ms": 250}),
        calls("write_stdin", {"session_id": 0, "chars": "hello\n", "yield_time_ms": 250}, "c2"),
        says("Done."),
        top='experimental_use_unified_exec_tool = true\nsandbox_mode = "danger-full-access"',
    )
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    assert me.ends(turn)["status"] == "completed"
    (begun,) = [item for item in me.items(turn, "started") if item["type"] == "commandExecution"]
    assert (begun["source"], begun["command"]) == ("unifiedExecStartup", "/bin/bash -lc cat")
    about = {"threadId": thread, "turnId": turn, "itemId": "c1", "processId": begun["processId"]}
    assert told(me, "item/commandExecution/terminalInteraction") == [{**about, "stdin": "hello\n"}]
    # It goes on, so its item ends with the turn, with all that it printed by then.
    (ended,) = [item for item in me.items(turn) if item["type"] == "commandExecution"]
    assert (ended["status"], ended["exitCode"]) == ("completed", None)
    assert ended["aggregatedOutput"] == "hello\r\nhello\r\n"
    assert "".join(one["delta"] for one in told(me, "item/commandExecution/outputDelta")) == ended["aggregatedOutput"]


def test_a_command_on_a_terminal_ends_once_with_all_that_it_printed(place: Place) -> None:
    place.model(
        calls("exec_command", {"cmd": "echo one; read x; echo got $x; exit 3", "yield_time_ms": 250}),
        calls("write_stdin", {"session_id": 0, "chars": "two\n", "yield_time_ms": 250}, "c2"),
        says("Done."),
        top='experimental_use_unified_exec_tool = true\nsandbox_mode = "danger-full-access"',
    )
    me = client(place)
    turn = me.run(me.start(), "go")
    (ended,) = [item for item in me.items(turn["id"]) if item["type"] == "commandExecution"]
    assert ended["aggregatedOutput"] == "one\r\ntwo\r\ngot two\r\n"
    assert (ended["status"], ended["exitCode"], ended["processId"]) == ("failed", 3, "1")
    assert ended["durationMs"] >= 0


def test_what_goes_on_after_its_turn_is_no_item_of_the_next(place: Place) -> None:
    place.model(
        calls("exec_command", {"cmd": "cat", "yield_time_ms": 250}),
        says("Done."),
        calls("write_stdin", {"session_id": 0, "chars": "\u0004", "yield_time_ms": 250}, "c2"),
        says("Done."),
        top='experimental_use_unified_exec_tool = true\nsandbox_mode = "danger-full-access"',
    )
    me = client(place)
    thread = me.start()
    me.run(thread, "go")
    turn = me.run(thread, "on")
    assert [item["type"] for item in me.items(turn["id"])] == ["userMessage", "agentMessage"]


PATCH = "*** Begin Patch\n*** Add File: a.txt\n+one\n*** Update File: b.txt\n@@\n-old\n+new\n*** End Patch\n"
WRITTEN = [
    {"path": "a.txt", "kind": {"type": "add"}, "diff": "one\n"},
    {"path": "b.txt", "kind": {"type": "update", "move_path": None}, "diff": "@@\n-old\n+new\n"},
]


@pytest.mark.parametrize("is_json", [False, True])
def test_a_patch_is_told_while_it_is_written(place: Place, is_json: bool) -> None:
    kind, member = ("function_call", "arguments") if is_json else ("custom_tool_call", "input")
    whole = json.dumps({"input": PATCH}) if is_json else PATCH
    call = {"type": kind, "name": "apply_patch", "call_id": "c1"}
    pieces = [
        {"type": f"response.{kind}_{member}.delta", "delta": whole[at : at + 9]} for at in range(0, len(whole), 9)
    ]
    added = {"type": "response.output_item.added", "item": {**call, member: ""}}
    done = {"type": "response.output_item.done", "item": {**call, member: whole}}
    place.model(stream(CREATED, added, *pieces, done, completed(10)), says("Done."))
    (place.workspace / "b.txt").write_text("old\n")
    me = client(place)
    thread = me.start(sandbox="danger-full-access")
    turn = me.run(thread, "go")["id"]
    updates = told(me, "item/fileChange/patchUpdated")
    assert updates[-1] == {"threadId": thread, "turnId": turn, "itemId": "c1", "changes": WRITTEN}
    assert updates[0]["changes"][0]["path"] == "a.txt"
    order = [one["method"] for one in me.told(turn) if one["params"].get("itemId") == "c1" or "item" in one["params"]]
    last = len(order) - 1 - order[::-1].index("item/fileChange/patchUpdated")
    assert order[last + 1] == "item/started"


def test_a_patch_that_is_written_twice_is_told_from_its_beginning(place: Place) -> None:
    call = {"type": "custom_tool_call", "name": "apply_patch", "call_id": "c1"}
    added = {"type": "response.output_item.added", "item": {**call, "input": ""}}
    written = {"type": "response.custom_tool_call_input.delta", "delta": PATCH}
    done = {"type": "response.output_item.done", "item": {**call, "input": PATCH}}
    place.model(stream(CREATED, added, written), stream(CREATED, added, written, done, completed(10)), says("Done."))
    place.configure(
        (place.home / "config.toml").read_text().replace("stream_max_retries = 0", "stream_max_retries = 1")
    )
    (place.workspace / "b.txt").write_text("old\n")
    me = client(place)
    me.run(me.start(sandbox="danger-full-access"), "go")
    assert told(me, "item/fileChange/patchUpdated")[-1]["changes"] == WRITTEN


def test_the_phase_of_a_message_is_told_kept_and_sent_back(place: Place) -> None:
    spoken = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Looking."}]}
    items = [{**spoken, "id": f"m{phase}", "phase": phase} for phase in ("commentary", "final_answer", "else")]
    model = place.model(
        stream(CREATED, *({"type": "response.output_item.done", "item": item} for item in items), completed(10)),
        says("Done."),
    )
    me = client(place)
    thread = me.start()
    phases = ["commentary", "final_answer", None]
    turn = me.run(thread, "go")["id"]
    for end in ("started", "completed"):
        assert [item["phase"] for item in me.items(turn, end) if item["type"] == "agentMessage"] == phases
    me.run(thread, "on")
    sent = [item for item in model.seen[1].json["input"] if item.get("role") == "assistant"]
    assert [item.get("phase") for item in sent] == phases
    other = client(place)
    read = other.server.result("thread/read", {"threadId": thread, "includeTurns": True})["thread"]["turns"][0]
    assert [item["phase"] for item in read["items"] if item["type"] == "agentMessage"] == phases


def test_a_model_that_nobody_knows_is_told_once_a_turn(place: Place) -> None:
    place.model(says("One."), says("Two."))
    me = client(place)
    thread = me.start()
    me.run(thread, "go", model="nobody-knows")
    me.run(thread, "on")
    warnings = told(me, "warning")
    assert [one["threadId"] for one in warnings] == [thread, thread]
    assert "nobody-knows" in warnings[0]["message"]


def test_another_model_than_the_asked_one_is_told_once_a_turn(place: Place) -> None:
    header = [("openai-model", "gpt-4.1")]
    place.model(says("One.", headers=header), says("Two.", headers=[("openai-model", "GPT-5-Codex")]))
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    me.ends(turn)
    me.run(thread, "on")
    (rerouted,) = told(me, "model/rerouted")
    assert (rerouted["turnId"], rerouted["fromModel"], rerouted["toModel"]) == (turn, "gpt-5-codex", "gpt-4.1")


def test_a_call_that_is_tried_again_is_told_with_its_cause(place: Place) -> None:
    broken = Reply(headers=[("content-type", "text/event-stream")], body=[b'data: {"type":"response.created"}\n\n'])
    place.model(broken, says("Done."))
    text = (place.home / "config.toml").read_text().replace("stream_max_retries = 0", "stream_max_retries = 2")
    place.configure(text)
    me = client(place)
    assert me.run(me.start(), "go")["status"] == "completed"
    (notice,) = told(me, "error")
    assert notice["willRetry"] is True
    assert notice["error"]["message"] == "Reconnecting... 1/2"
    assert notice["error"]["codexErrorInfo"] == {"responseStreamDisconnected": {"httpStatusCode": None}}
    assert "stream closed" in notice["error"]["additionalDetails"]


def test_a_compaction_inside_a_turn_is_an_item_of_it(place: Place) -> None:
    place.model(
        calls("shell", {"command": ["true"]}, "c1"),
        says("a summary"),
        says("Done."),
        top="model_auto_compact_token_limit = 10",
    )
    text = (place.home / "config.toml").read_text()
    place.configure(text)
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    me.ends(turn)
    kinds = [item["type"] for item in me.items(turn)]
    assert kinds[:3] == ["userMessage", "commandExecution", "contextCompaction"]
    assert kinds == [item["type"] for item in me.items(turn, "started")]
    assert "Compact task completed" not in json.dumps(me.told(turn))


@pytest.mark.parametrize("delivery", ["inline", None, "detached"])
def test_a_review_is_told_in_its_thread_or_in_one_of_its_own(place: Place, delivery: str | None) -> None:
    verdict = {
        "findings": [],
        "overall_correctness": "patch is correct",
        "overall_explanation": "Looks fine.",
        "overall_confidence_score": 0.9,
    }
    place.model(says("Hello."), says(json.dumps(verdict)), says("More."))
    me = client(place)
    thread = me.start()
    me.run(thread, "hi")
    target = {"type": "uncommittedChanges"}
    begun = me.server.result("review/start", {"threadId": thread, "target": target, "delivery": delivery})
    assert (begun["reviewThreadId"] == thread) == (delivery != "detached")
    assert me.ends(begun["turn"]["id"])["status"] == "completed"
    over = next(one for one in me.told(begun["turn"]["id"]) if one["method"] == "turn/completed")
    assert over["params"]["threadId"] == begun["reviewThreadId"]
    read = me.server.result("thread/read", {"threadId": begun["reviewThreadId"], "includeTurns": True})["thread"]
    assert read["turns"][-1]["items"][-1]["text"] == "Looks fine."
    assert read["forkedFromId"] == (thread if delivery == "detached" else None)
    assert me.run(begun["reviewThreadId"], "and?")["status"] == "completed"
    if delivery == "detached":
        assert len(me.server.result("thread/read", {"threadId": thread, "includeTurns": True})["thread"]["turns"]) == 1


def test_a_skill_is_put_into_the_turn_and_shows_as_no_words_of_the_user(place: Place) -> None:
    model = place.model(says("Done."))
    skill = place.workspace / "SKILL.md"
    skill.write_text("---\nname: demo\ndescription: d\n---\nAlways whistle.")
    me = client(place)
    thread = me.start()
    parts = [
        {"type": "text", "text": "please "},
        {"type": "skill", "name": "demo", "path": "SKILL.md"},
        {"type": "skill", "name": "lost", "path": "/nowhere/SKILL.md"},
    ]
    turn = me.server.result("turn/start", {"threadId": thread, "input": parts})["turn"]["id"]
    assert me.ends(turn)["status"] == "completed"
    texts = [part["text"] for item in model.seen[0].json["input"] for part in item["content"]]
    at = texts.index("$demo")
    assert texts[at + 2].startswith(f"<skill>\n<name>demo</name>\n<path>{skill}</path>\n---\n")
    assert texts[at + 2].endswith("Always whistle.\n</skill>")
    assert [item["type"] for item in me.items(turn)] == ["userMessage", "agentMessage"]
    assert "lost" in told(me, "warning")[0]["message"]
    assert me.server.result("thread/read", {"threadId": thread})["thread"]["preview"] == "please $demo$lost"


def test_a_service_tier_is_passed_on(place: Place) -> None:
    model = place.model(says("1"), says("2"), says("3"), says("4"))
    me = client(place)
    started = me.server.result("thread/start", {"serviceTier": "flex"})
    assert started["serviceTier"] == "flex"
    thread = started["thread"]["id"]
    me.run(thread, "a")
    me.run(thread, "b", serviceTierForTurn="priority")
    me.run(thread, "c", personality="friendly")
    me.run(me.start(), "d")
    assert [one.json.get("service_tier") for one in model.seen] == ["flex", "priority", "flex", None]
