"""What a turn tells an editor: words, thoughts, calls of tools, plans, questions, and how it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import CREATED, calls, deltas, patches, runs, says
from editor import Editor, editor
from model_server import completed, message, stream

FREE = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"'
ASK = 'approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"'
PATCH = """*** Begin Patch
*** Update File: a.txt
@@
 one
-two
+TWO
*** Add File: b.txt
+new
*** End Patch
"""


def test_words_come_as_they_grow_and_only_once(place: Place) -> None:
    place.model(deltas(["He", "llo"]))
    here = editor(place)
    session = here.open()
    here.run(session, "x")
    chunks = here.updates(session, "agent_message_chunk")
    assert [one["content"]["text"] for one in chunks] == ["He", "llo"]
    assert len({one["messageId"] for one in chunks}) == 1


def test_thoughts_are_told_apart_from_words(place: Place) -> None:
    thought = {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "Hm."}]}
    place.model(stream(CREATED, {"type": "response.output_item.done", "item": thought}, message("Yes"), completed(10)))
    here = editor(place)
    session = here.open()
    here.run(session, "x")
    assert (here.heard(session, "agent_thought_chunk"), here.heard(session)) == ("Hm.", "Yes")


def test_a_command_begins_and_ends_once_with_its_output(place: Place) -> None:
    place.model(runs("bash", "-lc", "echo out; exit 3"), says("Done."), top=FREE)
    here = editor(place)
    session = here.open()
    here.run(session, "x")
    (start,) = here.updates(session, "tool_call")
    assert (start["title"], start["kind"], start["status"]) == ("echo out; exit 3", "execute", "in_progress")
    assert start["rawInput"]["cwd"] == str(place.workspace)
    *_, end = calls_of(here, session)
    assert (end["status"], end["rawOutput"]) == ("failed", {"exit_code": 3})
    assert end["content"] == [{"type": "content", "content": {"type": "text", "text": "out\n"}}]


def test_commands_that_only_read_say_so_and_where(place: Place) -> None:
    (place.workspace / "a.txt").write_text("x\n")
    place.model(runs("cat", "a.txt"), runs("rg", "x", call_id="c2"), says("Done."), top=FREE)
    here = editor(place)
    session = here.open()
    here.run(session, "x")
    read, search = here.updates(session, "tool_call")
    assert (read["kind"], read["locations"]) == ("read", [{"path": str(place.workspace / "a.txt")}])
    assert search["kind"] == "search"


def test_the_same_call_id_of_the_model_is_two_calls(place: Place) -> None:
    place.model(runs("true"), runs("true"), says("Done."), top=FREE)
    here = editor(place)
    session = here.open()
    here.run(session, "x")
    assert len({one["toolCallId"] for one in here.updates(session, "tool_call")}) == 2
    assert every_call_ended_once(here, session)


def test_a_terminal_of_the_editor_gets_each_piece_once(place: Place) -> None:
    place.model(runs("sh", "-c", "echo one; echo two"), says("Done."), top=FREE)
    here = editor(place, capabilities={"_meta": {"terminal_output": True}})
    session = here.open()
    here.run(session, "x")
    (start,) = here.updates(session, "tool_call")
    terminal = start["toolCallId"]
    assert start["content"] == [{"type": "terminal", "terminalId": terminal}]
    assert start["_meta"]["terminal_info"]["terminal_id"] == terminal
    told = [one["_meta"] for one in here.updates(session, "tool_call_update")]
    assert "".join(one["terminal_output"]["data"] for one in told if "terminal_output" in one) == "one\ntwo\n"
    assert told[-1]["terminal_exit"] == {"terminal_id": terminal, "exit_code": 0, "signal": None}


def test_a_patch_shows_whole_texts_before_and_after(place: Place) -> None:
    (place.workspace / "a.txt").write_text("zero\none\ntwo\nthree\n" + "rest\n" * 20)
    place.model(patches(PATCH), says("Done."), top=FREE)
    here = editor(place)
    session = here.open()
    here.run(session, "x")
    (start,) = here.updates(session, "tool_call")
    assert start["kind"] == "edit"
    rest = "rest\n" * 20
    assert start["content"] == [
        {
            "type": "diff",
            "path": str(place.workspace / "a.txt"),
            "oldText": f"zero\none\ntwo\nthree\n{rest}",
            "newText": f"zero\none\nTWO\nthree\n{rest}",
        },
        {"type": "diff", "path": str(place.workspace / "b.txt"), "newText": "new\n"},
    ]
    assert start["locations"] == [{"path": str(place.workspace / name)} for name in ("a.txt", "b.txt")]
    assert calls_of(here, session)[-1]["status"] == "completed"


def test_the_plan_is_told_whole_each_time(place: Place) -> None:
    steps = [{"step": "look", "status": "in_progress"}, {"step": "leap", "status": "pending"}]
    place.model(calls("update_plan", {"plan": steps}), says("Done."))
    here = editor(place)
    session = here.open()
    here.run(session, "x")
    (plan,) = here.updates(session, "plan")
    assert plan["entries"] == [
        {"content": "look", "priority": "medium", "status": "in_progress"},
        {"content": "leap", "priority": "medium", "status": "pending"},
    ]


def test_a_command_that_is_allowed_runs(place: Place) -> None:
    place.model(runs("touch", "made"), runs("touch", "made", call_id="c2"), says("Done."), top=ASK)
    here = editor(place)
    session = here.open()
    prompt = here.say(session, "x")
    question = here.asked()
    call = question["params"]["toolCall"]
    assert (call["title"], call["status"]) == ("touch made", "pending")
    assert [option["kind"] for option in question["params"]["options"]] == [
        "allow_once",
        "allow_always",
        "reject_once",
    ]
    here.choose(question, "approved-for-session")
    assert here.ends(prompt)["stopReason"] == "end_turn"
    assert (place.workspace / "made").exists()
    assert call["toolCallId"] == here.updates(session, "tool_call")[0]["toolCallId"]
    assert every_call_ended_once(here, session)


def test_a_refused_command_fails_and_the_turn_goes_on(place: Place) -> None:
    place.model(runs("touch", "made"), says("Without, then."), top=ASK)
    here = editor(place)
    session = here.open()
    prompt = here.say(session, "x")
    here.choose(here.asked(), "denied")
    assert here.ends(prompt)["stopReason"] == "end_turn"
    assert here.heard(session) == "Without, then."
    assert calls_of(here, session)[-1]["status"] == "failed"
    assert not (place.workspace / "made").exists()


@pytest.mark.parametrize("decision", ["approved", "denied"])
def test_a_patch_is_shown_before_it_is_allowed(place: Place, decision: str) -> None:
    (place.workspace / "a.txt").write_text("one\ntwo\n")
    place.model(patches(PATCH), says("Done."), top=ASK)
    here = editor(place)
    session = here.open()
    prompt = here.say(session, "x")
    question = here.asked()
    assert question["params"]["toolCall"]["content"][0]["newText"] == "one\nTWO\n"
    here.choose(question, decision)
    assert here.ends(prompt)["stopReason"] == "end_turn"
    assert (place.workspace / "b.txt").exists() == (decision == "approved")
    assert calls_of(here, session)[-1]["status"] == ("completed" if decision == "approved" else "failed")
    assert every_call_ended_once(here, session)


@pytest.mark.parametrize(
    "answer",
    [
        {"outcome": {"outcome": "cancelled"}},
        {"outcome": {"outcome": "selected", "optionId": "who knows"}},
        {},
        None,
    ],
)
def test_what_is_no_consent_ends_the_turn(place: Place, answer: Any) -> None:
    place.model(runs("touch", "made"), top=ASK)
    here = editor(place)
    session = here.open()
    prompt = here.say(session, "x")
    here.reply(here.asked(), answer)
    assert here.ends(prompt)["stopReason"] == "cancelled"
    assert not (place.workspace / "made").exists()
    assert every_call_ended_once(here, session)


def test_an_error_for_an_answer_ends_the_turn(place: Place) -> None:
    place.model(runs("touch", "made"), top=ASK)
    here = editor(place)
    prompt = here.say(here.open(), "x")
    number = here.asked()["id"]
    here.server.line(json.dumps({"jsonrpc": "2.0", "id": number, "error": {"code": -32603, "message": "no"}}))
    assert here.ends(prompt)["stopReason"] == "cancelled"


def test_a_cancelled_turn_ends_its_calls(place: Place) -> None:
    place.model(runs("sh", "-c", "echo begun; exec sleep 100"), says("Again"), top=FREE)
    here = editor(place)
    session = here.open()
    prompt = here.say(session, "x")
    here.server.wait_for(lambda one: "begun" in json.dumps(one.get("params", {}).get("update", {}).get("content")))
    here.notify("session/cancel", {"sessionId": session})
    assert here.ends(prompt)["stopReason"] == "cancelled"
    assert calls_of(here, session)[-1]["status"] == "failed"
    assert every_call_ended_once(here, session)
    assert here.run(session, "y")["stopReason"] == "end_turn"


def test_a_cancel_while_a_question_is_open(place: Place) -> None:
    place.model(runs("touch", "made"), says("Again"), top=ASK)
    here = editor(place)
    session = here.open()
    prompt = here.say(session, "x")
    question = here.asked()
    here.notify("session/cancel", {"sessionId": session})
    here.reply(question, {"outcome": {"outcome": "cancelled"}})
    assert here.ends(prompt)["stopReason"] == "cancelled"
    assert here.run(session, "y")["stopReason"] == "end_turn"


def test_slash_commands(place: Place) -> None:
    (place.home / "prompts").mkdir()
    (place.home / "prompts" / "greet.md").write_text("---\nargument-hint: NAME\n---\nGreet $1 warmly")
    (place.home / "prompts" / "review.md").write_text("no")
    verdict = {
        "findings": [],
        "overall_correctness": "patch is correct",
        "overall_explanation": "All good.",
        "overall_confidence_score": 1.0,
    }
    model = place.model(says("Hi"), says(json.dumps(verdict)), says("A summary"), says("Ordinary"), says("File"))
    here = editor(place)
    session = here.open()
    here.run(session, "/greet Ada")
    assert "Greet Ada warmly" in json.dumps(model.seen[0].json)
    here.run(session, "/review only the tests")
    assert "only the tests" in json.dumps(model.seen[1].json)
    assert here.heard(session).endswith("All good.")
    assert here.run(session, "/compact")["stopReason"] == "end_turn"
    here.run(session, "/unknown word")
    assert "/unknown word" in json.dumps(model.seen[3].json)
    here.run(session, "/init")
    assert "AGENTS.md" in json.dumps(model.seen[4].json)
    (place.workspace / "AGENTS.md").write_text("x")
    for words, answer in (("/init", "already there"), ("/review-branch", "Which branch?"), ("/logout", "logged out")):
        assert here.run(session, words) == {"stopReason": "end_turn"}
        assert answer in here.heard(session)
    commands = here.updates(session, "available_commands_update")[0]["availableCommands"]
    assert commands[-1] == {"name": "greet", "description": "send a prompt of your own", "input": {"hint": "NAME"}}
    assert len(commands) == 7


def calls_of(here: Editor, session: str) -> list[Any]:
    """Ends of calls."""
    return [one for one in here.updates(session, "tool_call_update") if one.get("status") in ("completed", "failed")]


def every_call_ended_once(here: Editor, session: str) -> bool:
    begun = [one["toolCallId"] for one in here.updates(session, "tool_call")]
    ended = [one["toolCallId"] for one in calls_of(here, session)]
    return sorted(begun) == sorted(ended) and len(set(begun)) == len(begun)


def test_what_the_user_has_not_saved_is_saved_before_a_patch(place: Place) -> None:
    (place.workspace / "a.txt").write_text("one\ntwo\n")
    (place.workspace / "windows.txt").write_bytes(b"one\r\n")
    patch = PATCH.replace("*** Add File", "*** Update File: windows.txt\n@@\n-one\n+ONE\n*** Add File")
    place.model(patches(patch), says("Done."), top=FREE)
    here = editor(place, capabilities={"fs": {"readTextFile": True, "writeTextFile": True}})
    prompt = here.say(here.open(), "x")
    buffers = {"a.txt": "mine\none\ntwo\n", "windows.txt": "mine\n"}
    for count in (1, 2):
        question = here.server.wait_for(lambda one: one.get("method") == "fs/read_text_file", count)
        here.reply(question, {"content": buffers[question["params"]["path"].rpartition("/")[2]]})
    written = here.server.wait_for(lambda one: one.get("method") == "fs/write_text_file")
    assert written["params"]["content"] == buffers["a.txt"]
    (place.workspace / "a.txt").write_text(written["params"]["content"])
    here.reply(written, {})
    here.ends(prompt)
    assert (place.workspace / "a.txt").read_text() == "mine\none\nTWO\n"
    assert (place.workspace / "windows.txt").read_bytes() == b"ONE\r\n"


def test_an_editor_that_cannot_read_a_file_holds_no_patch_up(place: Place) -> None:
    (place.workspace / "a.txt").write_text("one\ntwo\n")
    place.model(patches(PATCH), says("Done."), top=FREE)
    here = editor(place, capabilities={"fs": {"readTextFile": True, "writeTextFile": True}})
    prompt = here.say(here.open(), "x")
    question = here.server.wait_for(lambda one: one.get("method") == "fs/read_text_file")
    error = {"code": -32603, "message": "no"}
    here.server.line(json.dumps({"jsonrpc": "2.0", "id": question["id"], "error": error}))
    here.ends(prompt)
    assert (place.workspace / "a.txt").read_text() == "one\nTWO\n"


TERMINALS = {"fs": {}, "terminal": True}
IN_TERMINALS = f"{FREE}\n[acp]\nclient_terminals = true"


def asks(here: Editor, method: str, count: int = 1) -> Any:
    return here.server.wait_for(lambda one: one.get("method") == f"terminal/{method}", count)


def test_a_cancelled_turn_kills_what_runs_in_a_terminal_of_the_client(place: Place) -> None:
    place.model(runs("sleep", "600"), top=IN_TERMINALS)
    here = editor(place, capabilities=TERMINALS)
    session = here.open()
    prompt = here.say(session, "go")
    made = asks(here, "create")
    assert made["params"]["sessionId"] == session
    assert (made["params"]["command"], made["params"]["args"]) == ("sleep", ["600"])
    here.reply(made, {"terminalId": "t9"})
    asks(here, "wait_for_exit")
    here.notify("session/cancel", {"sessionId": session})
    assert here.ends(prompt)["stopReason"] == "cancelled"
    for method in ("kill", "release"):
        assert asks(here, method)["params"]["terminalId"] == "t9"


def test_a_client_that_gives_no_terminal_leaves_the_command_to_us(place: Place) -> None:
    place.model(runs("touch", "made"), says("Done"), top=IN_TERMINALS)
    here = editor(place, capabilities=TERMINALS)
    prompt = here.say(here.open(), "go")
    made = asks(here, "create")
    refusal = {"jsonrpc": "2.0", "id": made["id"], "error": {"code": -32603, "message": "no"}}
    here.server.line(json.dumps(refusal))
    assert here.ends(prompt)["stopReason"] == "end_turn"
    assert (place.workspace / "made").exists()


@pytest.mark.parametrize("answer", [{}, {"terminalId": 5}])
def test_a_command_that_the_client_may_have_begun_is_not_run_once_more(place: Place, answer: Any) -> None:
    place.model(runs("touch", "made"), says("Done"), top=IN_TERMINALS)
    here = editor(place, capabilities=TERMINALS)
    session = here.open()
    prompt = here.say(session, "go")
    here.reply(asks(here, "create"), answer)
    assert here.ends(prompt)["stopReason"] == "end_turn"
    assert not (place.workspace / "made").exists()
    assert [one["status"] for one in here.updates(session, "tool_call_update") if "status" in one] == ["failed"]


def test_a_terminal_that_comes_after_the_turn_was_cancelled_is_ended(place: Place) -> None:
    place.model(runs("sleep", "600"), top=IN_TERMINALS)
    here = editor(place, capabilities=TERMINALS)
    session = here.open()
    prompt = here.say(session, "go")
    made = asks(here, "create")
    here.notify("session/cancel", {"sessionId": session})
    assert here.ends(prompt)["stopReason"] == "cancelled"
    here.reply(made, {"terminalId": "late"})
    for method in ("kill", "release"):
        assert asks(here, method)["params"]["terminalId"] == "late"


def test_a_terminal_that_breaks_fails_the_command_and_not_the_turn(place: Place) -> None:
    place.model(runs("true"), runs("true", call_id="c2"), says("Done"), top=IN_TERMINALS)
    here = editor(place, capabilities=TERMINALS)
    session = here.open()
    prompt = here.say(session, "go")
    here.reply(asks(here, "create"), {"terminalId": "t"})
    here.reply(asks(here, "wait_for_exit"), {"exitCode": "odd"})
    here.reply(asks(here, "create", 2), {"terminalId": "u"})
    here.reply(asks(here, "wait_for_exit", 2), {"exitCode": None, "signal": "SIGTERM"})
    here.reply(asks(here, "output"), {"output": "", "truncated": False})
    assert here.ends(prompt)["stopReason"] == "end_turn"
    assert [one["status"] for one in here.updates(session, "tool_call_update") if "status" in one] == ["failed"] * 2


@pytest.mark.parametrize("more", ['deny_read = ["/secret"]\n', ""])
def test_nothing_runs_in_a_terminal_of_the_client_that_is_to_be_hidden_from_or_was_not_asked_for(
    place: Place, more: str
) -> None:
    table = "[acp]\nclient_terminals = true" if more else ""
    place.model(runs("touch", "made"), says("Done"), top=f"{more}{FREE}\n{table}")
    here = editor(place, capabilities=TERMINALS)
    here.run(here.open(), "go")
    assert (place.workspace / "made").exists()
    assert not [one for one in here.server.messages if one.get("method", "").startswith("terminal/")]
