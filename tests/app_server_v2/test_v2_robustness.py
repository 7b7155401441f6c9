"""Clients of today that ask for much, stop reading, or go away."""

from __future__ import annotations

import json
import signal
import time

from app_server_client import PATIENCE, dies
from app_server_place import Place
from app_server_replies import deltas, hangs, runs, says
from threads_client import TODAY, client, words

UNCONFINED = 'sandbox_mode = "danger-full-access"'


def test_a_large_output_is_text_in_whole_pieces(place: Place) -> None:
    place.model(runs("sh", "-c", "yes 'grüße' | head -c 3000000"), says("Done."), top=UNCONFINED)
    me = client(place)
    turn = me.say(me.start(), "go")
    me.ends(turn)
    command = me.items(turn)[1]
    assert 0 < len(command["aggregatedOutput"]) < 3_000_000
    pieces = "".join(
        one["params"]["delta"] for one in me.told(turn) if one["method"] == "item/commandExecution/outputDelta"
    )
    assert pieces.startswith("grüße\ngrüße\n")
    assert "\ufffd" not in pieces[:-1]


def test_the_end_of_stdin_ends_a_running_command(place: Place) -> None:
    place.model(runs("sh", "-c", "echo $$ > pid; exec sleep 60"), top=UNCONFINED)
    me = client(place)
    me.say(me.start(), "go")
    pid = _pid(place)
    assert me.server.end() == 0
    assert dies(pid)


def test_a_signal_ends_a_running_command(place: Place) -> None:
    place.model(runs("sh", "-c", "echo $$ > pid; exec sleep 60"), top=UNCONFINED)
    me = client(place)
    me.say(me.start(), "go")
    pid = _pid(place)
    me.server.signal(signal.SIGTERM)
    assert dies(pid)


def test_an_open_question_dies_with_its_client(place: Place) -> None:
    place.model(runs("sh", "-c", "touch made"), top=f'approval_policy = "untrusted"\n{UNCONFINED}')
    me = client(place)
    me.say(me.start(), "go")
    me.asked("item/commandExecution/requestApproval")
    assert me.server.end() == 0
    assert not (place.workspace / "made").exists()


def test_a_client_that_stops_reading_gets_everything_when_it_reads_on(place: Place) -> None:
    place.model(deltas(["x" * 1000] * 3000))
    server = place.server(initialize=False, read=False)
    for number, (method, params) in enumerate([("initialize", TODAY), ("thread/start", {})]):
        server.send(method, params, number)
    assert server.process.stdout
    thread = ""
    while not thread:
        message = json.loads(server.process.stdout.readline())
        thread = message.get("result", {}).get("thread", {}).get("id", "")
    server.send("turn/start", {"threadId": thread, "input": [words("go")]}, 2)
    server.send("thread/loaded/list", {}, 3)
    server.start_reading()
    server.wait_for(lambda message: message.get("method") == "turn/completed")
    pieces = [one for one in server.messages if one.get("method") == "item/agentMessage/delta"]
    assert sum(len(one["params"]["delta"]) for one in pieces) == 3_000_000


def test_many_threads_live_in_one_process(place: Place) -> None:
    place.model(*[deltas(["a", "b"]) for _ in range(20)])
    me = client(place)
    turns = [me.say(me.start(), "go") for _ in range(20)]
    assert {me.ends(turn)["status"] for turn in turns} == {"completed"}
    assert len(me.server.result("thread/loaded/list", {"limit": 100})["data"]) == 20


def test_an_interrupted_stream_leaves_a_thread_that_goes_on(place: Place) -> None:
    place.model(hangs(), says("Back."))
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    me.server.notification("item/agentMessage/delta")
    me.server.result("turn/interrupt", {"threadId": thread, "turnId": turn})
    me.ends(turn)
    assert me.run(thread, "again")["status"] == "completed"


def _pid(place: Place) -> int:
    path, deadline = place.workspace / "pid", time.monotonic() + PATIENCE
    while not path.exists() or not path.read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(path.read_text())
