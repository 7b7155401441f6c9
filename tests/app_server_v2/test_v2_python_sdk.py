"""The Python client that the makers of Codex publish, as its users write it (`pip install openai-codex`)."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from app_server_client import dies
from app_server_place import Place
from app_server_replies import calls, deltas, runs, says
from app_server_sessions import save_session
from threads_client import client

sdk = pytest.importorskip("openai_codex", reason="openai-codex is not installed (pip install openai-codex==0.163.0)")

ASK = 'approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"'
WAIT = ("sh", "-c", "while [ ! -e go ]; do sleep 0.02; done")
Start = Callable[..., Any]


@pytest.fixture
def start(place: Place) -> Iterator[Start]:
    """Starts a client of this place."""
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(sdk.Codex(settings(place, **more)))


def settings(place: Place, **more: Any) -> Any:
    program = str(Path(sys.executable).with_name("octavo"))
    environ = {"CODEX_HOME": str(place.home), "HOME": str(place.root)}
    return sdk.CodexConfig(codex_bin=program, cwd=str(place.workspace), env=environ, **more)


def test_a_run_gives_words_items_and_usage(place: Place, start: Start) -> None:
    place.model(runs("echo", "hi"), deltas(["He", "llo"]))
    result = start().thread_start().run("x")
    assert result.final_response == "Hello"
    assert [item.root.type for item in result.items] == ["userMessage", "commandExecution", "agentMessage"]
    assert result.usage.total.total_tokens == 20


def test_two_threads_at_the_same_time_do_not_mix(place: Place, start: Start) -> None:
    wait = ("sh", "-c", "while [ ! -e go ]; do sleep 0.02; done")
    place.model(runs(*wait), runs(*wait), says("Done."), says("Done."))
    codex = start()
    turns = [codex.thread_start(sandbox=sdk.Sandbox.workspace_write).turn("go") for _ in range(2)]
    told: dict[str, list[Any]] = {turn.id: [] for turn in turns}
    listeners = [threading.Thread(target=lambda turn=turn: told[turn.id].extend(turn.stream())) for turn in turns]
    for listener in listeners:
        listener.start()
    (place.workspace / "go").touch()
    for listener in listeners:
        listener.join(30)
    for turn in turns:
        assert told[turn.id][-1].method == "turn/completed"
        assert {one.payload.thread_id for one in told[turn.id]} == {turn.thread_id}


async def test_the_asynchronous_client_runs_the_same(place: Place) -> None:
    place.model(runs("echo", "hi"), says("Done."))
    async with sdk.AsyncCodex(settings(place)) as codex:
        thread = await codex.thread_start()
        assert (await thread.run("x")).final_response == "Done."
        assert len((await thread.read(include_turns=True)).thread.turns) == 1


def test_the_whole_list_is_understood_whoever_began_its_threads(place: Place, start: Start) -> None:
    from openai_codex.generated.v2_all import ThreadSourceKind

    sources: list[Any] = [
        "cli",
        "mcp",
        "somewhere",
        "exec",
        "vscode",
        {"subagent": "review"},
        {"subagent": {"other": "x"}},
    ]
    for number, source in enumerate(sources):
        save_session(place.home, number, f"text {number}", source=source)
    kinds = ["cli", "vscode", "exec", "appServer", "subAgent", "subAgentReview", "subAgentOther", "unknown"]
    wanted = [ThreadSourceKind(kind) for kind in kinds]
    assert len(start().thread_list(source_kinds=wanted, model_providers=[]).data) == len(sources)


def test_a_stream_ends_with_its_turn_and_every_payload_has_its_type(place: Place, start: Start) -> None:
    place.model(deltas(["a", "b"]))
    told = list(start().thread_start().turn("go").stream())
    assert told[-1].method == "turn/completed"
    assert {type(one.payload).__name__ for one in told}.isdisjoint({"UnknownNotification", "dict"})


def test_what_was_streamed_can_be_read_again(place: Place, start: Start) -> None:
    place.model(runs("echo", "hi"), says("Done."))
    thread = start().thread_start()
    result = thread.run("go")
    turns = thread.read(include_turns=True).thread.turns
    assert [item.root for item in turns[0].items] == [item.root for item in result.items]


def test_options_of_later_releases_are_taken(place: Place, start: Start) -> None:
    place.model(says("One"), says("Two"))
    codex = start()
    thread = codex.thread_start()
    thread.run("x")
    again = codex.thread_resume(thread.id, include_turns=False)
    assert again.run("y", source="cron", turn_service_tier="default").final_response == "Two"


def test_threads_are_forked_named_listed_and_archived(place: Place, start: Start) -> None:
    place.model(says("One"), says("Two"))
    codex = start()
    thread = codex.thread_start()
    thread.run("x")
    fork = codex.thread_fork(thread.id)
    assert fork.run("y").final_response == "Two"
    thread.set_name("my name")
    assert [one.name for one in codex.thread_list(search_term="my name").data] == ["my name"]
    codex.thread_archive(thread.id)
    assert [one.id for one in codex.thread_list(archived=True).data] == [thread.id]
    codex.thread_unarchive(thread.id)


@pytest.mark.parametrize(("outcome", "made"), [("allow", True), ("deny", False)])
def test_in_the_usual_mode_a_model_decides_about_escalations(
    place: Place, start: Start, outcome: str, made: bool
) -> None:
    escalated = {"command": ["touch", "made"], "with_escalated_permissions": True, "justification": "need it"}
    verdict = json.dumps({"outcome": outcome, "rationale": "because"})
    place.model(calls("shell", escalated), says(verdict), says("Done."))
    told = list(start().thread_start().turn("x").stream())
    assert told[-1].payload.turn.status.value == "completed"
    assert (place.workspace / "made").exists() == made
    reviews = [one.payload for one in told if one.method == "item/autoApprovalReview/completed"]
    assert [type(one).__name__ for one in reviews] == ["ItemGuardianApprovalReviewCompletedNotification"]


def test_a_turn_is_steered_and_a_second_one_joins_it(place: Place, start: Start) -> None:
    place.model(runs(*WAIT), says("Done."))
    thread = start().thread_start(sandbox=sdk.Sandbox.workspace_write)
    turn = thread.turn("go")
    running = threading.Event()
    told: list[Any] = []

    def listen() -> None:
        for one in turn.stream():
            told.append(one)
            if one.method == "item/started" and one.payload.item.root.type == "commandExecution":
                running.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert running.wait(30)
    turn.steer("more")
    joined = thread.turn("and more")
    assert joined.id == turn.id
    (place.workspace / "go").touch()
    listener.join(30)
    assert told[-1].method == "turn/completed"


def test_an_interrupt_ends_a_run(place: Place, start: Start) -> None:
    place.model(runs("sleep", "60"))
    turn = start().thread_start().turn("go")
    for one in turn.stream():
        if one.method == "item/started" and one.payload.item.root.type == "commandExecution":
            turn.interrupt()
        last = one
    assert last.payload.turn.status.value == "interrupted"


def test_a_failed_turn_raises_with_the_services_words(place: Place, start: Start) -> None:
    from model_server import Reply

    place.model(Reply(status=404, body=[b"no such thing"]))
    with pytest.raises(RuntimeError, match="404"):
        start().thread_start().run("x")


def test_an_answer_keeps_to_a_schema(place: Place, start: Start) -> None:
    model = place.model(says('{"a":1}'))
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    start().thread_start().run("x", output_schema=schema)
    assert model.seen[0].json["text"]["format"]["name"] == "codex_output_schema"


def test_an_external_message_is_a_turn(place: Place, start: Start) -> None:
    place.model(says("Seen."))
    result = start().thread_start().run(sdk.ExternalMessage(tool_name="mail", content="hello"))
    assert (result.final_response, result.items[0].root.type) == ("Seen.", "functionCallOutput")


def test_accounts_and_models(place: Place, start: Start) -> None:
    codex = start()
    assert [model.is_default for model in codex.models().data].count(True) == 1
    assert codex.account().requires_openai_auth
    codex.login_api_key("sk-1")
    assert codex.account().account.root.type == "apiKey"
    codex.logout()
    assert codex.account().account is None


def test_overrides_reach_threads(place: Place, start: Start) -> None:
    model = place.model(says("One"))
    start(config_overrides=('model="named"',)).thread_start().run("x")
    assert model.seen[0].json["model"] == "named"


def test_a_client_that_closes_in_a_turn_leaves_nothing_behind(place: Place) -> None:
    place.model(runs("sh", "-c", "echo $$ > pid; sleep 60"), top='sandbox_mode = "danger-full-access"')
    codex = sdk.Codex(settings(place))
    thread = codex.thread_start()
    for one in thread.turn("go").stream():
        if one.method == "item/started" and one.payload.item.root.type == "commandExecution":
            break
    while not (place.workspace / "pid").exists() or not (place.workspace / "pid").read_text():
        os.sched_yield()
    codex.close()
    assert dies(int((place.workspace / "pid").read_text()))
    me = client(place)
    assert me.server.result("thread/read", {"threadId": thread.id})["thread"]["preview"] == "go"


@pytest.mark.parametrize(
    ("answer", "made", "status"),
    [
        ({"decision": "accept"}, True, "completed"),
        ({"decision": "decline"}, False, "completed"),
        ({"decision": "cancel"}, False, "interrupted"),
        ({}, False, "completed"),
    ],
)
def test_a_handler_of_the_users_decides(place: Place, answer: dict[str, Any], made: bool, status: str) -> None:
    from openai_codex.client import CodexClient

    place.model(runs("sh", "-c", "touch made"), says("Done."), top=ASK)
    asked: list[str] = []

    def handler(method: str, _: Any) -> dict[str, Any]:
        asked.append(method)
        return answer

    with CodexClient(config=settings(place), approval_handler=handler) as low:
        low.initialize()
        thread = low.thread_start({}).thread.id
        turn = low.turn_start(thread, "go").turn.id
        ended = low.wait_for_turn_completed(turn)
    assert ended.turn.status.value == status
    assert asked == ["item/commandExecution/requestApproval"]
    assert (place.workspace / "made").exists() == made


def test_a_handler_that_breaks_ends_the_server_and_what_it_runs(place: Place) -> None:
    from openai_codex.client import CodexClient

    place.model(runs("sh", "-c", "touch made"), says("Done."), top=ASK)

    def handler(method: str, _: Any) -> dict[str, Any]:
        raise RuntimeError("no idea")

    low = CodexClient(config=settings(place), approval_handler=handler)
    low.start()
    low.initialize()
    turn = low.turn_start(low.thread_start({}).thread.id, "go").turn.id
    with pytest.raises(Exception):  # noqa: B017, PT011 - how a broken reader shows is the package's affair
        low.wait_for_turn_completed(turn)
    low.close()
    assert not (place.workspace / "made").exists()
