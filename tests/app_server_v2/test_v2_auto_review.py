"""A model decides in the user's place, as the Python client has it by default."""

from __future__ import annotations

import json
from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import calls, hangs, patches, says
from model_server import Reply
from threads_client import ThreadsClient, client

ESCALATED = {
    "command": ["sh", "-c", "touch made"],
    "with_escalated_permissions": True,
    "justification": "it is needed",
}
OUTSIDE = "*** Begin Patch\n*** Add File: ../outside.txt\n+one\n*** End Patch"
REVIEWED = {"approvalPolicy": "on-request", "approvalsReviewer": "auto_review"}
VERDICT = {"outcome": "allow", "risk_level": "low", "user_authorization": "high", "rationale": "It was\nasked for."}
QUESTIONS = ("item/commandExecution/requestApproval", "item/fileChange/requestApproval")


def reviewed(place: Place, call: Reply, *answers: Reply) -> tuple[ThreadsClient, str, Any]:
    """A turn that wants more than it may; who answers to that is a model."""
    model = place.model(call, *answers, says("Done."), top='model_reasoning_effort = "high"')
    me = client(place)
    started = me.server.result("thread/start", REVIEWED)
    assert (started["approvalPolicy"], started["approvalsReviewer"]) == ("on-request", "auto_review")
    return me, me.say(started["thread"]["id"], "please touch made"), model


def reviews(me: ThreadsClient, turn: str) -> list[tuple[str, Any]]:
    found = [one for one in me.told(turn) if "autoApprovalReview" in one["method"]]
    return [(one["method"].rpartition("/")[2], one["params"]) for one in found]


def test_a_command_that_is_allowed_runs(place: Place) -> None:
    me, turn, _ = reviewed(place, calls("shell", ESCALATED), says(json.dumps(VERDICT)))
    assert me.ends(turn)["status"] == "completed"
    assert (place.workspace / "made").exists()
    (begun, first), (over, last) = reviews(me, turn)
    assert (begun, over) == ("started", "completed")
    assert first["review"] == {"status": "inProgress", "riskLevel": None, "userAuthorization": None, "rationale": None}
    assert first["action"] == {
        "type": "command",
        "source": "shell",
        "command": "sh -c 'touch made'",
        "cwd": str(place.workspace),
    }
    assert (first["targetItemId"], first["reviewId"]) == ("c1", last["reviewId"])
    assert (last["review"]["status"], last["review"]["riskLevel"]) == ("approved", "low")
    assert last["decisionSource"] == "agent"
    assert first["startedAtMs"] == last["startedAtMs"] <= last["completedAtMs"]


def test_the_verdict_comes_after_the_beginning_and_before_the_end_of_the_command(place: Place) -> None:
    me, turn, _ = reviewed(place, calls("shell", ESCALATED), says(json.dumps(VERDICT)))
    me.ends(turn)
    methods = me.server.methods()
    places = [methods.index(f"item/autoApprovalReview/{end}") for end in ("started", "completed")]
    assert methods[places[0] - 1] == "item/started"
    assert methods[places[1] - 1] == "guardianWarning"
    warning = next(one for one in me.server.messages if one.get("method") == "guardianWarning")["params"]["message"]
    assert warning == "A command was allowed by the automatic reviewer (risk: low): It was asked for."


def test_the_reviewer_is_a_conversation_of_its_own_that_can_change_nothing(place: Place) -> None:
    me, turn, model = reviewed(place, calls("shell", ESCALATED), says(json.dumps(VERDICT)))
    me.ends(turn)
    own, asked = model.seen[0].json, model.seen[1].json
    assert asked["prompt_cache_key"] != own["prompt_cache_key"]
    assert asked["instructions"] != own["instructions"]
    assert asked["reasoning"]["effort"] == "low"
    assert asked["text"]["format"]["schema"]["required"][0] == "outcome"
    case = json.dumps(asked["input"])
    assert "please touch made" in case
    assert "touch made" in case
    assert "it is needed" in case
    assert "<sandbox_mode>read-only</sandbox_mode>" in case
    assert len(place.sessions()) == 1


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (says(json.dumps({**VERDICT, "outcome": "deny"})), "denied"),
        (says("Sure, go ahead!"), "denied"),
        (says('{"outcome": "allow", "risk_level": "none at all"}'), "denied"),
        (says("[]"), "denied"),
        (Reply(status=400, body=[b"no"]), "denied"),
    ],
    ids=["no", "prose", "odd", "list", "failure"],
)
def test_everything_but_consent_refuses(place: Place, answer: Reply, status: str) -> None:
    me, turn, model = reviewed(place, calls("shell", ESCALATED), answer)
    assert me.ends(turn)["status"] == "completed"
    assert not (place.workspace / "made").exists()
    assert reviews(me, turn)[-1][1]["review"]["status"] == status
    command = me.items(turn)[1]
    assert (command["status"], command["exitCode"]) == ("declined", None)
    assert not set(QUESTIONS) & set(me.server.methods())
    assert "another way" in json.dumps(model.seen[-1].json["input"][-1])


def test_a_patch_that_is_refused_is_told_declined_and_not_applied(place: Place) -> None:
    me, turn, _ = reviewed(place, patches(OUTSIDE), says(json.dumps({"outcome": "deny"})))
    assert me.ends(turn)["status"] == "completed"
    assert reviews(me, turn)[0][1]["action"]["type"] == "applyPatch"
    assert [item["status"] for item in me.items(turn) if item["type"] == "fileChange"] == ["declined"]
    assert not (place.root / "outside.txt").exists()


def test_an_interrupt_ends_the_review(place: Place) -> None:
    me, turn, _ = reviewed(place, calls("shell", ESCALATED), hangs())
    begun = me.server.wait_for(lambda one: one.get("method") == "item/autoApprovalReview/started")["params"]
    me.server.result("turn/interrupt", {"threadId": begun["threadId"], "turnId": turn})
    assert me.ends(turn)["status"] == "interrupted"
    assert reviews(me, turn)[-1][1]["review"]["status"] == "aborted"
    assert not (place.workspace / "made").exists()


def test_the_reviewer_can_be_changed_between_turns_and_configured(place: Place) -> None:
    place.model(calls("shell", ESCALATED), says("One."), top='approvals_reviewer = "auto_review"')
    me = client(place)
    started = me.server.result("thread/start", {"approvalPolicy": "on-request"})
    assert started["approvalsReviewer"] == "auto_review"
    turn = me.say(started["thread"]["id"], "go", approvalsReviewer="user")
    me.asked(QUESTIONS[0])
    me.server.reply(0, {"decision": "decline"})
    assert me.ends(turn)["status"] == "completed"
