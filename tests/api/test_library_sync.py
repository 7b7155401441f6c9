"""Without async: the same in scripts, in notebooks whose loop runs already, and in threads."""

from __future__ import annotations

import asyncio
import signal
import threading
from pathlib import Path

import pytest
from agents import sync_agent
from story import a_long_sleep, answer, call, message, processes_with, says, shell

import octavo
from octavo import ApprovalRequest, TurnFailed, tool


def test_a_script_runs_streams_resumes_and_forks(tmp_path: Path) -> None:
    script = [says("one"), answer(shell("echo hi")), says("two"), says("three"), says("four")]
    with sync_agent(tmp_path, *script) as agent:
        assert agent.run("a").final_response == "one"
        with agent.thread_start() as thread:
            events = list(thread.stream("b"))
            assert events[-1].result.final_response == "two"  # type: ignore[union-attr]
            fork = thread.fork()
            assert fork.run("c").final_response == "three"
        assert agent.thread_resume(thread.id).run("d").final_response == "four"


async def test_it_works_inside_a_running_loop(tmp_path: Path) -> None:
    with sync_agent(tmp_path, answer(shell("echo hi")), says("one")) as agent:
        assert agent.run("a").final_response == "one"


def test_it_works_in_several_threads_at_once(tmp_path: Path) -> None:
    said: dict[int, str] = {}

    def work(number: int) -> None:
        with sync_agent(tmp_path / str(number), answer(shell(f"echo {number}")), says(f"{number}")) as agent:
            said[number] = agent.run("go").items[1].output

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {n: f"{n}\n" for n in range(3)}


def test_types_tools_and_callbacks_work_too(tmp_path: Path) -> None:
    @tool(access="write")
    def act() -> str:
        """Act."""
        return "acted"

    def approve(_: ApprovalRequest) -> bool:
        return True

    script = [answer(call("act", {})), says('{"value": [1, 2]}')]
    with sync_agent(tmp_path, *script, tools=[act], approve=approve, sandbox="read-only") as agent:
        result = agent.run("go", output=list[int])
    assert result.output == [1, 2]
    assert result.items[1].output == "acted"


def test_errors_come_as_they_are(tmp_path: Path) -> None:
    with sync_agent(tmp_path) as agent, pytest.raises(TurnFailed, match="the script has answers for 0 attempts"):
        agent.run("go")


def test_a_turn_is_steered_and_interrupted_from_elsewhere(tmp_path: Path) -> None:
    marker = a_long_sleep()
    with sync_agent(tmp_path, answer(shell(f"echo up; {marker}"))) as agent:
        turn = agent.stream("go")
        for event in turn:
            if isinstance(event, octavo.OutputDelta):
                turn.steer("more")
                turn.interrupt()
        assert turn.result().status == "interrupted"
    assert not processes_with(marker)


def test_leaving_early_ends_what_runs(tmp_path: Path) -> None:
    marker = a_long_sleep()
    with sync_agent(tmp_path, answer(shell(f"echo up; {marker}"))) as agent:
        with agent.stream("go") as turn:
            next(event for event in turn if isinstance(event, octavo.OutputDelta))
        assert not processes_with(marker)


def test_ctrl_c_ends_what_is_waited_for(tmp_path: Path) -> None:
    begun, ended = threading.Event(), threading.Event()

    @tool(access="read")
    async def wait() -> None:
        """Wait."""
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    @tool(access="read")
    def press_ctrl_c() -> None:
        """Press it."""
        begun.wait()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    calls = answer(call("wait", {}, "w"), call("press_ctrl_c", {}, "p"))
    with sync_agent(tmp_path, calls, says("again"), tools=[wait, press_ctrl_c]) as agent:
        with pytest.raises(KeyboardInterrupt):
            agent.run("go")
        assert ended.is_set()
        assert agent.run("go").final_response == "again"


async def test_a_loop_that_ends_leaves_others_alone(tmp_path: Path) -> None:
    gate = asyncio.Event()
    with sync_agent(tmp_path / "a", answer(shell("echo a")), says("a")) as first:
        first.run("go")
    with sync_agent(tmp_path / "b", answer(shell("echo b")), answer(message("b"))) as second:
        assert second.run("go").items[1].output == "b\n"
    assert not gate.is_set()
