"""Starting conversations: which configuration they get, and who hears them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from app_server_client import text_item
from app_server_place import Place, provider
from app_server_replies import runs, says

UNKNOWN = "67e55044-10b1-426f-9247-bb680e5fe0c8"


def test_items_have_one_shape(place: Place) -> None:
    place.model(says("One."))
    server = place.server()
    conversation = server.conversation()

    def send(item: Any) -> Any:
        return server.call("sendUserMessage", {"conversationId": conversation, "items": [item]})

    for bad in (
        {"type": "text", "text": "hi"},
        {"type": "image", "data": {"imageUrl": "data:"}},
        {"type": "x", "data": {}},
    ):
        assert send(bad)["error"]["message"].startswith("Invalid request: ")
    assert send(text_item("hi"))["result"] == {}
    server.turns_end()


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("sendUserMessage", {"items": []}),
        (
            "sendUserTurn",
            {
                "items": [],
                "cwd": "/",
                "approvalPolicy": "never",
                "sandboxPolicy": {"mode": "read-only"},
                "model": "m",
                "summary": "auto",
            },
        ),
        ("interruptConversation", {}),
        ("addConversationListener", {}),
    ],
)
def test_unknown_conversations_are_named(shared: Any, method: str, more: dict[str, Any]) -> None:
    said = shared.error(method, {"conversationId": UNKNOWN.upper(), **more})
    assert said == (-32600, f"conversation not found: {UNKNOWN}")


def test_a_new_conversation_has_its_file_and_is_not_announced(place: Place) -> None:
    place.model()
    server = place.server()
    answer = server.result("newConversation", {})
    assert answer.keys() == {"conversationId", "model", "reasoningEffort", "rolloutPath"}
    assert (answer["model"], answer["reasoningEffort"]) == ("gpt-5-codex", None)
    assert [str(path) for path in place.sessions()] == [answer["rolloutPath"]]
    meta = json.loads(place.sessions()[0].read_text().splitlines()[0])["payload"]
    assert (meta["id"], meta["source"]) == (answer["conversationId"], "vscode")
    assert set(server.methods()) == {"answer"}


def test_a_turn_that_nobody_hears_is_told_to_a_later_listener(place: Place) -> None:
    model = place.model(says("One."), says("Two."))
    server = place.server()
    conversation = server.result("newConversation", {})["conversationId"]
    server.say(conversation, "First")
    # The second model request can only follow when the first turn is over or takes the words in.
    while not model.seen:
        server.result("getUserAgent")
    assert server.events() == []
    server.listen(conversation)
    server.turns_end()
    assert server.events()[0] == "task_started"
    assert "session_configured" not in server.events()
    assert server.events().count("agent_message") == 1


def test_events_carry_the_id_of_their_conversation(place: Place) -> None:
    place.model(says("One."))
    server = place.server()
    first, second = server.conversation(), server.conversation()
    server.say(first, "a")
    server.say(second, "b")
    server.turns_end(2)
    for conversation in (first, second):
        assert server.events(conversation).count("task_complete") == 1
    threads = [
        message["params"] for message in server.messages if "thread_id" in message.get("params", {}).get("msg", {})
    ]
    assert threads
    assert all(params["msg"]["thread_id"] == params["conversationId"] for params in threads)


def test_raw_items_are_told_only_to_those_who_asked(place: Place) -> None:
    (place.workspace / "AGENTS.md").write_text("Be brief.")
    place.model(says("One."))
    server = place.server()
    quiet = server.conversation()
    server.say(quiet, "hi")
    server.turns_end()
    assert "raw_response_item" not in server.events()
    curious = server.conversation({"developerInstructions": "Be kind."}, raw=True)
    server.say(curious, "hi")
    server.turns_end(2)
    items = [
        message["params"]["msg"]["item"]
        for message in server.messages
        if message.get("method") == "codex/event/raw_response_item"
    ]
    assert [item["role"] for item in items[:4]] == ["developer", "user", "user", "user"]
    texts = [item["content"][0]["text"] for item in items[:4]]
    assert texts[0] == "Be kind."
    assert texts[1].startswith("<user_instructions>")
    assert texts[2].startswith("<environment_context>")
    assert texts[3] == "hi"
    assert items[-1]["role"] == "assistant"
    saved = [json.loads(line) for path in place.sessions() if curious in path.name for line in path.open()]
    assert len(items) == sum(line["type"] == "response_item" for line in saved)


def test_a_listener_is_removed_once(place: Place) -> None:
    place.model(says("One."))
    server = place.server()
    conversation = server.result("newConversation", {})["conversationId"]
    subscription = server.listen(conversation)
    assert server.result("removeConversationListener", {"subscriptionId": subscription}) == {}
    said = server.error("removeConversationListener", {"subscriptionId": subscription.upper()})
    assert said == (-32600, f"subscription not found: {subscription}")


def test_two_listeners_both_hear_everything(place: Place) -> None:
    place.model(says("One."), says("Two."))
    server = place.server()
    conversation = server.conversation()
    second = server.listen(conversation, raw=True)
    server.say(conversation, "hi")
    server.turns_end(2)
    kinds = ("task_started", "user_message", "agent_message", "task_complete")
    assert [server.events().count(kind) for kind in kinds] == [2, 2, 2, 2]
    assert server.events().count("token_count") == 4
    raw = server.events().count("raw_response_item")
    assert raw == 2  # for the one that asked: the words and the answer
    server.result("removeConversationListener", {"subscriptionId": second})
    server.say(conversation, "again")
    server.turns_end(3)
    assert [server.events().count(kind) for kind in kinds] == [3, 3, 3, 3]
    assert server.events().count("raw_response_item") == raw


def test_what_happens_between_two_listeners_is_told_to_the_second_in_order(place: Place) -> None:
    place.model(says("One."), says("Two."))
    server = place.server()
    conversation = server.result("newConversation", {})["conversationId"]
    first = server.listen(conversation)
    server.say(conversation, "hi")
    server.turns_end()
    server.result("removeConversationListener", {"subscriptionId": first})
    server.say(conversation, "again")
    server.listen(conversation)
    server.turns_end(2)
    said = [message["params"]["msg"] for message in server.messages if "msg" in message.get("params", {})]
    assert [msg["message"] for msg in said if msg["type"] == "agent_message"] == ["One.", "Two."]


def test_flags_of_the_server_reach_every_conversation(place: Place) -> None:
    model = place.model(says("One."), tables="[profiles.p]\nmodel_verbosity = 'low'")
    server = place.server("-c", "model=A", "app-server", "--enable", "web_search_request")

    def ask(params: Any) -> dict[str, Any]:
        conversation = server.conversation(params)
        server.say(conversation, "hi")
        server.wait_for(
            lambda message: (
                message.get("method") == "codex/event/task_complete"
                and message["params"]["conversationId"] == conversation
            )
        )
        body: dict[str, Any] = model.seen[-1].json
        return body

    def searches(body: dict[str, Any]) -> bool:
        return any(tool["type"] == "web_search" for tool in body["tools"])

    body = ask({})
    assert (body["model"], searches(body)) == ("A", True)
    assert ask({"config": {"model": "B"}})["model"] == "B"
    assert not searches(ask({"config": {"features.web_search_request": False}}))
    assert ask({"config": {"model": "B"}, "model": "C"})["model"] == "C"
    path = str(place.sessions()[0])
    for params in ({"path": path}, {"path": path, "overrides": {}}):
        answer = server.result("resumeConversation", params)
        assert answer["model"] == "A"
        server.listen(answer["conversationId"])
        before = len(model.seen)
        server.say(answer["conversationId"], "again")
        while len(model.seen) == before:
            server.result("getUserAgent")
        assert searches(model.seen[-1].json)


def test_configuration_that_cannot_be_derived_is_explained(place: Place) -> None:
    place.model()
    server = place.server()
    said = server.error("newConversation", {"modelProvider": "nope"})
    assert said == (-32600, "error deriving config: Model provider `nope` not found")
    said = server.error("newConversation", {"profile": "nope"})
    assert said == (-32600, "error deriving config: config profile `nope` not found")
    code, text = server.error("newConversation", {"config": {"model_reasoning_effort": 5}})
    assert (code, text.startswith("error deriving config: ")) == (-32600, True)
    assert server.result("newConversation", {"config": {"model": None}})["model"] == ""


def test_a_conversation_that_cannot_be_saved_does_not_start(place: Place) -> None:
    place.model()
    (place.home / "sessions").write_text("in the way")
    code, text = place.server().error("newConversation", {})
    assert (code, text.startswith("error creating conversation: ")) == (-32603, True)


def test_the_file_is_read_anew_for_each_conversation(place: Place) -> None:
    model = place.model()
    server = place.server()
    place.configure(f'model = "later"\nmodel_provider = "mock"\n{provider("mock", model)}')
    assert server.result("newConversation", {})["model"] == "later"


def test_a_key_may_come_with_the_request(place: Place) -> None:
    model = place.service(says("One."))
    place.configure("")
    server = place.server()
    entry = {"name": "mm", "base_url": f"{model.url}/v1", "wire_api": "responses", "experimental_bearer_token": "tok9"}
    params = {"model": "gpt-5", "modelProvider": "mm", "config": {"model_providers.mm": entry}}
    server.say(server.conversation(params, raw=True), "hi")
    server.turns_end()
    assert model.seen[0].header("authorization") == b"Bearer tok9"
    assert model.seen[0].header("user-agent").endswith(b" (test; 1.0)")  # type: ignore[union-attr]
    assert b"tok9" not in b"".join(server.raw_lines)
    assert "tok9" not in place.sessions()[0].read_text()
    assert "tok9" not in server.stderr_path.read_text()


def test_a_relative_folder_counts_from_the_servers(place: Place) -> None:
    place.model(runs("pwd"), says("Done."), top='approval_policy = "never"\nsandbox_mode = "danger-full-access"')
    (place.workspace / "sub").mkdir()
    server = place.server()
    server.say(server.conversation({"cwd": "sub"}), "hi")
    assert server.event("exec_command_end")["msg"]["stdout"] == f"{place.workspace}/sub\n"
