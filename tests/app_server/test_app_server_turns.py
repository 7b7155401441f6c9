"""Turns: settings that come with them, images, interruption, what goes on beside them."""

from __future__ import annotations

import json
from typing import Any

from app_server_client import AppServer, dies, text_item
from app_server_place import Place
from app_server_replies import deltas, hangs, runs, says

FREE = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"'


def turn(server: AppServer, conversation: str, text: str, **changed: Any) -> None:
    """`sendUserTurn` with all that it needs."""
    params = {
        "conversationId": conversation,
        "items": [text_item(text)],
        "cwd": "/",
        "approvalPolicy": "never",
        "sandboxPolicy": {"mode": "danger-full-access"},
        "model": "gpt-5-codex",
        "effort": None,
        "summary": "auto",
        **changed,
    }
    assert server.result("sendUserTurn", params) == {}


def test_deltas_come_in_both_forms_side_by_side(place: Place) -> None:
    place.model(deltas(["He", "llo"]))
    server = place.server()
    server.say(server.conversation(), "hi")
    server.turns_end()
    kinds = server.events()
    first = kinds.index("agent_message_content_delta")
    assert kinds[first : first + 4] == ["agent_message_content_delta", "agent_message_delta"] * 2
    assert kinds[0] == "task_started"
    assert kinds[-1] == "task_complete"


def test_usage_is_followed_by_the_limits_of_the_account(place: Place) -> None:
    headers = [("x-codex-primary-used-percent", "42"), ("x-codex-primary-reset-at", "1704069000")]
    place.model(says("One.", headers=headers))
    server = place.server()
    server.say(server.conversation(), "hi")
    server.turns_end()
    methods = server.methods()
    places = [place for place, method in enumerate(methods) if method == "codex/event/token_count"]
    assert len(places) == 2
    for at in places:
        snapshot = server.messages[at]["params"]["msg"]["rate_limits"]
        assert server.messages[at + 1] == {"method": "account/rateLimits/updated", "params": snapshot}
        assert snapshot["primary"]["resets_at"] == 1704069000
    assert b'"used_percent":42.0' in b"".join(server.raw_lines)


def test_settings_of_a_turn_stay(place: Place) -> None:
    model = place.model(
        runs("sh", "-c", "pwd; touch made"),
        says("One."),
        runs("pwd"),
        says("Two."),
        top='approval_policy = "untrusted"',
    )
    other = place.root / "other"
    other.mkdir()
    server = place.server()
    conversation = server.conversation()
    turn(server, conversation, "go", cwd=str(other), model="gpt-5", effort="high")
    server.turns_end()
    server.say(conversation, "again")
    server.turns_end(2)
    begun = [m["params"]["msg"]["cwd"] for m in server.messages if m.get("method") == "codex/event/exec_command_begin"]
    assert begun == [str(other)] * 2
    assert (other / "made").exists()
    assert "execCommandApproval" not in server.methods()
    assert [seen.json["model"] for seen in model.seen] == ["gpt-5"] * 4
    assert all(seen.json["reasoning"]["effort"] == "high" for seen in model.seen)


def test_pictures_that_cannot_be_read_leave_a_note(place: Place) -> None:
    model = place.model(says("One."))
    server = place.server()
    items = [
        {"type": "localImage", "data": {"path": str(place.root / "nope.png")}},
        {"type": "image", "data": {"image_url": "data:image/png;base64,AA=="}},
    ]
    assert server.result("sendUserMessage", {"conversationId": server.conversation(), "items": items}) == {}
    server.turns_end()
    content = model.seen[0].json["input"][-1]["content"]
    assert "nope.png" in content[0]["text"]
    assert content[1] == {"type": "input_image", "image_url": "data:image/png;base64,AA=="}


def test_nothing_to_say_ends_at_once(place: Place) -> None:
    model = place.model()
    server = place.server()
    server.result("sendUserMessage", {"conversationId": server.conversation(), "items": []})
    assert server.turns_end()["msg"]["last_agent_message"] is None
    assert server.events() == ["task_complete"]
    assert model.seen == []


def test_a_full_context_is_told_without_a_retry(place: Place) -> None:
    from app_server_replies import CREATED
    from model_server import stream

    failure = {"code": "context_length_exceeded", "message": "too long"}
    model = place.model(stream(CREATED, {"type": "response.failed", "response": {"id": "r", "error": failure}}))
    server = place.server()
    server.say(server.conversation(), "hi")
    server.turns_end()
    assert server.events()[-3:] == ["token_count", "error", "task_complete"]
    usage = [m["params"]["msg"] for m in server.messages if m.get("method") == "codex/event/token_count"][-1]["info"]
    assert usage["total_token_usage"]["total_tokens"] == usage["model_context_window"]
    assert len(model.seen) == 1


def test_interrupting_a_command_kills_it(place: Place) -> None:
    place.model(runs("sh", "-c", "echo $$; exec sleep 600"), says("Fresh."), top=FREE)
    server = place.server()
    conversation = server.conversation()
    server.say(conversation, "go")
    pid = running_pid(server)
    assert server.result("interruptConversation", {"conversationId": conversation}) == {"abortReason": "interrupted"}
    methods = server.methods()
    assert methods[-2:] == ["codex/event/turn_aborted", "answer"]
    assert dies(pid)
    server.say(conversation, "again")
    assert server.turns_end()["msg"]["last_agent_message"] == "Fresh."


def test_two_interrupts_are_answered_in_order(place: Place) -> None:
    place.model(hangs())
    server = place.server()
    conversation = server.conversation()
    server.say(conversation, "go")
    server.event("agent_message_delta")
    requests = [
        {"id": name, "method": "interruptConversation", "params": {"conversationId": conversation}}
        for name in ("first", "second")
    ]
    # In one piece: a second one that comes after the turn is over would wait for the next turn's end.
    server.write("".join(json.dumps(request) + "\n" for request in requests).encode())
    server.answer_to("second")
    aborted = server.methods().index("codex/event/turn_aborted")
    assert [message["id"] for message in server.messages[aborted + 1 :]] == ["first", "second"]


def test_an_interrupt_without_a_turn_waits_for_the_next_abort(place: Place) -> None:
    place.model(hangs())
    server = place.server()
    conversation = server.conversation()
    early = server.send("interruptConversation", {"conversationId": conversation})
    server.say(conversation, "go")
    server.event("agent_message_delta")
    assert all(message.get("id") != early for message in server.messages if "method" not in message)
    late = server.send("interruptConversation", {"conversationId": conversation})
    assert server.answer_to(early)["result"] == server.answer_to(late)["result"] == {"abortReason": "interrupted"}


def test_words_during_a_turn_join_it(place: Place) -> None:
    model = place.model(runs("sh", "-c", "while [ ! -e go ]; do sleep 0.01; done"), says("Done."), top=FREE)
    server = place.server()
    conversation = server.conversation()
    server.say(conversation, "first")
    server.event("exec_command_begin")
    server.say(conversation, "second")
    (place.workspace / "go").touch()
    server.turns_end()
    assert server.events().count("task_started") == server.events().count("user_message") == 1
    texts = [part["text"] for item in model.seen[1].json["input"] for part in item.get("content", [])]
    assert "second" in texts


def test_a_command_that_writes_to_stderr_leaves_stdout_alone(place: Place) -> None:
    place.model(runs("sh", "-c", "printf 'a\\nb\\342\\200\\250' >&2; printf '\\377x'; cat"), says("Done."), top=FREE)
    server = place.server()
    server.say(server.conversation(), "go")
    end = server.event("exec_command_end")["msg"]
    assert (end["stderr"], end["stdout"], end["exit_code"]) == ("a\nb\u2028", "\ufffdx", 0)
    server.turns_end()
    assert all(line.endswith(b"}\n") and line.count(b"\n") == 1 for line in server.raw_lines)


def running_pid(server: AppServer) -> int:
    """The process id that the running command printed."""
    import base64

    return int(base64.b64decode(server.event("exec_command_output_delta")["msg"]["chunk"]))


def test_a_turn_at_a_limit_ends_with_an_error_and_the_next_one_goes_on(place: Place) -> None:
    place.model(runs("true"), says("Hi"), top="max_turns = 1")
    server = place.server()
    conversation = server.conversation()
    server.say(conversation, "hi")
    server.turns_end()
    (error,) = [m["params"]["msg"] for m in server.messages if m.get("method") == "codex/event/error"]
    assert error["codex_error_info"] == "session_budget_exceeded"
    assert server.events()[-1] == "task_complete"
    server.say(conversation, "on")
    server.turns_end(2)
    assert server.events()[-1] == "task_complete"
