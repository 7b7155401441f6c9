"""Questions to the client, and what its answers do."""

from __future__ import annotations

import json
from typing import Any

from app_server_client import AppServer
from app_server_place import Place
from app_server_replies import hangs, patches, runs, says

ASK = 'approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"'
MAKE = ("sh", "-c", "touch made")


def started(place: Place, *more: Any, top: str = ASK) -> tuple[AppServer, str]:
    """A server whose first turn wants to run `MAKE`."""
    place.model(runs(*MAKE), *more, says("Done."), top=top)
    server = place.server()
    conversation = server.conversation()
    server.say(conversation, "go")
    return server, conversation


def test_a_command_is_asked_for_with_all_that_is_known(place: Place) -> None:
    server, conversation = started(place)
    question = server.question("execCommandApproval")
    assert question["params"] == {
        "conversationId": conversation,
        "callId": "c1",
        "command": list(MAKE),
        "cwd": str(place.workspace),
        "reason": None,
        "risk": None,
        "parsedCmd": [{"type": "unknown", "cmd": "sh -c 'touch made'"}],
    }
    methods = server.methods()
    at = methods.index("execCommandApproval")
    assert methods[at - 1] == "codex/event/exec_approval_request"
    assert methods.index("codex/event/exec_command_begin") < at
    assert {"reason", "risk"}.isdisjoint(server.messages[at - 1]["params"]["msg"])
    server.reply(0, {"decision": "approved"})
    server.turns_end()
    assert (place.workspace / "made").exists()


def test_an_unknown_decision_counts_as_no(place: Place) -> None:
    server, _ = started(place)
    server.question("execCommandApproval")
    server.reply(0, {"decision": "allow"})
    end = server.event("exec_command_end")["msg"]
    assert (end["exit_code"], end["stderr"]) == (-1, "exec command rejected by user")
    server.turns_end()
    assert not (place.workspace / "made").exists()


def test_an_error_leaves_the_question_open(place: Place) -> None:
    server, _ = started(place)
    server.question("execCommandApproval")
    server.line('{"id":0,"error":{"code":-32000,"message":"not now"}}')
    server.result("getUserAgent")
    assert "exec_command_end" not in server.events()
    server.reply(0, {"decision": "approved"})
    server.turns_end()
    assert (place.workspace / "made").exists()


def test_a_second_answer_to_a_question_changes_nothing(place: Place) -> None:
    server, _ = started(place, runs("sh", "-c", "touch other", call_id="c2"))
    server.question("execCommandApproval")
    server.reply(0, {"decision": "approved"})
    server.question("execCommandApproval", 1)
    server.reply(0, {"decision": "approved"})
    server.reply("1", {"decision": "approved"})
    server.reply(7, {"decision": "approved"})
    server.result("getUserAgent")
    assert not (place.workspace / "other").exists()
    server.reply(1, {"decision": "denied"})
    server.turns_end()
    assert not (place.workspace / "other").exists()


def test_an_answer_after_the_turn_decides_nothing_later(place: Place) -> None:
    server, conversation = started(place, runs(*MAKE, call_id="c2"))
    server.question("execCommandApproval")
    server.result("interruptConversation", {"conversationId": conversation})
    server.reply(0, {"decision": "approved"})
    server.say(conversation, "again")
    server.question("execCommandApproval", 1)
    server.reply(0, {"decision": "approved"})
    server.result("getUserAgent")
    assert not (place.workspace / "made").exists()
    server.reply(1, {"decision": "denied"})
    server.turns_end()


def test_abort_ends_the_turn(place: Place) -> None:
    server, _ = started(place)
    server.question("execCommandApproval")
    server.reply(0, {"decision": "abort"})
    server.event("turn_aborted", reason="interrupted")
    assert "exec_command_end" in server.events()
    assert "task_complete" not in server.events()


def test_approval_for_the_session_is_remembered(place: Place) -> None:
    server, _ = started(place, runs(*MAKE, call_id="c2"))
    server.question("execCommandApproval")
    server.reply(0, {"decision": "approved_for_session"})
    server.turns_end()
    assert server.methods().count("execCommandApproval") == 1
    assert server.events().count("exec_command_end") == 2


def test_questions_are_numbered_through_all_conversations(place: Place) -> None:
    server, _ = started(place, runs(*MAKE))
    server.question("execCommandApproval")
    second = server.conversation()
    server.say(second, "go")
    assert server.question("execCommandApproval", 1)["params"]["conversationId"] == second
    server.reply(1, {"decision": "denied"})
    server.wait_for(
        lambda m: m.get("method") == "codex/event/task_complete" and m["params"]["conversationId"] == second
    )
    assert server.methods().count("codex/event/task_complete") == 1


def test_a_patch_is_asked_for_with_its_changes(place: Place) -> None:
    place.model(patches("*** Begin Patch\n*** Add File: n.txt\n+hi\n*** End Patch"), says("Done."), top=ASK)
    server = place.server()
    conversation = server.conversation()
    server.say(conversation, "go")
    question = server.question("applyPatchApproval")
    path = str(place.workspace / "n.txt")
    assert question["params"] == {
        "conversationId": conversation,
        "callId": "c1",
        "fileChanges": {path: {"add": {"content": "hi\n"}}},
        "reason": None,
        "grantRoot": None,
    }
    assert "patch_apply_begin" not in server.events()
    server.reply(0, {"decision": "approved"})
    server.turns_end()
    assert server.event("patch_apply_begin")["msg"]["auto_approved"] is False
    assert (place.workspace / "n.txt").read_text() == "hi\n"


def test_a_refused_patch_changes_nothing(place: Place) -> None:
    place.model(patches("*** Begin Patch\n*** Add File: n.txt\n+hi\n*** End Patch"), says("Done."), top=ASK)
    server = place.server()
    server.say(server.conversation(), "go")
    server.question("applyPatchApproval")
    server.reply(0, {"decision": "denied"})
    server.turns_end()
    assert not (place.workspace / "n.txt").exists()
    assert "patch_apply_begin" not in server.events()


def test_a_blocked_command_comes_with_its_risk(place: Place) -> None:
    outside = place.root / "outside"
    verdict = {"description": "creates a file", "risk_level": "low", "risk_categories": ["system_modification"]}
    top = 'approval_policy = "on-failure"\nsandbox_mode = "read-only"\nexperimental_sandbox_command_assessment = true'
    place.model(runs("touch", str(outside)), says(json.dumps(verdict)), says("Done."), top=top)
    server = place.server()
    server.say(server.conversation(), "go")
    params = server.question("execCommandApproval")["params"]
    assert params["risk"] == verdict
    assert params["reason"]
    server.reply(0, {"decision": "denied"})
    server.turns_end()
    assert not outside.exists()


def test_two_listeners_are_one_user_who_is_asked_once(place: Place) -> None:
    place.model(runs(*MAKE), says("Done."), top=ASK)
    server = place.server()
    conversation = server.conversation()
    server.listen(conversation)
    server.say(conversation, "go")
    server.question("execCommandApproval")
    server.reply(0, {"decision": "approved"})
    server.turns_end(2)
    assert server.methods().count("execCommandApproval") == 1
    assert server.events().count("exec_approval_request") == 2
    assert server.event("exec_command_end")["msg"]["exit_code"] == 0


def test_without_a_listener_nobody_is_asked(place: Place) -> None:
    model = place.model(runs(*MAKE), says("Done."), hangs(), top=ASK)
    server = place.server()
    conversation = server.result("newConversation", {})["conversationId"]
    server.say(conversation, "go")
    while not model.seen:
        server.result("getUserAgent")
    assert "execCommandApproval" not in server.methods()
    server.listen(conversation)
    server.question("execCommandApproval")
    server.reply(0, {"decision": "denied"})
    server.turns_end()
