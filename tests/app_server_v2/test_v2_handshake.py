"""Who is at either end, and which generation of clients that makes."""

from __future__ import annotations

from app_server_place import Place
from app_server_replies import says
from threads_client import TODAY, client, words


def test_the_handshake_says_which_release_is_spoken(place: Place) -> None:
    hello = client(place).hello
    assert hello["userAgent"].startswith("codex_cli_rs/0.163.0 (")
    assert hello["userAgent"].endswith(" (test; 1.0)")
    assert hello["serverInfo"] == {"name": "octavo", "version": "0.163.0"}
    assert (hello["codexHome"], hello["platformFamily"]) == (str(place.home), "unix")


def test_requests_need_the_handshake_and_it_comes_once(place: Place) -> None:
    server = place.server(initialize=False)
    assert server.error("thread/start", {}) == (-32600, "Not initialized")
    server.result("initialize", TODAY)
    assert server.error("initialize", TODAY) == (-32600, "Already initialized")


def test_a_client_that_tells_no_capabilities_gets_the_words_of_the_first_generation(place: Place) -> None:
    server = place.server()
    assert set(server.result("model/list", {})) == {"items", "nextCursor"}
    assert server.error("account/read")[0] == -32603


def test_the_first_call_of_a_thread_makes_a_client_one_of_today(place: Place) -> None:
    server = place.server()
    server.result("thread/loaded/list", {})
    assert set(server.result("model/list", {})) == {"data", "nextCursor"}
    assert server.result("account/read", {})["requiresOpenaiAuth"] is True


def test_empty_capabilities_are_enough(place: Place) -> None:
    assert set(client(place, capabilities={}).server.result("model/list", {"includeHidden": False})) == {
        "data",
        "nextCursor",
    }


def test_notifications_that_a_client_opts_out_of_are_not_sent(place: Place) -> None:
    place.model(says("Hi"))
    me = client(place, capabilities={"optOutNotificationMethods": ["turn/started", "no/such"]})
    me.run(me.start(), "go")
    methods = me.server.methods()
    assert "turn/started" not in methods
    assert "item/started" in methods


def test_notifications_bear_the_time(place: Place) -> None:
    me = client(place)
    me.start()
    told = me.server.wait_for(lambda message: message.get("method") == "thread/started")
    assert isinstance(told["emittedAtMs"], int)


def test_transport_flags_are_taken_and_others_refused(place: Place) -> None:
    assert client(place, "-c", 'model="m"', "app-server", "--listen", "stdio://").start(model="x")
    refused = place.server("app-server", "--listen", "ws://127.0.0.1:1", initialize=False)
    assert refused.process.wait(30) == 2


def test_settings_of_the_command_line_reach_threads(place: Place) -> None:
    me = client(place, "--config", 'model="named"', "app-server", "--listen", "stdio://")
    assert me.server.result("thread/start", {})["model"] == "named"


def test_methods_of_both_generations_are_served_by_one_process(place: Place) -> None:
    place.model(says("One"), says("Two"))
    me = client(place)
    old = me.server.conversation()
    me.server.say(old, "hello")
    me.server.turns_end()
    thread = me.start()
    assert me.run(thread, "hi")["status"] == "completed"
    assert me.server.events(thread) == []
    told = [one for one in me.server.messages if one.get("params", {}).get("threadId") == old]
    assert told == []
    assert me.server.result("thread/read", {"threadId": old})["thread"]["preview"] == "hello"


def test_bad_requests_get_one_clear_line(place: Place) -> None:
    me = client(place)
    code, text = me.server.error("thread/nope", {})
    assert (code, text) == (-32600, "Invalid request: unknown method `thread/nope`")
    code, text = me.server.error("turn/start", {"input": []})
    assert (code, text.partition(":")[0]) == (-32600, "Invalid request")
    audio = {"threadId": "x", "input": [{"type": "audio", "url": "data:"}]}
    assert me.server.error("turn/start", audio)[0] == -32600
    assert me.server.error("turn/start", {"threadId": "x", "input": [words("a")]}) == (
        -32600,
        "invalid session id: `x` is not a UUID",
    )
    gone = "00000000-0000-7000-8000-000000000000"
    assert me.server.error("turn/start", {"threadId": gone, "input": []})[1] == f"thread not found: {gone}"
    assert me.server.error("thread/read", {"threadId": gone})[1] == f"thread not loaded: {gone}"
    assert me.server.error("thread/resume", {"threadId": gone})[1] == f"no rollout found for thread id {gone}"
    assert me.server.error("thread/start", {"sandbox": "open"})[0] == -32600
    me.server.line("[1,2")
    assert me.server.result("thread/loaded/list", {})["data"] == []
