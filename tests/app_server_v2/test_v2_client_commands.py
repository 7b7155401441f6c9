"""Commands of the client's own that it speaks to while they run."""

from __future__ import annotations

import asyncio
import base64
import os
from typing import Any

import pytest
from app_server_client import dies
from app_server_place import Place
from threads_client import ThreadsClient, client

from octavo.frontends.app_server.v2.command_output import CommandOutput
from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.outgoing import LineWriter
from octavo.frontends.jsonrpc.peer import Peer

FREE = {"type": "dangerFullAccess"}


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Process:
    """A command of the client's."""

    def __init__(self, me: ThreadsClient, *command: str, **params: Any) -> None:
        self.me = me
        asked = {"command": command, "processId": "p", "sandboxPolicy": FREE, **params}
        self.request = me.server.send("command/exec", asked)

    def type(self, text: str, **more: Any) -> None:
        asked = {"processId": "p", "deltaBase64": coded(text), **more}
        assert self.me.server.result("command/exec/write", asked) == {}

    def printed(self, stream: str = "stdout") -> str:
        """All that it was told to have printed so far."""
        pieces = [
            base64.b64decode(one["params"]["deltaBase64"])
            for one in list(self.me.server.messages)
            if one.get("method") == "command/exec/outputDelta" and one["params"]["stream"] == stream
        ]
        return b"".join(pieces).decode()

    def shows(self, text: str) -> None:
        """Wait until it has printed this."""
        self.me.server.wait_for(lambda _: text in self.printed())

    def ends(self) -> Any:
        return self.me.server.answer_to(self.request)["result"]


def test_output_comes_as_it_is_printed_and_not_again(place: Place) -> None:
    me = client(place)
    ran = Process(
        me, "sh", "-c", "echo out; echo err >&2; read x; echo $x; exit 3", streamStdoutStderr=True, streamStdin=True
    )
    ran.shows("out\n")
    ran.type("in\n")
    assert ran.ends() == {"exitCode": 3, "stdout": "", "stderr": ""}
    assert (ran.printed(), ran.printed("stderr")) == ("out\nin\n", "err\n")
    assert me.server.messages[-1].get("id") == ran.request  # the answer is the last that is heard of it
    assert me.server.error("command/exec/write", {"processId": "p", "closeStdin": True})[0] == -32600


def test_input_can_be_closed_and_output_kept_for_the_answer(place: Place) -> None:
    ran = Process(client(place), "sh", "-c", "cat; echo end", streamStdin=True)
    ran.type("é\n")
    ran.type("more", closeStdin=True)
    assert ran.ends() == {"exitCode": 0, "stdout": "é\nmoreend\n", "stderr": ""}
    assert ran.printed() == ""


def test_much_input_waits_for_a_command_that_reads_slowly(place: Place) -> None:
    me = client(place)
    ran = Process(me, "sh", "-c", "read x; cat | wc -c", streamStdin=True)
    ran.type("x" * 1_000_000)
    ran.type("\n" + "y" * 1_000_000, closeStdin=True)
    assert ran.ends()["stdout"].strip() == "1000000"


def test_a_terminal_has_a_size_that_changes_and_an_end_of_input(place: Place) -> None:
    me = client(place)
    ran = Process(me, "sh", "-c", "stty size; read x; stty size; tty; cat", tty=True, size={"rows": 10, "cols": 33})
    ran.shows("10 33\r\n")
    assert me.server.result("command/exec/resize", {"processId": "p", "size": {"rows": 20, "cols": 44}}) == {}
    ran.type("a\n")
    ran.shows("/dev/pts/")
    assert "20 44\r\n" in ran.printed()
    ran.type("half a line", closeStdin=True)
    assert ran.ends()["exitCode"] == 0
    assert ran.printed().endswith("half a linehalf a line")


def test_a_command_can_be_ended_with_all_that_it_started(place: Place) -> None:
    me = client(place)
    ran = Process(me, "sh", "-c", "sleep 600 & echo $!; wait", streamStdoutStderr=True, disableTimeout=True)
    ran.shows("\n")
    assert me.server.result("command/exec/terminate", {"processId": "p"}) == {}
    assert ran.ends() == {"exitCode": 137, "stdout": "", "stderr": ""}
    assert dies(int(ran.printed()))


@pytest.mark.parametrize("tty", [False, True])
def test_commands_end_with_the_connection(place: Place, tty: bool) -> None:
    me = client(place)
    ran = Process(me, "sh", "-c", "echo $$; exec sleep 600", tty=tty, streamStdoutStderr=True, disableTimeout=True)
    ran.shows("\n")
    assert me.server.end() == 0
    assert dies(int(ran.printed()))


def test_commands_of_any_ids_end_with_the_connection(place: Place) -> None:
    """A process id that reads like the number of a request, and a number that is used again."""
    me = client(place)
    pipe = place.root / "pipe"
    os.mkfifo(pipe)
    asked = {"command": ["sh", "-c", f"echo $$ > {pipe}; exec sleep 600"], "disableTimeout": True}
    pids = []
    for more in ({"processId": "\0007"}, {}, {}):
        me.server.send("command/exec", {**asked, **more, "sandboxPolicy": FREE}, 7)
        pids.append(int(pipe.read_text()))
    assert me.server.end() == 0
    assert all(dies(pid) for pid in pids)


def test_what_may_not_be_read_is_hidden_from_commands_of_the_client_in_a_sandbox(place: Place) -> None:
    place.configure('sandbox_mode = "workspace-write"\ndeny_read = ["*.key"]\n')
    (place.workspace / "a.key").write_text("secret")
    (place.home / "auth.json").write_text('{"OPENAI_API_KEY": "secret"}')
    me = client(place)
    asked = {"command": ["cat", "a.key", str(place.home / "auth.json")]}
    answer = me.server.result("command/exec", asked)
    assert (answer["exitCode"], answer["stdout"], answer["stderr"].count("Permission denied")) == (1, "", 2)
    assert me.server.result("command/exec", {**asked, "sandboxPolicy": FREE})["stdout"].startswith("secret")


def test_output_beyond_the_cap_is_dropped_and_that_is_told(place: Place) -> None:
    me = client(place)
    ran = Process(me, "sh", "-c", "printf 0123456789; printf abc >&2", streamStdoutStderr=True, outputBytesCap=4)
    assert ran.ends()["exitCode"] == 0
    told = {
        one["params"]["stream"]: (one["params"]["deltaBase64"], one["params"]["capReached"])
        for one in me.server.messages
        if one.get("method") == "command/exec/outputDelta"
    }
    assert told == {"stdout": (coded("0123"), True), "stderr": (coded("abc"), False)}
    much = {"command": ["sh", "-c", "yes | head -c 3000000"]}
    assert len(me.server.result("command/exec", much)["stdout"]) == 1 << 20
    assert len(me.server.result("command/exec", {**much, "disableOutputCap": True})["stdout"]) == 3_000_000


def test_much_output_is_told_whole(place: Place) -> None:
    ran = Process(client(place), "sh", "-c", "yes | head -c 6000000", streamStdoutStderr=True, disableOutputCap=True)
    assert ran.ends()["exitCode"] == 0
    assert len(ran.printed()) == 6_000_000


async def test_a_command_waits_for_a_client_that_does_not_read() -> None:
    reading, writing = os.pipe()
    output = CommandOutput(Peer(Channel(LineWriter(writing)), tagged=False), "p", None)
    source = Source()
    output.source = source
    while not source.held:
        output.take("stdout", bytes(1 << 16))
        await asyncio.sleep(0)
    assert source.told == [True]
    with open(reading, "rb", buffering=0) as pipe:
        while source.held:
            await asyncio.to_thread(pipe.read, 1 << 20)
    assert source.told == [True, False]
    os.close(writing)


class Source:
    """Something that prints."""

    def __init__(self) -> None:
        self.told: list[bool] = []

    @property
    def held(self) -> bool:
        return self.told[-1:] == [True]

    def hold(self, *, is_held: bool) -> None:
        self.told.append(is_held)


def test_time_signals_and_variables(place: Place) -> None:
    server = client(place).server
    endless = {"command": ["sleep", "600"], "timeoutMs": 100}
    assert server.result("command/exec", endless) == {"exitCode": 124, "stdout": "", "stderr": ""}
    assert server.result("command/exec", {"command": ["sh", "-c", "kill -9 $$"]})["exitCode"] == 137
    shown = {"command": ["sh", "-c", "echo $A-$HOME"], "env": {"A": "x", "HOME": None}}
    assert server.result("command/exec", shown)["stdout"] == "x-\n"


@pytest.mark.parametrize(
    ("asked", "exit_code"),
    [
        ({}, 1),
        ({"permissionProfile": ":workspace"}, 0),
        ({"permissionProfile": ":read-only"}, 1),
        ({"sandboxPolicy": {"type": "workspaceWrite"}, "processId": "t", "tty": True}, 0),
        ({"sandboxPolicy": {"type": "readOnly"}, "processId": "t", "tty": True}, 1),
    ],
)
def test_every_form_is_confined(place: Place, asked: dict[str, Any], exit_code: int) -> None:
    assert client(place).server.result("command/exec", {"command": ["touch", "x"], **asked})["exitCode"] == exit_code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"tty": True}, -32600),
        ({"streamStdin": True}, -32600),
        ({"streamStdoutStderr": True}, -32600),
        ({"size": {"rows": 1, "cols": 1}}, -32602),
        ({"tty": True, "processId": "p", "size": {"rows": 0, "cols": 1}}, -32602),
        ({"tty": True, "processId": "p", "size": {"rows": 1, "cols": 70_000}}, -32602),
        ({"timeoutMs": 1, "disableTimeout": True}, -32602),
        ({"timeoutMs": -1}, -32602),
        ({"outputBytesCap": 1, "disableOutputCap": True}, -32602),
        ({"outputBytesCap": -1}, -32602),
        ({"sandboxPolicy": FREE, "permissionProfile": ":read-only"}, -32602),
        ({"permissionProfile": "mine"}, -32600),
        ({"env": {"A=B": "x"}}, -32602),
        ({"command": ["a\0b"]}, -32603),
        ({"command": ["/nowhere/at/all"], "sandboxPolicy": FREE}, -32603),
    ],
)
def test_what_makes_no_sense_is_refused(place: Place, asked: dict[str, Any], code: int) -> None:
    assert client(place).server.error("command/exec", {"command": ["true"], **asked})[0] == code


def test_what_cannot_be_said_to_a_running_command_is_refused(place: Place) -> None:
    me = client(place)
    server = me.server
    size = {"rows": 1, "cols": 1}
    for method, more in (("write", {"closeStdin": True}), ("resize", {"size": size}), ("terminate", {})):
        assert "no active command/exec" in server.error(f"command/exec/{method}", {"processId": "p", **more})[1]
    ran = Process(me, "cat", streamStdin=True)
    assert "duplicate" in server.error("command/exec", {"command": ["true"], "processId": "p"})[1]
    assert server.error("command/exec/write", {"processId": "p", "deltaBase64": "%"})[0] == -32602
    assert server.error("command/exec/write", {"processId": "p"})[0] == -32602
    assert "PTY" in server.error("command/exec/resize", {"processId": "p", "size": size})[1]
    assert server.error("command/exec/write", {"processId": "p", "deltaBase64": coded("x" * (1 << 24)) + "AAAA"})[0] < 0
    ran.type("", closeStdin=True)
    assert ran.ends()["exitCode"] == 0
    ran = Process(me, "sleep", "600", streamStdoutStderr=True)
    assert "not enabled" in server.error("command/exec/write", {"processId": "p", "closeStdin": True})[1]
    server.result("command/exec/terminate", {"processId": "p"})
    assert ran.ends()["exitCode"] == 137
