"""Going on with saved conversations, and putting them away."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from app_server_client import dies
from app_server_place import Place
from app_server_replies import runs, says
from app_server_sessions import IDS, save_session
from test_app_server_turns import FREE, running_pid

HELLO = {"type": "user_message", "message": "Hello", "images": []}


def test_resume_tells_the_settings_before_its_answer(place: Place) -> None:
    place.model()
    path = save_session(place.home, 1)
    (place.home / "history.jsonl").write_text('{"session_id":"x","ts":1,"text":"a"}\n')
    server = place.server()
    answer = server.result("resumeConversation", {"path": str(path), "overrides": {"model": "o3"}})
    assert answer == {
        "conversationId": IDS[1],
        "model": "o3",
        "initialMessages": [HELLO],
        "rolloutPath": str(path),
    }
    assert server.messages[-2] == {
        "method": "sessionConfigured",
        "params": {
            "sessionId": IDS[1],
            "model": "o3",
            "reasoningEffort": None,
            "historyLogId": (place.home / "history.jsonl").stat().st_ino,
            "historyEntryCount": 1,
            "initialMessages": [HELLO],
            "rolloutPath": str(path),
        },
    }


def test_a_resumed_conversation_goes_on_in_its_file(place: Place) -> None:
    model = place.model(says("One."))
    path = save_session(place.home, 1)
    before = path.read_text()
    server = place.server()
    assert server.result("resumeConversation", {"conversationId": IDS[1].upper()})["conversationId"] == IDS[1]
    server.listen(IDS[1])
    server.say(IDS[1], "Again")
    server.turns_end()
    assert server.events()[0] == "task_started"
    texts = [item["content"][0]["text"] for item in model.seen[0].json["input"]]
    assert texts == ["Hello", "Again"]
    assert path.read_text().startswith(before)
    assert len(place.sessions()) == 1


def test_a_resumed_conversation_confines_its_commands(place: Place) -> None:
    outside = place.root / "outside"
    top = 'approval_policy = "never"\nsandbox_mode = "read-only"'
    place.model(runs("sh", "-c", f"echo in; touch {outside}"), says("Done."), top=top)
    path = save_session(place.home, 1)
    server = place.server()
    server.result("resumeConversation", {"path": str(path)})
    server.listen(IDS[1])
    server.say(IDS[1], "go")
    assert server.event("exec_command_end")["msg"]["stdout"] == "in\n"
    assert not outside.exists()


def test_items_that_the_client_kept_make_a_new_conversation(place: Place) -> None:
    model = place.model(says("One."))
    history = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Earlier"}], "id": "i"},
        {"type": "from_the_future", "x": 1},
    ]
    server = place.server()
    answer = server.result("resumeConversation", {"history": history})
    assert answer["initialMessages"] == []
    assert answer["conversationId"] in answer["rolloutPath"]
    server.listen(answer["conversationId"])
    server.say(answer["conversationId"], "Now")
    server.turns_end()
    assert [item["content"][0]["text"] for item in model.seen[0].json["input"]] == ["Earlier", "Now"]
    saved = [json.loads(line) for line in Path(answer["rolloutPath"]).read_text().splitlines()]
    items = [line["payload"] for line in saved if line["type"] == "response_item"]
    assert items[0]["content"][0]["text"] == "Earlier"


def test_what_cannot_be_resumed_is_explained(place: Place) -> None:
    place.model()
    empty = place.root / "empty.jsonl"
    empty.write_text("\n")
    server = place.server()
    nothing = (-32600, "either path, conversation id or non empty history must be provided")
    assert server.error("resumeConversation", {}) == nothing
    assert server.error("resumeConversation", {"history": []}) == nothing
    said = server.error("resumeConversation", {"path": "/nope"})
    assert said == (-32600, "failed to load rollout `/nope`: No such file or directory (os error 2)")
    said = server.error("resumeConversation", {"path": str(empty)})
    assert said == (-32600, f"failed to load rollout `{empty}`: empty session file")
    said = server.error("resumeConversation", {"conversationId": IDS[5]})
    assert said == (-32600, f"no rollout found for conversation id {IDS[5]}")
    path = save_session(place.home, 2)
    path.write_text("")
    said = server.error("resumeConversation", {"conversationId": IDS[2]})
    assert said == (-32600, f"failed to load rollout `{path}` for conversation {IDS[2]}: empty session file")
    bad = server.error("resumeConversation", {"history": [{"type": "message", "role": "user"}]})
    assert bad[1].startswith("Invalid request: ")


def test_after_a_second_resume_only_new_listeners_hear(place: Place) -> None:
    place.model(says("One."))
    server = place.server()
    conversation = server.conversation()
    server.result("resumeConversation", {"path": str(place.sessions()[0])})
    server.say(conversation, "hi")
    assert server.events() == []
    server.listen(conversation)
    server.turns_end()
    assert server.events().count("task_started") == 1


def test_archiving_ends_a_running_conversation(place: Place) -> None:
    place.model(runs("sh", "-c", "echo $$; exec sleep 600"), top=FREE)
    server = place.server()
    conversation = server.conversation()
    (path,) = place.sessions()
    server.say(conversation, "go")
    pid = running_pid(server)
    begun = time.monotonic()
    params = {"conversationId": conversation, "rolloutPath": str(path)}
    assert server.result("archiveConversation", params) == {}
    assert time.monotonic() - begun < 8
    server.event("shutdown_complete")
    assert dies(pid)
    assert not path.exists()
    archived = place.home / "archived_sessions" / path.name
    assert archived.is_file()
    assert server.error("sendUserMessage", {"conversationId": conversation, "items": []})[0] == -32600
    said = server.error("archiveConversation", params)
    assert said == (-32600, f"rollout path `{path}` must be in sessions directory")


@pytest.mark.parametrize("listening", [True, False])
def test_archiving_a_quiet_conversation_is_quick(place: Place, listening: bool) -> None:
    place.model()
    server = place.server()
    answer = server.result("newConversation", {})
    if listening:
        server.listen(answer["conversationId"])
    params = {"conversationId": answer["conversationId"], "rolloutPath": answer["rolloutPath"]}
    begun = time.monotonic()
    assert server.result("archiveConversation", params) == {}
    assert time.monotonic() - begun < 5
    assert ("shutdown_complete" in server.events()) or not listening


def test_only_files_below_sessions_are_archived(place: Place) -> None:
    path = save_session(place.home, 1)
    outside = place.home / "sessions2" / path.name
    outside.parent.mkdir()
    outside.write_text(path.read_text())
    link = path.parent / f"rollout-link-{IDS[1]}.jsonl"
    link.symlink_to(outside)
    server = place.server()

    def archive(given: str, number: int = 1) -> tuple[int, str]:
        return server.error("archiveConversation", {"conversationId": IDS[number], "rolloutPath": given})

    for given in ("/etc/passwd", str(outside), f"{place.home}/sessions/../sessions2/{path.name}", str(link), "/nope"):
        assert archive(given) == (-32600, f"rollout path `{given}` must be in sessions directory")
    said = archive(str(path), 2)
    assert said == (-32600, f"rollout path `{path}` does not match conversation id {IDS[2]}")
    around = f"{path.parent}/../{path.parent.name}/{path.name}"
    assert server.result("archiveConversation", {"conversationId": IDS[1], "rolloutPath": around}) == {}
    assert (place.home / "archived_sessions" / path.name).is_file()


def test_an_archive_that_cannot_be_written_is_explained(place: Place) -> None:
    path = save_session(place.home, 1)
    (place.home / "archived_sessions").write_text("in the way")
    code, text = place.server().error("archiveConversation", {"conversationId": IDS[1], "rolloutPath": str(path)})
    assert (code, text.startswith("failed to archive conversation: ")) == (-32603, True)


def test_folders_that_are_no_utf8_do_no_harm(place: Place) -> None:
    place.model(says("One."))
    odd = place.root / os.fsdecode(b"h\xffme")
    place.home.rename(odd)
    place.home = odd
    server = place.server()
    answer = server.result("newConversation", {})
    assert "h\ufffdme" in answer["rolloutPath"]
    server.listen(answer["conversationId"])
    server.say(answer["conversationId"], "hi")
    server.turns_end()
    resumed = server.result("resumeConversation", {"conversationId": answer["conversationId"]})
    assert resumed["initialMessages"][0]["message"] == "hi"


def test_a_listener_outlives_its_conversation_until_it_is_removed(place: Place) -> None:
    place.model()
    server = place.server()
    answer = server.result("newConversation", {})
    conversation = answer["conversationId"]
    subscription = server.listen(conversation)
    server.result("archiveConversation", {"conversationId": conversation, "rolloutPath": answer["rolloutPath"]})
    server.event("shutdown_complete")
    assert server.result("removeConversationListener", {"subscriptionId": subscription}) == {}
    said = server.error("removeConversationListener", {"subscriptionId": subscription})
    assert said == (-32600, f"subscription not found: {subscription}")
