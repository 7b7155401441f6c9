"""Clients that stop reading, die, or say goodbye in the middle; and what must not survive them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from app_server_client import dies
from app_server_place import Place
from app_server_replies import CREATED, hangs, runs, says
from model_server import Reply, completed, message, sse
from test_app_server_turns import FREE, running_pid

SLEEP = ("sh", "-c", "echo $$; exec sleep 600")
STUBBORN = ("sh", "-c", "trap '' TERM INT HUP; echo $$; while :; do sleep 1; done")
ONE_OFF = {"sandboxPolicy": {"mode": "danger-full-access"}, "timeoutMs": 600_000}


class Flood(Sequence[bytes]):
    """The body of an endless-looking answer, which counts how much of it was taken."""

    def __init__(self, pieces: int, size: int) -> None:
        self.pieces, self.size, self.taken = pieces, size, 0

    def __iter__(self) -> Iterator[bytes]:
        item = {"type": "message", "role": "assistant", "id": "m", "content": []}
        yield sse(CREATED, {"type": "response.output_item.added", "item": item})
        for _ in range(self.pieces):
            yield sse({"type": "response.output_text.delta", "delta": "x" * self.size})
            self.taken += 1
        yield sse(message("x"), completed(10))

    def __len__(self) -> int:
        return self.pieces

    def __getitem__(self, place: Any) -> Any:
        raise NotImplementedError


def memory_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no such process")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
def test_a_client_that_stops_reading_does_not_fill_the_memory(place: Place) -> None:
    flood = Flood(1200, 64 << 10)
    place.model(Reply(headers=[("content-type", "text/event-stream")], body=flood))
    server = place.server(initialize=False, read=False)
    for number, (method, params) in enumerate(
        [("initialize", {"clientInfo": {"name": "t", "version": "1"}}), ("newConversation", {})]
    ):
        server.send(method, params, number)
    assert server.process.stdout
    server.process.stdout.readline()
    conversation = json.loads(server.process.stdout.readline())["result"]["conversationId"]
    server.send("addConversationListener", {"conversationId": conversation})
    before = memory_kib(server.process.pid)
    item = {"type": "text", "data": {"text": "go"}}
    server.send("sendUserMessage", {"conversationId": conversation, "items": [item]})
    taken = -1
    while flood.taken == 0 or flood.taken != taken:  # until the model cannot go on either
        taken = flood.taken
        time.sleep(0.3)
    assert taken < 600
    assert memory_kib(server.process.pid) - before < 40 << 10
    server.start_reading()
    server.turns_end()
    assert server.events().count("agent_message_content_delta") == flood.pieces


def test_a_client_that_dies_in_a_turn_takes_its_commands_along(place: Place) -> None:
    place.model(runs(*SLEEP), top=FREE)
    server = place.server()
    server.say(server.conversation(), "go")
    pid = running_pid(server)
    assert server.process.stdin
    assert server.process.stdout
    server.process.stdin.close()
    assert server.process.wait(30) == 0
    assert dies(pid)


def test_a_broken_stdout_is_no_reason_to_stop_listening(place: Place) -> None:
    server = place.server(read=False, initialize=False)
    assert server.process.stdout
    server.process.stdout.close()
    for number in range(50):
        server.send("getUserAgent", request_id=number)
    assert server.end() == 0
    assert "Traceback" not in server.stderr_path.read_text()


@pytest.mark.parametrize("command", [SLEEP, STUBBORN])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything(place: Place, number: signal.Signals, command: Sequence[str]) -> None:
    place.model(runs(*command), top=FREE)
    server = place.server()
    server.say(server.conversation(), "go")
    pid = running_pid(server)
    server.send("execOneOffCommand", {"command": ["sh", "-c", "echo $$ > pid; exec sleep 600"], **ONE_OFF})
    other = wait_for_pid(place.workspace / "pid")
    begun = time.monotonic()
    assert server.signal(number) == -number
    assert time.monotonic() - begun < 5
    assert dies(pid)
    assert dies(other)


def test_what_the_parent_ignores_stays_ignored(place: Place) -> None:
    script = f"trap '' HUP; exec {sys.executable} -m octavo app-server"
    server = place.server("app-server", program=("sh", "-c", script))
    server.process.send_signal(signal.SIGHUP)
    assert "userAgent" in server.result("getUserAgent")
    assert server.end() == 0


def test_commands_find_apply_patch_and_nothing_of_it_is_left(place: Place) -> None:
    place.model()
    server = place.server()
    found = server.result("execOneOffCommand", {"command": ["sh", "-c", "command -v apply_patch"], **ONE_OFF})
    assert found["stdout"].startswith(str(place.home))
    server.signal(signal.SIGTERM)
    assert not list(place.home.glob("tmp/*"))


def test_a_kill_leaves_no_commands(place: Place) -> None:
    place.model(runs(*SLEEP), top=FREE)
    server = place.server()
    server.say(server.conversation(), "go")
    pid = running_pid(server)
    server.signal(signal.SIGKILL)
    assert dies(pid)


def test_at_the_end_of_stdin_nobody_waits_for_turns_and_questions(place: Place) -> None:
    place.model(runs("touch", "made"), hangs(), top='approval_policy = "untrusted"')
    server = place.server()
    asking, hanging = server.conversation(), server.conversation()
    server.say(asking, "go")
    server.question("execCommandApproval")
    server.say(hanging, "go")
    server.event("agent_message_delta")
    server.send("interruptConversation", {"conversationId": server.conversation()})
    assert server.end() == 0
    assert not (place.workspace / "made").exists()


def test_a_stubborn_command_does_not_hold_up_the_end(place: Place) -> None:
    place.model(runs(*STUBBORN), top=FREE)
    server = place.server()
    server.say(server.conversation(), "go")
    pid = running_pid(server)
    begun = time.monotonic()
    assert server.end() == 0
    assert time.monotonic() - begun < 8
    assert dies(pid)


def test_many_conversations_run_at_the_same_time(place: Place) -> None:
    place.model(says("One."))
    server = place.server()
    conversations = [server.conversation() for _ in range(30)]
    for conversation in conversations:
        server.send(
            "sendUserMessage", {"conversationId": conversation, "items": [{"type": "text", "data": {"text": "hi"}}]}
        )
    server.turns_end(len(conversations))
    for conversation in conversations:
        kinds = server.events(conversation)
        assert (kinds[0], kinds[-1]) == ("task_started", "task_complete")


def test_stray_output_does_not_reach_the_client() -> None:
    program = (
        "import os, subprocess, sys\n"
        "from octavo.frontends.jsonrpc.stdio import claim_stdio\n"
        "incoming, outgoing = claim_stdio()\n"
        "print('stray', flush=True)\n"
        "subprocess.run(['sh', '-c', 'echo child; cat'])\n"
        "os.write(outgoing, b'message:' + os.read(incoming, 100))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], input=b"line", capture_output=True, check=True)
    assert done.stdout == b"message:line"
    assert done.stderr.split() == [b"stray", b"child"]


def wait_for_pid(path: Path) -> int:
    """The process id that a command writes to a file."""
    gone = threading.Event()
    for _ in range(3000):
        if path.exists() and (text := path.read_text()).endswith("\n"):
            return int(text)
        gone.wait(0.01)
    raise AssertionError(f"{path} did not appear")
