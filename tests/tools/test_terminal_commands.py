"""Commands on a terminal of their own: what the model reads and types, what the client hears, and when they end."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from story import Json, Talk, a_long_sleep, answer, call, conversation, processes_with, says

FREE = "danger-full-access"


@asynccontextmanager
async def terminals(workspace: Path, *calls: Json, **settings: Any) -> AsyncIterator[Talk]:
    """A conversation whose model makes these calls, one per reply."""
    settings = {"sandbox_mode": FREE, "approval_policy": "never", "features": {"unified_exec": True}} | settings
    async with conversation(workspace, [*(answer(item) for item in calls), says("done")], **settings) as talk:
        yield talk


def start(cmd: str, number: int = 0, **arguments: Any) -> Json:
    return call("exec_command", {"cmd": cmd, **arguments}, f"start-{number}")


def type_in(session: int, chars: str = "", number: int = 0, **arguments: Any) -> Json:
    given = {"session_id": session, "chars": chars, "yield_time_ms": 250, **arguments}
    return call("write_stdin", given, f"type-{number}")


def outputs(talk: Talk) -> list[str]:
    """What the model got for each call, as text."""
    return [item["output"] for item in talk.input() if item["type"] == "function_call_output"]


def results(talk: Talk) -> list[Json]:
    """The same, where each is an answer and no error."""
    return [json.loads(text) for text in outputs(talk)]


async def test_a_command_that_ends_while_the_model_waits(tmp_path: Path) -> None:
    async with terminals(tmp_path / "w", start("echo hi; exit 5")) as talk:
        turn = await talk.user("go")
        (text,) = outputs(talk)
    form = r'\{"chunk_id":"[0-9a-f]{6}","wall_time_seconds":([\d.]+),"output":"hi\\r\\n","exit_code":5\}'
    found = re.fullmatch(form, text)
    assert found
    assert float(found[1]) >= 0.25  # an early end does not shorten the wait
    begin, delta, end = (turn.one(f"exec_command_{kind}") for kind in ("begin", "output_delta", "end"))
    assert (begin["call_id"], begin["command"], begin["cwd"]) == ("start-0", ["echo hi; exit 5"], str(tmp_path / "w"))
    assert (delta["call_id"], delta["stream"]) == ("start-0", "stdout")
    assert (end["call_id"], end["exit_code"]) == ("start-0", 5)
    assert (end["stdout"], end["aggregated_output"], end["stderr"]) == ("hi\r\n", "hi\r\n", "")


async def test_a_command_goes_on_between_calls_and_hears_what_the_model_types(tmp_path: Path) -> None:
    calls = (start("cat"), type_in(0, "typed\n", 1), type_in(0, "\x04", 2), type_in(0, "more", 3))
    async with terminals(tmp_path / "w", *calls) as talk:
        turn = await talk.user("go")
        first, second, third = (json.loads(text) for text in outputs(talk)[:3])
        last = outputs(talk)[3]
    assert (first["output"], first["session_id"]) == ("", 0)
    assert "exit_code" not in first
    assert (second["output"], second["session_id"]) == ("typed\r\ntyped\r\n", 0)  # the terminal's echo, then cat's
    assert third["exit_code"] == 0
    assert "session_id" not in third
    assert last == "write_stdin failed: UnknownSessionId { session_id: 0 }"
    end = turn.one("exec_command_end")
    assert (end["call_id"], end["exit_code"]) == ("start-0", 0)
    assert {delta["call_id"] for delta in turn.all("exec_command_output_delta")} == {"start-0"}


async def test_numbers_count_the_commands_that_were_kept(tmp_path: Path) -> None:
    calls = (start("cat", 0), start("true", 1), start("cat", 2))
    async with terminals(tmp_path / "w", *calls) as talk:
        await talk.user("go")
        assert [result.get("session_id") for result in results(talk)] == [0, None, 1]


async def test_a_terminal_of_24_rows_and_80_columns_controls_the_command(tmp_path: Path) -> None:
    script = "tty | cut -c1-9; stty size; ps -o pgid=,tpgid= -p $$; echo err >&2"
    async with terminals(tmp_path / "w", start(script, yield_time_ms=1500)) as talk:
        await talk.user("go")
        (result,) = results(talk)
    tty, size, groups, error = result["output"].split("\r\n")[:4]
    assert (tty, size, error) == ("/dev/pts/", "24 80", "err")
    assert len(set(groups.split())) == 1


async def test_the_shell_that_was_asked_for(tmp_path: Path) -> None:
    script = 'echo "$0 $-"; shopt -q login_shell && echo login'
    calls = (start(script, 0), start(script, 1, shell="bash", login=False), start("echo $0", 2, shell="/no/such"))
    async with terminals(tmp_path / "w", *calls) as talk:
        await talk.user("go")
        login, plain, missing = outputs(talk)
    assert json.loads(login)["output"].split("\r\n")[1] == "login"
    assert "login" not in json.loads(plain)["output"]
    assert json.loads(plain)["output"].startswith("bash ")
    assert missing.startswith('exec_command failed: CreateSession { message: "')
    assert "NotFound" in missing or "No such file" in missing


async def test_a_command_that_a_signal_ends_has_exit_code_1(tmp_path: Path) -> None:
    async with terminals(tmp_path / "w", start("kill -9 $$")) as talk:
        await talk.user("go")
        assert results(talk)[0]["exit_code"] == 1


@pytest.mark.parametrize(
    ("most", "shown", "length"),
    [
        (10, "01234…92 tokens truncated…789\r\n", 102),
        (1, "…102 tokens truncated…", 102),
        (0, "…102 tokens truncated…", 102),
    ],
)
async def test_long_output_loses_its_middle(tmp_path: Path, most: int, shown: str, length: int) -> None:
    script = "for i in 0 1 2 3 4 5 6 7 8 9; do printf 0123456789; done; echo"
    async with terminals(tmp_path / "w", start(script, max_output_tokens=most)) as talk:
        turn = await talk.user("go")
        (result,) = results(talk)
    assert result["output"] == shown
    assert result["original_token_count"] == length
    assert turn.one("exec_command_end")["stdout"] == "0123456789" * 10 + "\r\n"


async def test_output_that_nobody_collects_is_kept_up_to_its_newest_mebibyte(tmp_path: Path) -> None:
    script = "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end"
    async with terminals(tmp_path / "w", start(script, yield_time_ms=3000)) as talk:
        turn = await talk.user("go")
    said = turn.one("exec_command_end")["stdout"]
    assert len(said) == 1 << 20
    assert said.endswith("x\r\nend\r\n")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("exec_command", {"command": "ls"}), ("exec_command", {"cmd": 3}), ("write_stdin", {"chars": "x"})],
)
async def test_arguments_that_make_no_sense(tmp_path: Path, tool: str, arguments: Json) -> None:
    async with terminals(tmp_path / "w", call(tool, arguments)) as talk:
        turn = await talk.user("go")
        assert outputs(talk)[0].startswith(f"failed to parse {tool} arguments: ")
    assert not turn.all("exec_command_begin")


async def test_it_runs_in_the_sandbox(tmp_path: Path) -> None:
    place = f"/var/tmp/escape-{os.getpid()}"
    script = f"touch {place}; touch inside && echo fine; echo net=$CODEX_SANDBOX_NETWORK_DISABLED"
    calls = (start(script), start("true", 1))
    async with terminals(tmp_path / "w", *calls, sandbox_mode="workspace-write") as talk:
        await talk.user("go")
        result = results(talk)[0]
    assert not os.path.exists(place)
    assert (tmp_path / "w/inside").exists()
    assert "Read-only file system" in result["output"] or "Permission denied" in result["output"]
    assert result["output"].endswith("fine\r\nnet=1\r\n")


async def test_every_command_is_asked_for_on_request_and_a_no_is_final(tmp_path: Path) -> None:
    settings = {"sandbox_mode": "read-only", "approval_policy": "on-request"}
    async with terminals(tmp_path / "w", start("ls"), **settings) as talk:
        turn_id = await talk.say("go")
        question = await talk.decide("denied")
        turn = await talk.rest_of(turn_id)
        (text,) = outputs(talk)
    assert question["command"] == ["/bin/bash", "-lc", "ls"]
    assert text == 'exec_command failed: CreateSession { message: "Rejected(\\"rejected by user\\")" }'
    assert len(turn.all("exec_command_begin")) == 1
    assert not turn.all("exec_command_end")


@pytest.mark.usefixtures("slow_machine")
async def test_a_command_that_the_sandbox_stops_at_once_is_asked_about_and_tried_again(tmp_path: Path) -> None:
    place = Path(f"/var/tmp/allowed-{os.getpid()}")
    settings = {"sandbox_mode": "workspace-write", "approval_policy": "on-failure"}
    try:
        async with terminals(tmp_path / "w", start(f"touch {place} && echo fine", login=False), **settings) as talk:
            turn_id = await talk.say("go")
            question = await talk.decide("approved")
            turn = await talk.rest_of(turn_id)
            (result,) = results(talk)
        assert question["reason"] == "command failed; retry without sandbox?"
        assert (result["output"], result["exit_code"]) == ("fine\r\n", 0)
        assert place.exists()
        assert len(turn.all("exec_command_begin")) == len(turn.all("exec_command_end")) == 1
    finally:
        place.unlink(missing_ok=True)


async def test_what_it_leaves_in_the_background_ends_with_it(tmp_path: Path) -> None:
    marker = a_long_sleep()
    script = f"(trap '' HUP; setsid {marker} > /dev/null 2>&1 &); echo started"
    async with terminals(tmp_path / "w", start(script)) as talk:
        await talk.user("go")
        assert results(talk)[0]["exit_code"] == 0
        while processes_with(marker):  # ended, and about to be gone
            await asyncio.sleep(0.005)


async def test_it_ends_with_its_conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which waits for its end, and no longer."""
    monkeypatch.setattr("octavo.process.launch._GONE_WITHIN", 3600.0)
    marker = a_long_sleep()
    async with asyncio.timeout(30), terminals(tmp_path / "w", start(f"trap '' HUP TERM; {marker}; {marker}")) as talk:
        await talk.user("go")
        assert results(talk)[0]["session_id"] == 0
        assert processes_with(marker)
    assert not processes_with(marker)


async def test_an_interrupt_ends_a_command_that_is_being_waited_for(tmp_path: Path) -> None:
    marker = a_long_sleep()
    async with terminals(tmp_path / "w", start(marker, yield_time_ms=30_000)) as talk:
        await talk.say("go")
        await talk.until("exec_command_begin")
        while not processes_with(marker):
            await asyncio.sleep(0.005)
        await talk.interrupt()
        await talk.until("turn_aborted")
        assert not processes_with(marker)


async def test_a_command_that_prints_for_ever_stops_nothing_else(tmp_path: Path) -> None:
    async with terminals(tmp_path / "w", start("yes", yield_time_ms=250), start("echo hi", 1)) as talk:
        await talk.user("go")
        first, second = outputs(talk)
    assert "y\\r\\ny" in first
    assert json.loads(second)["output"] == "hi\r\n"
