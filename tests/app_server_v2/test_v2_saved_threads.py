"""Threads on the disk: read, listed, resumed, forked, named and archived."""

from __future__ import annotations

import json
from pathlib import Path

from app_server_place import Place
from app_server_replies import runs, says
from app_server_sessions import IDS, save_session
from threads_client import client


def test_reading_a_loaded_thread_gives_what_was_told(place: Place) -> None:
    place.model(runs("echo", "hi"), says("Done."))
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    me.ends(turn)
    read = me.server.result("thread/read", {"threadId": thread, "includeTurns": True})["thread"]
    assert [one["id"] for one in read["turns"]] == [turn]
    assert read["turns"][0]["items"] == me.items(turn)
    assert (read["preview"], read["status"]) == ("go", {"type": "idle"})
    assert me.server.result("thread/read", {"threadId": thread})["thread"]["turns"] == []


def test_a_thread_goes_on_in_another_server(place: Place) -> None:
    model = place.model(says("One"), says("Two"))
    first = client(place)
    thread = first.start()
    first.run(thread, "hello")
    first.server.end()
    second = client(place)
    resumed = second.server.result("thread/resume", {"threadId": thread})
    assert resumed["thread"]["id"] == thread
    kinds = [[item["type"] for item in turn["items"]] for turn in resumed["thread"]["turns"]]
    assert kinds == [["userMessage", "agentMessage"]]
    assert second.server.notification("thread/tokenUsage/updated")["tokenUsage"]["total"]["totalTokens"] == 10
    second.run(thread, "again")
    assert "One" in json.dumps(model.seen[1].json)
    read = second.server.result("thread/read", {"threadId": thread, "includeTurns": True})["thread"]
    assert len(read["turns"]) == 2
    assert read["preview"] == "hello"


def test_turns_can_be_left_out(place: Place) -> None:
    save_session(place.home, 1)
    me = client(place)
    resumed = me.server.result("thread/resume", {"threadId": IDS[1], "excludeTurns": True})
    assert resumed["thread"]["turns"] == []


def test_a_fork_has_an_id_of_its_own_and_leaves_its_source_alone(place: Place) -> None:
    place.model(says("One"), says("Two"))
    me = client(place)
    thread = me.start()
    me.run(thread, "hello")
    path = me.server.result("thread/read", {"threadId": thread})["thread"]["path"]
    before = Path(path).read_bytes()
    fork = me.server.result("thread/fork", {"threadId": thread})["thread"]
    assert fork["id"] != thread
    assert fork["forkedFromId"] == thread
    assert len(fork["turns"]) == 1
    assert me.run(fork["id"], "more")["status"] == "completed"
    assert Path(path).read_bytes() == before


def test_lists_show_what_people_had_newest_first(place: Place) -> None:
    for number, source in enumerate(["cli", "exec", "mcp", "vscode", "somewhere"]):
        save_session(place.home, number, f"text {number}", source=source)
    me = client(place)
    listed = me.server.result("thread/list", {})
    assert [one["id"] for one in listed["data"]] == [IDS[3], IDS[0]]
    assert listed["nextCursor"] is None
    assert {one["status"]["type"] for one in listed["data"]} == {"notLoaded"}
    kinds = ["cli", "exec", "appServer", "vscode", "unknown"]
    every = me.server.result("thread/list", {"sourceKinds": kinds})["data"]
    assert [one["source"] for one in every] == ["unknown", "vscode", "appServer", "exec", "cli"]


def test_lists_have_pages_filters_and_orders(place: Place) -> None:
    for number in range(5):
        save_session(place.home, number, f"text {number}")
    me = client(place)
    first = me.server.result("thread/list", {"limit": 2})
    second = me.server.result("thread/list", {"limit": 2, "cursor": first["nextCursor"]})
    third = me.server.result("thread/list", {"limit": 2, "cursor": second["nextCursor"]})
    found = [one["id"] for page in (first, second, third) for one in page["data"]]
    assert found == IDS[4::-1]
    assert third["nextCursor"] is None
    assert [one["id"] for one in me.server.result("thread/list", {"searchTerm": "TEXT 3"})["data"]] == [IDS[3]]
    assert me.server.result("thread/list", {"cwd": "/elsewhere"})["data"] == []
    assert len(me.server.result("thread/list", {"cwd": ["/w"]})["data"]) == 5
    rising = me.server.result("thread/list", {"sortDirection": "asc"})["data"]
    assert [one["id"] for one in rising] == IDS[:5]
    assert me.server.error("thread/list", {"cursor": "nonsense"})[0] == -32600


def test_threads_of_other_providers_are_shown_on_request(place: Place) -> None:
    save_session(place.home, 1, provider="other")
    me = client(place)
    assert me.server.result("thread/list", {})["data"] == []
    assert len(me.server.result("thread/list", {"modelProviders": []})["data"]) == 1


def test_a_name_is_kept_and_shown(place: Place) -> None:
    save_session(place.home, 1)
    me = client(place)
    assert me.server.result("thread/name/set", {"threadId": IDS[1], "name": "my name"}) == {}
    assert me.server.notification("thread/name/updated") == {"threadId": IDS[1], "threadName": "my name"}
    line = json.loads((place.home / "session_index.jsonl").read_text())
    assert (line["id"], line["thread_name"]) == (IDS[1], "my name")
    assert me.server.result("thread/list", {})["data"][0]["name"] == "my name"
    empty = me.server.error("thread/name/set", {"threadId": IDS[1], "name": " "})
    assert empty == (-32600, "thread name must not be empty")


def test_archived_threads_leave_the_list_and_come_back(place: Place) -> None:
    place.model(says("One"))
    me = client(place)
    thread = me.start()
    me.run(thread, "hello")
    assert me.server.result("thread/archive", {"threadId": thread}) == {}
    assert me.server.notification("thread/archived") == {"threadId": thread}
    assert me.server.result("thread/list", {})["data"] == []
    assert [one["id"] for one in me.server.result("thread/list", {"archived": True})["data"]] == [thread]
    back = me.server.result("thread/unarchive", {"threadId": thread})["thread"]
    assert (back["id"], back["status"]["type"]) == (thread, "notLoaded")
    assert [one["id"] for one in me.server.result("thread/list", {})["data"]] == [thread]


def test_a_thread_is_loaded_until_nobody_hears_it(place: Place) -> None:
    me = client(place)
    thread = me.start()
    assert me.server.result("thread/loaded/list", {})["data"] == [thread]
    assert me.server.result("thread/unsubscribe", {"threadId": thread}) == {"status": "unsubscribed"}
    assert me.server.notification("thread/closed") == {"threadId": thread}
    assert me.server.result("thread/unsubscribe", {"threadId": thread}) == {"status": "notLoaded"}
    assert me.server.result("thread/loaded/list", {})["data"] == []


def test_turns_come_in_pages(place: Place) -> None:
    place.model(says("One"), says("Two"), says("Three"))
    me = client(place)
    thread = me.start()
    turns = [me.run(thread, word)["id"] for word in ("a", "b", "c")]
    newest = me.server.result("thread/turns/list", {"threadId": thread, "limit": 2, "itemsView": "full"})
    assert [one["id"] for one in newest["data"]] == turns[:0:-1]
    rest = me.server.result("thread/turns/list", {"threadId": thread, "cursor": newest["nextCursor"]})
    assert [one["id"] for one in rest["data"]] == turns[:1]
    bare = me.server.result("thread/turns/list", {"threadId": thread, "itemsView": "notLoaded"})["data"]
    assert {len(one["items"]) for one in bare} == {0}


def test_the_first_generation_sees_threads_of_today_and_the_other_way_round(place: Place) -> None:
    place.model(says("One"), says("Two"))
    me = client(place)
    thread = me.start()
    me.run(thread, "hello")
    me.server.end()
    old = place.server()
    assert [one["conversationId"] for one in old.result("listConversations", {})["items"]] == [thread]
    resumed = old.result("resumeConversation", {"conversationId": thread})
    assert resumed["conversationId"] == thread
    old.listen(thread)
    old.say(thread, "more")
    old.turns_end()
    assert [one["id"] for one in client(place).server.result("thread/list", {})["data"]] == [thread]


def test_an_ephemeral_thread_leaves_nothing_on_the_disk(place: Place) -> None:
    place.model(runs("echo", "hi"), says("Done."))
    me = client(place)
    thread = me.server.result("thread/start", {"ephemeral": True})["thread"]
    assert (thread["ephemeral"], thread["path"]) == (True, None)
    me.run(thread["id"], "go")
    assert me.server.result("thread/read", {"threadId": thread["id"]})["thread"]["preview"] == "go"
    assert place.sessions() == []
    assert me.server.result("thread/list", {})["data"] == []
    assert me.server.error("thread/archive", {"threadId": thread["id"]})[0] == -32600


def test_a_fork_can_be_ephemeral(place: Place) -> None:
    save_session(place.home, 1)
    me = client(place)
    fork = me.server.result("thread/fork", {"threadId": IDS[1], "ephemeral": True})["thread"]
    assert (fork["ephemeral"], len(fork["turns"]), len(place.sessions())) == (True, 1, 1)


def test_a_conversation_of_the_first_generation_is_taken_over_while_it_is_loaded(place: Place) -> None:
    place.model(says("One"), says("Two"))
    me = client(place)
    old = me.server.conversation()
    me.server.say(old, "hello")
    me.server.turns_end()
    resumed = me.server.result("thread/resume", {"threadId": old})["thread"]
    assert (resumed["id"], len(resumed["turns"])) == (old, 1)
    before = len(me.server.events())
    turn = me.run(old, "more")
    assert turn["status"] == "completed"
    assert len(me.server.events()) == before
    assert len(me.items(turn["id"])) == 2


def test_a_thread_without_a_turn_leaves_no_file(place: Place) -> None:
    place.model(says("One"))
    me = client(place)
    unused, used = me.start(), me.start()
    path = me.server.result("thread/read", {"threadId": unused})["thread"]["path"]
    me.run(used, "go")
    assert unused in path
    assert [used in str(file) for file in place.sessions()] == [True]
    assert [one["id"] for one in me.server.result("thread/list", {"modelProviders": []})["data"]] == [used]


def test_what_a_thread_is_for_is_saved_with_it(place: Place) -> None:
    place.model(says("One"))
    me = client(place)
    thread = me.start(threadSource="nightly")
    me.run(thread, "go")
    again = client(place).server
    assert again.result("thread/read", {"threadId": thread})["thread"]["threadSource"] == "nightly"
    assert again.result("thread/list", {})["data"][0]["threadSource"] == "nightly"
    assert again.result("thread/resume", {"threadId": thread})["thread"]["threadSource"] == "nightly"


def test_no_thread_is_in_a_section(place: Place) -> None:
    place.model(says("One"))
    me = client(place)
    me.run(me.start(), "go")
    assert me.server.result("thread/list", {"sectionId": "s"}) == {
        "data": [],
        "nextCursor": None,
        "backwardsCursor": None,
    }


def test_a_thread_of_today_goes_on_in_the_first_generation_and_back(place: Place) -> None:
    model = place.model(says("One"), says("Two"), says("Three"))
    me = client(place)
    thread = me.start()
    me.run(thread, "first words")
    me.server.end()
    old = place.server()
    old.result("resumeConversation", {"conversationId": thread})
    old.listen(thread)
    old.say(thread, "second words")
    old.turns_end()
    old.end()
    again = client(place)
    turns = again.server.result("thread/resume", {"threadId": thread})["thread"]["turns"]
    assert [[item["type"] for item in turn["items"]] for turn in turns] == [["userMessage", "agentMessage"]] * 2
    assert again.run(thread, "third words")["status"] == "completed"
    for number, words in enumerate(("first words", "second words", "third words")):
        assert words in json.dumps(model.seen[number].json["input"])
    for earlier in ("first words", "One", "second words", "Two"):
        assert earlier in json.dumps(model.seen[2].json["input"])


def test_a_conversation_of_the_first_generation_goes_on_as_a_thread(place: Place) -> None:
    model = place.model(says("One"), says("Two"))
    old = place.server()
    conversation = old.conversation()
    old.listen(conversation)
    old.say(conversation, "first words")
    old.turns_end()
    old.end()
    me = client(place)
    assert [one["id"] for one in me.server.result("thread/list", {})["data"]] == [conversation]
    assert me.server.result("thread/resume", {"threadId": conversation})["thread"]["preview"] == "first words"
    turn = me.say(conversation, "second words")
    assert me.ends(turn)["status"] == "completed"
    assert "first words" in json.dumps(model.seen[1].json["input"])
    assert [item["type"] for item in me.items(turn)] == ["userMessage", "agentMessage"]
