"""Questions to a client of today, and what its answers do."""

from __future__ import annotations

from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import patches, runs, says
from threads_client import ThreadsClient, client

ASK = 'approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"'
MAKE = ("sh", "-c", "touch made")
COMMAND, PATCH = "item/commandExecution/requestApproval", "item/fileChange/requestApproval"
ADD = "*** Begin Patch\n*** Add File: n.txt\n+one\n*** End Patch"


def asking(place: Place, *replies: Any, top: str = ASK) -> tuple[ThreadsClient, str]:
    """A client whose turn asks something."""
    place.model(*replies, says("Done."), top=top)
    me = client(place)
    return me, me.say(me.start(), "go")


def statuses(me: ThreadsClient) -> list[Any]:
    """What was told beside the turn itself: the thread's status, and that a question is answered."""
    kinds = ("thread/status/changed", "serverRequest/resolved")
    return [one for one in list(me.server.messages) if one.get("method") in kinds]


def test_a_command_is_begun_then_asked_for_then_run(place: Place) -> None:
    me, turn = asking(place, runs(*MAKE))
    asked = me.asked(COMMAND)
    assert (asked["turnId"], asked["itemId"], asked["command"]) == (turn, "c1", "sh -c 'touch made'")
    assert asked["commandActions"] == [{"type": "unknown", "command": "sh -c 'touch made'"}]
    me.server.reply(0, {"decision": "accept"})
    me.ends(turn)
    assert (place.workspace / "made").exists()
    # The rest of the answer, with its usage, may come while the client is asked.
    told = [one for one in me.told(turn) + statuses(me) if one["method"] != "thread/tokenUsage/updated"]
    told = sorted(told, key=me.server.messages.index)
    methods = [one["method"] for one in told]
    at = methods.index(COMMAND)
    assert methods[at - 2 : at + 3] == [
        "item/started",
        "thread/status/changed",
        COMMAND,
        "serverRequest/resolved",
        "thread/status/changed",
    ]
    assert told[at - 1]["params"]["status"]["activeFlags"] == ["waitingOnApproval"]
    assert [item["status"] for item in me.items(turn) if item["type"] == "commandExecution"] == ["completed"]


@pytest.mark.parametrize("answer", [{"decision": "decline"}, {}, {"decision": "yes"}, {"decision": 1}, None, []])
def test_what_is_no_consent_is_a_refusal(place: Place, answer: Any) -> None:
    me, turn = asking(place, runs(*MAKE))
    me.asked(COMMAND)
    me.server.reply(0, answer)
    assert me.ends(turn)["status"] == "completed"
    command = me.items(turn)[1]
    assert (command["status"], command["exitCode"]) == ("declined", None)
    assert not (place.workspace / "made").exists()


def test_an_error_is_a_refusal(place: Place) -> None:
    me, turn = asking(place, runs(*MAKE))
    me.asked(COMMAND)
    me.server.line('{"id":0,"error":{"code":-32000,"message":"no idea"}}')
    assert me.ends(turn)["status"] == "completed"
    assert not (place.workspace / "made").exists()


def test_cancel_refuses_and_ends_the_turn(place: Place) -> None:
    me, turn = asking(place, runs(*MAKE))
    me.asked(COMMAND)
    me.server.reply(0, {"decision": "cancel"})
    assert me.ends(turn)["status"] == "interrupted"
    assert me.items(turn)[1]["status"] == "declined"


def test_consent_for_the_session_is_remembered(place: Place) -> None:
    me, turn = asking(place, runs(*MAKE), runs(*MAKE, call_id="c2"))
    me.asked(COMMAND)
    me.server.reply(0, {"decision": "acceptForSession"})
    me.ends(turn)
    assert me.server.methods().count(COMMAND) == 1


def test_a_rule_may_be_made_of_consent(place: Place) -> None:
    make = ("touch", "made")
    me, turn = asking(place, runs(*make), runs(*make, call_id="c2"))
    asked = me.asked(COMMAND)
    assert asked["proposedExecpolicyAmendment"] == ["touch", "made"]
    amendment = {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": ["touch", "made"]}}
    assert asked["availableDecisions"] == ["accept", "acceptForSession", amendment, "decline", "cancel"]
    me.server.reply(0, {"decision": amendment})
    me.ends(turn)
    assert me.server.methods().count(COMMAND) == 1
    rule = (place.home / "rules" / "default.rules").read_text()
    assert rule.startswith('prefix_rule(pattern=["touch", "made"], decision="allow", justification="')


@pytest.mark.parametrize("words", [["rm"], [], ["touch", "other"], ["touch", "made", "more"], "touch", [1]])
def test_no_rule_is_made_for_anything_else(place: Place, words: Any) -> None:
    me, turn = asking(place, runs("touch", "made"))
    me.asked(COMMAND)
    me.server.reply(0, {"decision": {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": words}}})
    me.ends(turn)
    assert not (place.home / "rules").exists()


def test_nothing_is_proposed_for_a_shell(place: Place) -> None:
    me, turn = asking(place, runs("bash", "-c", "make; $X"))
    assert "proposedExecpolicyAmendment" not in me.asked(COMMAND)
    me.server.reply(0, {"decision": "decline"})
    me.ends(turn)


def test_a_patch_is_an_item_before_it_is_asked_for(place: Place) -> None:
    me, turn = asking(place, patches(ADD))
    asked = me.asked(PATCH)
    begun = me.items(turn, "started")[1]
    assert (begun["id"], begun["status"]) == (asked["itemId"], "inProgress")
    assert begun["changes"][0]["diff"] == "one\n"
    me.server.reply(0, {"decision": "accept"})
    me.ends(turn)
    assert [item["status"] for item in me.items(turn) if item["type"] == "fileChange"] == ["completed"]
    assert len([item for item in me.items(turn, "started") if item["type"] == "fileChange"]) == 1


def test_a_refused_patch_is_told_declined(place: Place) -> None:
    me, turn = asking(place, patches(ADD))
    me.asked(PATCH)
    me.server.reply(0, {"decision": "decline"})
    assert me.ends(turn)["status"] == "completed"
    assert me.items(turn)[1]["status"] == "declined"
    assert not (place.workspace / "n.txt").exists()


def test_an_interrupt_resolves_the_open_question(place: Place) -> None:
    me, turn = asking(place, runs(*MAKE))
    asked = me.asked(COMMAND)
    me.server.result("turn/interrupt", {"threadId": asked["threadId"], "turnId": turn})
    assert me.ends(turn)["status"] == "interrupted"
    methods = me.server.methods()
    assert methods.index("serverRequest/resolved") < methods.index("turn/completed")


def test_on_failure_is_told_as_on_request(place: Place) -> None:
    me = client(place)
    assert me.server.result("thread/start", {"approvalPolicy": "on-failure"})["approvalPolicy"] == "on-request"
