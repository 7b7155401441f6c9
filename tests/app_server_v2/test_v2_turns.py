"""Turns and their items: what is told, in which order, and how a running turn is joined or ended."""

from __future__ import annotations

import json
from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import CREATED, calls, deltas, hangs, patches, runs, says
from model_server import Reply, completed, message, stream
from threads_client import client, words

FREE = 'sandbox_mode = "danger-full-access"'
WAIT = ("sh", "-c", "while [ ! -e go ]; do sleep 0.02; done")


def test_a_turn_is_told_in_order(place: Place) -> None:
    place.model(deltas(["Hel", "lo"]))
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    assert me.ends(turn)["status"] == "completed"
    methods = me.server.methods()
    assert methods[methods.index("thread/started") + 1 :] == [
        "answer",
        "thread/status/changed",
        "turn/started",
        "item/started",
        "item/completed",
        "item/started",
        "item/agentMessage/delta",
        "item/agentMessage/delta",
        "item/completed",
        "thread/tokenUsage/updated",
        "thread/status/changed",
        "turn/completed",
    ]
    user, answer = me.items(turn)
    ended = me.ends(turn)
    assert (ended["itemsView"], ended["items"]) == ("summary", [answer])
    assert user["content"] == [words("go")]
    assert (answer["type"], answer["text"], answer["phase"]) == ("agentMessage", "Hello", None)
    assert [item["id"] for item in me.items(turn, "started")] == [user["id"], answer["id"]]
    assert me.items(turn, "started")[1]["text"] == ""


def test_a_command_is_an_item_with_both_ends_and_its_output_as_text(place: Place) -> None:
    place.model(runs("sh", "-c", "printf 'a\\303'; sleep 0.1; printf '\\244'"), says("Done."))
    me = client(place)
    turn = me.say(me.start(), "go")
    me.ends(turn)
    command = me.items(turn)[1]
    assert (command["type"], command["id"], command["status"]) == ("commandExecution", "c1", "completed")
    assert (command["aggregatedOutput"], command["exitCode"]) == ("aä", 0)
    assert command["cwd"] == str(place.workspace)
    pieces = [one["params"]["delta"] for one in me.told(turn) if one["method"] == "item/commandExecution/outputDelta"]
    assert "".join(pieces) == "aä"
    begun = me.items(turn, "started")[1]
    assert (begun["status"], begun["aggregatedOutput"], begun["exitCode"]) == ("inProgress", None, None)


def test_a_patch_is_an_item_and_its_diff_is_told_once(place: Place) -> None:
    patch = "*** Begin Patch\n*** Add File: n.txt\n+one\n+two\n*** End Patch"
    place.model(patches(patch), says("Done."), top='sandbox_mode = "workspace-write"')
    me = client(place)
    turn = me.say(me.start(), "go")
    me.ends(turn)
    change = me.items(turn)[1]
    assert change == {
        "type": "fileChange",
        "id": "c1",
        "changes": [{"path": str(place.workspace / "n.txt"), "kind": {"type": "add"}, "diff": "one\ntwo\n"}],
        "status": "completed",
    }
    methods = [one["method"] for one in me.told(turn)]
    assert methods.count("turn/diff/updated") == 1
    assert "item/commandExecution/outputDelta" not in methods


def test_a_plan_is_told_in_this_dialects_words(place: Place) -> None:
    steps = [{"step": "look", "status": "in_progress"}, {"step": "do", "status": "pending"}]
    place.model(calls("update_plan", {"explanation": "why", "plan": steps}), says("Done."))
    me = client(place)
    me.run(me.start(), "go")
    plan = me.server.notification("turn/plan/updated")
    assert plan["explanation"] == "why"
    assert [step["status"] for step in plan["plan"]] == ["inProgress", "pending"]


def test_settings_of_a_turn_stay_and_its_schema_does_not(place: Place) -> None:
    model = place.model(says("{}"), says("Two"))
    me = client(place)
    thread = me.start()
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    me.run(thread, "one", model="gpt-5", effort="low", outputSchema=schema)
    me.run(thread, "two")
    first, second = (request.json for request in model.seen)
    assert (first["model"], second["model"]) == ("gpt-5", "gpt-5")
    assert second["reasoning"]["effort"] == "low"
    assert first["text"]["format"]["schema"] == schema
    assert "format" not in second.get("text", {})


def test_a_second_start_joins_the_running_turn_and_words_can_be_steered_in(place: Place) -> None:
    model = place.model(runs(*WAIT), says("Done."))
    me = client(place)
    thread = me.start(sandbox="workspace-write")
    turn = me.say(thread, "go")
    me.begun("commandExecution")
    steer = {"threadId": thread, "expectedTurnId": turn, "input": [words("more")]}
    assert me.server.result("turn/steer", steer) == {"turnId": turn}
    assert me.say(thread, "and more") == turn
    (place.workspace / "go").touch()
    assert me.ends(turn)["status"] == "completed"
    said = [item["content"][0]["text"] for item in me.items(turn) if item["type"] == "userMessage"]
    assert said == ["go", "more", "and more"]
    assert [one in json.dumps(model.seen[1].json) for one in ("more", "and more")] == [True, True]


def test_words_from_outside_reach_the_model_as_what_a_tool_said(place: Place) -> None:
    model = place.model(says("Seen."))
    me = client(place)
    thread = me.start()
    outside = {"name": "mail", "namespace": "inbox", "output": "hello from afar"}
    both = {"threadId": thread, "input": [words("x")], "toolOutput": outside}
    assert me.server.error("turn/start", both)[1] == "`toolOutput` cannot be combined with nonempty `input`"
    started = me.server.result("turn/start", {"threadId": thread, "input": [], "toolOutput": outside})
    assert me.ends(started["turn"]["id"])["status"] == "completed"
    call, output = model.seen[0].json["input"][-2:]
    assert (call["type"], call["name"], output["output"]) == ("function_call", "inbox__mail", "hello from afar")
    said = me.items(started["turn"]["id"])[0]
    assert (said["type"], said["name"], said["output"]) == ("functionCallOutput", "mail", "hello from afar")


def test_an_interrupt_ends_the_turn_with_its_items(place: Place) -> None:
    place.model(runs("sleep", "60"))
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    me.begun("commandExecution")
    stale = me.server.error("turn/interrupt", {"threadId": thread, "turnId": "old"})
    assert stale == (-32600, f"expected active turn id `old` but found `{turn}`")
    assert me.server.result("turn/interrupt", {"threadId": thread, "turnId": turn}) == {}
    ended = me.ends(turn)
    assert (ended["status"], ended["error"]) == ("interrupted", None)
    assert len(me.items(turn)) == len(me.items(turn, "started")) == 2
    assert me.server.error("turn/interrupt", {"threadId": thread, "turnId": turn})[1] == "no active turn to interrupt"
    steer = {"threadId": thread, "expectedTurnId": turn, "input": [words("x")]}
    assert me.server.error("turn/steer", steer)[1] == "no active turn to steer"


def test_a_message_that_is_interrupted_ends_too(place: Place) -> None:
    place.model(hangs())
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    me.server.notification("item/agentMessage/delta")
    me.server.result("turn/interrupt", {"threadId": thread, "turnId": turn})
    me.ends(turn)
    assert [item["type"] for item in me.items(turn)] == ["userMessage", "agentMessage"]


def test_a_failure_is_told_with_its_kind(place: Place) -> None:
    place.model(Reply(status=404, body=[b"no such thing"]))
    me = client(place)
    turn = me.say(me.start(), "go")
    ended = me.ends(turn)
    kind = {"httpConnectionFailed": {"httpStatusCode": 404}}
    assert (ended["status"], ended["error"]["codexErrorInfo"]) == ("failed", kind)
    told = [one["method"] for one in me.told(turn)]
    assert told[-2:] == ["error", "turn/completed"]
    statuses = [one["params"]["status"]["type"] for one in me.server.messages if _is_status(one)]
    assert statuses == ["active", "systemError"]


def test_what_a_service_says_to_a_bad_request_stands_alone(place: Place) -> None:
    place.model(Reply(status=400, body=[b'{"error": {"message": "no such tool"}}']))
    me = client(place)
    error = me.run(me.start(), "go")["error"]
    assert (error["message"], error["codexErrorInfo"]) == ('{"error": {"message": "no such tool"}}', "other")


def test_a_turn_of_no_words_ends_at_once(place: Place) -> None:
    me = client(place)
    started = me.server.result("turn/start", {"threadId": me.start(), "input": []})
    assert me.ends(started["turn"]["id"])["status"] == "completed"


def test_two_threads_at_the_same_time_do_not_mix(place: Place) -> None:
    place.model(runs(*WAIT), says("One"), says("Two"))
    me = client(place)
    first, second = me.start(sandbox="workspace-write"), me.start()
    slow = me.say(first, "slow")
    me.begun("commandExecution")
    fast = me.run(second, "fast")
    assert fast["status"] == "completed"
    (place.workspace / "go").touch()
    me.ends(slow)
    assert {one["params"]["threadId"] for one in me.told(slow)} == {first}
    assert {one["params"]["threadId"] for one in me.told(fast["id"])} == {second}


def _is_status(message: dict[str, Any]) -> bool:
    return message.get("method") == "thread/status/changed"


@pytest.mark.parametrize("with_ids", [True, False])
def test_what_the_provider_looks_up_begins_and_ends(place: Place, with_ids: bool) -> None:
    actions: list[dict[str, Any]] = [
        {"type": "search", "query": "q", "queries": ["q", "r"]},
        {"type": "open_page", "url": "http://x"},
        {"type": "find_in_page", "url": "http://x", "pattern": "p"},
        {"type": "odd"},
    ]
    events: list[Any] = []
    for number, action in enumerate(actions):
        item = {"type": "web_search_call", **({"id": f"w{number}"} if with_ids else {})}
        events.append({"type": "response.output_item.added", "item": {**item, "status": "in_progress"}})
        events.append({"type": "response.output_item.done", "item": {**item, "status": "completed", "action": action}})
    place.model(stream(CREATED, *events, message("Done."), completed(10)))
    me = client(place)
    thread = me.start()
    turn = me.run(thread, "go")["id"]
    begun, ended = (
        [one for one in me.items(turn, end) if one["type"] == "webSearch"] for end in ("started", "completed")
    )
    assert [one["id"] for one in begun] == [one["id"] for one in ended]
    assert len({one["id"] for one in begun}) == len(actions)
    assert {(one["query"], one["action"]["type"]) for one in begun} == {("", "other")}
    assert [(one["query"], one["action"]) for one in ended] == [
        ("q", {"type": "search", "query": "q", "queries": ["q", "r"]}),
        ("http://x", {"type": "openPage", "url": "http://x"}),
        ("'p' in http://x", {"type": "findInPage", "url": "http://x", "pattern": "p"}),
        ("", {"type": "other"}),
    ]


def test_very_much_output_is_told_in_pieces_and_kept_in_part(place: Place) -> None:
    place.model(runs("sh", "-c", "yes é | head -c 3000000; echo end"), says("Done."), top=FREE)
    me = client(place)
    turn = me.run(me.start(), "go")["id"]
    pieces = [one["params"]["delta"] for one in me.told(turn) if one["method"].endswith("outputDelta")]
    text = "".join(pieces)
    assert (text.count("é"), "\ufffd" in text) == (1_000_000, False)
    (item,) = [one for one in me.items(turn) if one["type"] == "commandExecution"]
    assert len(item["aggregatedOutput"].encode()) <= 1 << 20
    assert item["aggregatedOutput"].startswith("é\né\n")
    assert item["aggregatedOutput"].endswith("end\n")
