"""What is no turn of the user: reviews, compaction, commands, models, settings."""

from __future__ import annotations

import json

from app_server_place import Place
from app_server_replies import hangs, runs, says
from threads_client import client

VERDICT = {
    "findings": [],
    "overall_correctness": "patch is correct",
    "overall_explanation": "Looks fine.",
    "overall_confidence_score": 0.9,
}


def test_a_review_is_a_turn_with_its_result(place: Place) -> None:
    place.model(says(json.dumps(VERDICT)))
    me = client(place)
    thread = me.start()
    begun = me.server.result("review/start", {"threadId": thread, "target": {"type": "uncommittedChanges"}})
    assert begun["reviewThreadId"] == thread
    turn = begun["turn"]["id"]
    assert me.ends(turn)["status"] == "completed"
    items = me.items(turn)
    assert [item["type"] for item in items] == ["enteredReviewMode", "exitedReviewMode", "agentMessage"]
    assert (items[1]["review"], items[2]["text"]) == ("Looks fine.", "Looks fine.")
    assert len(me.items(turn, "started")) == 3


def test_a_turn_cannot_join_a_review(place: Place) -> None:
    place.model(hangs())
    me = client(place)
    thread = me.start()
    target = {"type": "custom", "instructions": "look"}
    turn = me.server.result("review/start", {"threadId": thread, "target": target})["turn"]["id"]
    me.begun("enteredReviewMode")
    answer = me.server.call("turn/start", {"threadId": thread, "input": []})["error"]
    assert answer["data"] == {"codexErrorInfo": {"activeTurnNotSteerable": {"turnKind": "review"}}}
    me.server.result("turn/interrupt", {"threadId": thread, "turnId": turn})
    assert me.ends(turn)["status"] == "interrupted"


def test_a_compaction_is_a_turn_of_its_own(place: Place) -> None:
    place.model(says("Hello"), says("a summary"), says("More"))
    me = client(place)
    thread = me.start()
    me.run(thread, "hi")
    assert me.server.result("thread/compact/start", {"threadId": thread}) == {}
    second = me.server.wait_for(lambda message: message.get("method") == "turn/completed", 2)["params"]["turn"]
    assert [item["type"] for item in me.items(second["id"])] == ["contextCompaction"]
    assert me.run(thread, "more")["status"] == "completed"


def test_a_compaction_is_taken_back(place: Place) -> None:
    place.model(says("Hello"), says("a summary"), says("More"))
    me = client(place)
    thread = me.start()
    me.run(thread, "hi")
    me.server.result("thread/compact/start", {"threadId": thread})
    me.server.wait_for(lambda message: message.get("method") == "turn/completed", 2)
    assert me.server.result("thread/compact/rollback", {"threadId": thread}) == {}
    third = me.server.wait_for(lambda message: message.get("method") == "turn/completed", 3)["params"]["turn"]
    assert [item["type"] for item in me.items(third["id"])] == ["agentMessage"]
    assert third["status"] == "completed"
    assert me.run(thread, "more")["status"] == "completed"


def test_a_command_of_the_client_runs_in_the_sandbox_it_asks_for(place: Place) -> None:
    me = client(place)
    ran = me.server.result("command/exec", {"command": ["sh", "-c", "echo out; echo err >&2; exit 3"]})
    assert ran == {"exitCode": 3, "stdout": "out\n", "stderr": "err\n"}
    write = {"command": ["touch", "made"], "sandboxPolicy": {"type": "workspaceWrite"}}
    assert me.server.result("command/exec", write)["exitCode"] == 0
    assert (place.workspace / "made").exists()
    assert me.server.error("command/exec", {"command": []})[0] == -32600


def test_exactly_one_model_is_the_default(place: Place) -> None:
    listed = client(place).server.result("model/list", {"includeHidden": False})
    assert [model["isDefault"] for model in listed["data"]].count(True) == 1
    assert not any(model["hidden"] for model in listed["data"])
    efforts = listed["data"][0]["supportedReasoningEfforts"]
    assert {"reasoningEffort", "description"} == set(efforts[0])


def test_the_settings_in_force_can_be_read_without_their_secrets(place: Place) -> None:
    place.configure('model = "mine"\n[model_providers.p]\nname = "p"\nexperimental_bearer_token = "hidden"\n')
    read = client(place).server.result("config/read", {})
    assert read["config"]["model"] == "mine"
    assert read["origins"]["model"]["name"]["file"].endswith("config.toml")
    assert "hidden" not in json.dumps(read)


def test_feedback_names_its_thread(place: Place) -> None:
    me = client(place)
    thread = me.start()
    assert me.server.result("feedback/upload", {"classification": "good", "threadId": thread}) == {"threadId": thread}


def test_a_turn_at_a_limit_fails_with_its_kind(place: Place) -> None:
    place.model(runs("true"), says("Hi"), top="max_turns = 1")
    me = client(place)
    thread = me.start()
    failed = me.ends(me.say(thread, "go"))
    assert failed["status"] == "failed"
    assert failed["error"]["codexErrorInfo"] == "sessionBudgetExceeded"
    assert me.ends(me.say(thread, "on"))["status"] == "completed"
