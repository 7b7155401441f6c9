"""Sessions over the Agent Client Protocol: the handshake, new and saved sessions, settings, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from app_server_client import dies
from app_server_place import Place
from app_server_replies import hangs, runs, says
from editor import HELLO, Editor, editor, text

from octavo import __version__

OCTAVO = (sys.executable, "-m", "octavo")


def test_the_handshake_says_what_the_agent_can_do(place: Place) -> None:
    hello = editor(place).hello
    assert hello["protocolVersion"] == 1
    assert hello["agentInfo"] == {"name": "octavo", "title": "Octavo", "version": __version__}
    assert hello["agentCapabilities"]["loadSession"] is True
    assert hello["agentCapabilities"]["promptCapabilities"] == {"image": True, "audio": False, "embeddedContext": True}
    assert hello["agentCapabilities"]["sessionCapabilities"]["list"] == {}
    assert [method["id"] for method in hello["authMethods"]] == ["chatgpt", "codex-api-key", "openai-api-key"]


def test_a_terminal_login_is_offered_to_clients_with_terminals(place: Place) -> None:
    hello = editor(place, capabilities={"auth": {"terminal": True}}).hello
    assert hello["authMethods"][-1]["args"] == ["login", "--device-auth"]


def test_version_1_is_spoken_whatever_is_asked_for(place: Place) -> None:
    server = place.server("acp", initialize=False)
    assert server.result("initialize", {**HELLO, "protocolVersion": 99})["protocolVersion"] == 1


def test_every_line_of_the_agent_bears_the_protocols_mark(place: Place) -> None:
    place.model(says("Hello"))
    here = editor(place)
    here.run(here.open(), "x")
    assert all(one["jsonrpc"] == "2.0" for one in here.server.messages)


def test_a_new_session_tells_modes_settings_and_then_commands(place: Place) -> None:
    place.model(top='approval_policy = "on-request"\nsandbox_mode = "workspace-write"')
    here = editor(place)
    new = here.call("session/new", {"cwd": str(place.workspace), "mcpServers": []})
    assert new["modes"]["currentModeId"] == "auto"
    assert [mode["id"] for mode in new["modes"]["availableModes"]] == ["read-only", "auto", "full-access"]
    assert {option["id"]: option["currentValue"] for option in new["configOptions"]} == {
        "mode": "auto",
        "model": "gpt-5-codex",
        "reasoning_effort": "medium",
    }
    here.server.wait_for(lambda one: one.get("method") == "session/update")
    names = [one["name"] for one in here.updates(new["sessionId"])[0]["availableCommands"]]
    assert names == ["review", "review-branch", "review-commit", "init", "compact", "logout"]


def test_odd_settings_show_as_the_nearest_mode_with_the_real_values(place: Place) -> None:
    place.model(top='approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"')
    new = editor(place).call("session/new", {"cwd": str(place.workspace), "mcpServers": []})
    assert new["modes"]["currentModeId"] == "full-access"
    assert "untrusted" in new["modes"]["availableModes"][2]["description"]


def test_a_prompt_gives_words_usage_a_title_and_the_end(place: Place) -> None:
    place.model(says("Hello"))
    here = editor(place)
    session = here.open()
    result = here.run(session, "Say hello\nplease")
    assert result["stopReason"] == "end_turn"
    assert result["usage"]["totalTokens"] == 10
    assert here.heard(session) == "Hello"
    assert here.updates(session, "usage_update")[-1]["used"] == 10
    assert here.updates(session, "session_info_update") == [
        {"sessionUpdate": "session_info_update", "title": "Say hello"}
    ]


def test_blocks_of_a_prompt_reach_the_model_in_order(place: Place) -> None:
    model = place.model(says("Seen"))
    here = editor(place)
    here.run(
        here.open(),
        "Look at ",
        {"type": "resource_link", "uri": "file:///w/a.py", "name": "a.py"},
        {"type": "resource", "resource": {"uri": "file:///w/b.py", "text": "print(1)"}},
        {"type": "image", "data": "aGk=", "mimeType": "image/png"},
    )
    *_, said = model.seen[0].json["input"]
    assert [part.get("text", part.get("image_url")) for part in said["content"]] == [
        "Look at ",
        "[@a.py](file:///w/a.py)",
        '[@b.py](file:///w/b.py)\n<context ref="file:///w/b.py">\nprint(1)\n</context>\n',
        "data:image/png;base64,aGk=",
    ]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"},
        {"type": "image", "data": "no base64!", "mimeType": "image/png"},
        {"type": "image", "data": "aGk=", "mimeType": "text/html"},
        {"type": "hologram"},
        {"type": "text"},
    ],
)
def test_blocks_that_make_no_sense_are_refused(place: Place, block: Any) -> None:
    place.model()
    here = editor(place)
    session = here.open()
    assert here.error("session/prompt", {"sessionId": session, "prompt": [block]})["code"] == -32602


def test_a_mode_holds_from_the_next_turn_on_and_is_told(place: Place) -> None:
    model = place.model(says("One"), says("Two"), top='sandbox_mode = "read-only"')
    here = editor(place)
    session = here.open()
    here.run(session, "x")
    assert here.call("session/set_mode", {"sessionId": session, "modeId": "full-access"}) == {}
    here.run(session, "y")
    assert "danger-full-access" in json.dumps(model.seen[1].json["input"])
    assert here.updates(session, "current_mode_update")[0]["currentModeId"] == "full-access"
    assert here.updates(session, "config_option_update")[0]["configOptions"][0]["currentValue"] == "full-access"


def test_model_and_reasoning_are_settings(place: Place) -> None:
    model = place.model(says("One"))
    here = editor(place)
    session = here.open()
    for name, value in (("model", "gpt-5"), ("reasoning_effort", "minimal")):
        params = {"sessionId": session, "configId": name, "value": value}
        options = here.call("session/set_config_option", params)["configOptions"]
    assert [option["currentValue"] for option in options[1:]] == ["gpt-5", "minimal"]
    here.run(session, "x")
    sent = model.seen[0].json
    assert (sent["model"], sent["reasoning"]["effort"]) == ("gpt-5", "minimal")


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("session/set_mode", {"modeId": "wild"}, -32602),
        ("session/set_config_option", {"configId": "mode", "value": "wild"}, -32602),
        ("session/set_config_option", {"configId": "model", "value": True}, -32602),
        ("session/set_config_option", {"configId": "colour", "value": "red"}, -32602),
        ("session/prompt", {"prompt": []}, -32602),
        ("session/prompt", {}, -32602),
        ("session/fork", {}, -32601),
    ],
)
def test_what_makes_no_sense_is_an_error_and_the_session_lives(
    place: Place, method: str, params: Any, code: int
) -> None:
    place.model(says("Alive"))
    here = editor(place)
    session = here.open()
    assert here.error(method, {"sessionId": session, **params})["code"] == code
    here.run(session, "x")
    assert here.heard(session) == "Alive"


def test_sessions_that_nobody_knows_are_not_found(place: Place) -> None:
    place.model()
    here = editor(place)
    where = {"cwd": str(place.workspace), "mcpServers": []}
    for session in ("01a20ee6-0000-7000-8000-000000000000", "no id"):
        assert here.error("session/prompt", {"sessionId": session, "prompt": [text("x")]})["code"] == -32002
        assert here.error("session/load", {"sessionId": session, **where})["code"] == -32002
    here.notify("session/cancel", {"sessionId": "no id"})
    assert here.open()


@pytest.mark.parametrize("cwd", ["relative", "/no/such/folder", "/nul\0"])
def test_a_session_needs_a_folder(place: Place, cwd: str) -> None:
    place.model()
    assert editor(place).error("session/new", {"cwd": cwd, "mcpServers": []})["code"] == -32602


def test_nothing_works_before_the_handshake_and_there_is_only_one(place: Place) -> None:
    place.model()
    server = place.server("acp", initialize=False)
    assert server.error("session/list", {}) == (-32600, "Not initialized")
    here = Editor(server, place)
    assert here.error("initialize", HELLO)["code"] == -32600
    assert here.error("session/dance") == {"code": -32601, "message": "Method not found", "data": "session/dance"}


def test_lines_that_are_no_messages_harm_nothing(place: Place) -> None:
    place.model()
    here = editor(place)
    for line in ("", "{", "[]", '{"jsonrpc":"2.0"}', "\x00", '{"jsonrpc":"2.0","method":"session/cancel","params":7}'):
        here.server.line(line)
    assert here.open()


def test_who_is_not_logged_in_is_told_so(place: Place) -> None:
    here = editor(place)
    error = here.error("session/new", {"cwd": str(place.workspace), "mcpServers": []})
    assert error["code"] == -32000
    assert here.error("authenticate", {"methodId": "codex-api-key"})["code"] == -32000
    assert here.error("authenticate", {"methodId": "carrier-pigeon"})["code"] == -32602


def test_a_key_of_the_environment_logs_in_and_logout_forgets_it(place: Place) -> None:
    here = editor(place, env={"OPENAI_API_KEY": "sk-secret"})
    assert here.call("authenticate", {"methodId": "openai-api-key"}) == {}
    session = here.open()
    assert "sk-secret" in (place.home / "auth.json").read_text()
    assert here.call("logout") == {}
    assert not (place.home / "auth.json").exists()
    assert here.call("session/close", {"sessionId": session}) == {}


def test_a_closed_session_is_gone_and_still_saved(place: Place) -> None:
    place.model(says("One"), says("Two"))
    here = editor(place)
    session = here.open()
    here.run(session, "first")
    assert here.call("session/close", {"sessionId": session}) == {}
    assert here.error("session/prompt", {"sessionId": session, "prompt": [text("x")]})["code"] == -32002
    resumed = here.call("session/resume", {"sessionId": session, "cwd": str(place.workspace)})
    assert resumed["modes"]["currentModeId"] == "read-only"
    here.run(session, "second")
    assert here.heard(session) == "OneTwo"


def test_a_loaded_session_tells_what_was_said_before_it_answers(place: Place) -> None:
    place.model(runs("sh", "-c", "echo out; exit 3"), says("Done."))
    before = editor(place)
    session = before.open()
    before.run(session, "Do it")
    assert before.server.end() == 0
    here = editor(place)
    request = here.send("session/load", {"sessionId": session, "cwd": str(place.workspace), "mcpServers": []})
    assert "modes" in here.ends(request)
    kinds = [one["sessionUpdate"] for one in here.updates(session)]
    assert kinds[:4] == ["user_message_chunk", "tool_call", "tool_call_update", "agent_message_chunk"]
    told = [one.get("method", one.get("id")) for one in here.server.messages]
    assert told.index(request) > told.index("session/update")
    assert here.updates(session, "tool_call_update")[0]["status"] == "failed"


def test_sessions_are_listed_by_folder_whoever_began_them(place: Place) -> None:
    model = place.model(says("One"), says("Two"), says("Three"))
    assert model
    here = editor(place)
    session = here.open()
    here.run(session, "over acp")
    _exec(place, "by a script")
    listed = here.call("session/list", {"cwd": str(place.workspace)})["sessions"]
    assert [one["title"] for one in listed] == ["by a script", "over acp"]
    assert here.call("session/list", {"cwd": "/elsewhere"}) == {"sessions": []}
    other = listed[0]["sessionId"]
    here.call("session/load", {"sessionId": other, "cwd": str(place.workspace), "mcpServers": []})
    assert here.heard(other, "user_message_chunk") == "by a script"
    assert here.run(other, "on")["stopReason"] == "end_turn"


def test_other_doors_go_on_with_a_session(place: Place) -> None:
    model = place.model(says("One"), says("Two"), says("Three"))
    here = editor(place)
    session = here.open()
    here.run(session, "over acp")
    here.server.end()
    _exec(place, "by a script", "resume", session)
    app = place.server(initialize=False)
    app.result("initialize", {"clientInfo": {"name": "t", "version": "1"}, "capabilities": {}})
    thread = app.result("thread/list", {})["data"][0]
    assert (thread["id"], thread["source"], thread["originator"]) == (session, "vscode", "test-editor")
    app.result("thread/resume", {"threadId": session})
    turn = {"threadId": session, "input": [{"type": "text", "text": "third", "text_elements": []}]}
    app.result("turn/start", turn)
    app.notification("turn/completed")
    assert [part in json.dumps(model.seen[2].json) for part in ("over acp", "by a script", "third")] == [True] * 3


def test_the_end_of_stdin_ends_the_program_and_its_commands(place: Place) -> None:
    place.model(runs("sh", "-c", "echo pid $$; exec sleep 100"), top='sandbox_mode = "danger-full-access"')
    here = editor(place)
    session = here.open()
    request = here.say(session, "x")
    here.server.wait_for(lambda one: '"text": "pid ' in json.dumps(one))
    output = here.updates(session, "tool_call_update")[0]["content"][0]["content"]["text"]
    assert here.server.end() == 0
    assert dies(int(output.split()[1]))
    assert here.ends(request)["stopReason"] == "cancelled"


def test_two_sessions_work_at_the_same_time(place: Place) -> None:
    place.model(hangs(), says("Quick"))
    here = editor(place)
    slow, quick = here.open(), here.open()
    waiting = here.say(slow, "slow")
    here.server.wait_for(lambda one: "Once" in json.dumps(one))
    here.run(quick, "quick")
    assert here.heard(quick) == "Quick"
    here.notify("session/cancel", {"sessionId": slow})
    assert here.ends(waiting)["stopReason"] == "cancelled"


def test_one_prompt_at_a_time(place: Place) -> None:
    place.model(hangs())
    here = editor(place)
    session = here.open()
    here.say(session, "slow")
    assert here.error("session/prompt", {"sessionId": session, "prompt": [text("x")]})["code"] == -32600


def test_a_failed_turn_is_an_error_with_its_kind(place: Place) -> None:
    from model_server import json_reply

    place.model(json_reply({"error": {"message": "no such model"}}, 404))
    here = editor(place)
    error = here.error("session/prompt", {"sessionId": here.open(), "prompt": [text("x")]})
    assert error["code"] == -32603
    assert "no such model" in error["data"]["message"]
    assert error["data"]["codex_error_info"] == {"http_connection_failed": {"http_status_code": 404}}


def test_servers_of_tools_come_with_the_session(place: Place) -> None:
    place.model(says("x"))
    here = editor(place)
    broken = {"name": "my server", "command": "/no/such/program", "args": [], "env": []}
    session = here.open(mcpServers=[broken])
    here.server.wait_for(lambda one: "my_server" in json.dumps(one))
    assert here.run(session, "x")["stopReason"] == "end_turn"
    odd = {"cwd": str(place.workspace), "mcpServers": [{"type": "sse", "name": "s", "url": "http://x", "headers": []}]}
    assert here.error("session/new", odd)["code"] == -32602


def _exec(place: Place, prompt: str, *words: str) -> None:
    environ = {"CODEX_HOME": str(place.home), "HOME": str(place.root), "PATH": "/usr/bin:/bin"}
    command = [*OCTAVO, "exec", "--skip-git-repo-check", *words, prompt]
    done = subprocess.run(
        command, cwd=place.workspace, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
