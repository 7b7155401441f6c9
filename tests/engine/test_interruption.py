"""Interrupting a turn wherever it may wait: what is kept, what is told, and that nothing is left running."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import pytest
from story import (
    Talk,
    Told,
    a_long_sleep,
    added,
    after_context,
    answer,
    conversation,
    cut_off,
    freeform,
    local_shell,
    message,
    processes_with,
    reasoning,
    says,
    shell,
    text_delta,
)

from octavo.model.scripted import Script
from octavo.protocol import ops


class Reached(asyncio.Event):
    """A barrier that never opens and tells that it was reached."""

    def __init__(self, reached: asyncio.Event) -> None:
        super().__init__()
        self._reached = reached

    async def wait(self) -> Literal[True]:
        self._reached.set()
        return await super().wait()


async def interrupted(talk: Talk, turn_id: str) -> Told:
    """Interrupt, and hear how the turn ends."""
    await talk.interrupt()
    turn = await talk.rest_of(turn_id)
    assert turn[-1] == {"id": turn_id, "msg": {"type": "turn_aborted", "reason": "interrupted"}}
    assert not turn.all("task_complete")
    return turn


async def works_on(talk: Talk) -> list[str]:
    """The next turn works; what the model got in it, without the context."""
    before = len(talk.requests)
    turn = await talk.user("next")
    assert turn.one("task_complete")["last_agent_message"] == "fine"
    assert len(talk.requests) == before + 1
    calls = {item["call_id"] for item in talk.input() if item["type"].endswith("_call")}
    outputs = [item["call_id"] for item in talk.input() if item["type"].endswith("_output")]
    assert sorted(outputs) == sorted(calls)
    return after_context(talk.input())


async def test_with_nothing_running_nothing_happens(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("fine")]) as talk:
        await talk.interrupt()
        assert await works_on(talk) == ["next"]
        assert not talk.told.all("turn_aborted")


async def test_before_the_answer_begins(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [Script([asyncio.Event()]), says("fine")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("user_message")
        await interrupted(talk, turn_id)
        assert await works_on(talk) == ["go", "next"]


async def test_right_behind_the_message_of_the_user(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [Script([asyncio.Event()]), says("fine")]) as talk:
        turn_id = await talk.say("go")
        turn = await interrupted(talk, turn_id)
        assert turn.one("user_message")["message"] == "go"
        assert len(turn.all("task_started")) == 1
        assert await works_on(talk) == ["go", "next"]


async def test_in_the_middle_of_a_message(tmp_path: Path) -> None:
    second = message("half", item_id="msg_2")
    script = [
        answer(message("whole"), added(second), text_delta("ha"), asyncio.Event(), second),
        says("fine"),
    ]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("agent_message_delta")
        await interrupted(talk, turn_id)
        assert after_context(talk.saved_items()) == ["go", "whole"]
        assert await works_on(talk) == ["go", "whole", "next"]


async def test_while_a_tool_runs(tmp_path: Path) -> None:
    marker = a_long_sleep()
    script = [answer(message("m"), shell(f"echo up; {marker} & {marker}; :")), says("fine")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        turn = await interrupted(talk, turn_id)
        assert not turn.all("exec_command_end")
        assert await works_on(talk) == ["go", "m", "shell(c1)", "c1: aborted", "next"]
        assert after_context(talk.saved_items())[:4] == ["go", "m", "shell(c1)", "c1: aborted"]
    assert not processes_with(marker)


async def test_while_several_calls_are_unfinished(tmp_path: Path) -> None:
    calls = [shell("echo up; sleep 77", "c1"), freeform("apply_patch", "x", "c2"), local_shell(["sleep", "77"], "c3")]
    async with conversation(tmp_path / "w", [answer(*calls), says("fine")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        turn = await interrupted(talk, turn_id)
        assert after_context(turn.items)[1:] == [
            *["shell(c1)", "c1: aborted", "apply_patch(c2)", "c2: aborted"],
            *["<local_shell_call>", "c3: aborted"],
        ]
        kinds = [item["type"] for item in turn.items if item["type"].endswith("_output")]
        assert kinds == ["function_call_output", "custom_tool_call_output", "function_call_output"]
        assert (await works_on(talk))[-1] == "next"


async def test_while_a_tool_runs_and_the_answer_still_streams(tmp_path: Path) -> None:
    script = [answer(reasoning("T"), shell("echo up; sleep 77"), asyncio.Event()), says("fine")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        await interrupted(talk, turn_id)
        assert await works_on(talk) == ["go", "<reasoning>", "shell(c1)", "c1: aborted", "next"]


async def test_a_finished_call_keeps_its_result(tmp_path: Path) -> None:
    script = [answer(shell("exit 3", "c1"), asyncio.Event()), says("fine")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_end")
        await interrupted(talk, turn_id)
        assert "Exit code: 3" in (await works_on(talk))[2]


@pytest.mark.parametrize("ask", ["command", "patch"])
async def test_while_a_question_is_open(tmp_path: Path, ask: str) -> None:
    patch_text = "*** Begin Patch\n*** Add File: a\n+x\n*** End Patch"
    one = shell("touch a") if ask == "command" else freeform("apply_patch", patch_text)
    workspace = tmp_path / "w"
    async with conversation(workspace, [answer(one), says("fine")], approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        question = "exec_approval_request" if ask == "command" else "apply_patch_approval_request"
        await talk.until(question)
        await interrupted(talk, turn_id)
        await talk.submit(ops.ExecApproval(turn_id, "approved"))
        assert (await works_on(talk))[2] == "c1: aborted"
        assert not (workspace / "a").exists()


async def test_while_a_retry_is_waited_for(tmp_path: Path) -> None:
    def waits_for_ever() -> float:
        return 1e6

    script = [cut_off(message("lost")), says("fine")]
    services = {"jitter": waits_for_ever}
    async with conversation(tmp_path / "w", script, stream_max_retries=3, services=services) as talk:
        turn_id = await talk.say("go")
        await talk.until("stream_error")
        await interrupted(talk, turn_id)
        assert await works_on(talk) == ["go", "next"]


async def test_between_two_requests(tmp_path: Path) -> None:
    script = [answer(shell("true")), Script([asyncio.Event()]), says("fine")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_end")
        await until(lambda: len(talk.requests) == 2)
        await interrupted(talk, turn_id)
        assert len(await works_on(talk)) == 4


async def test_while_a_snapshot_holds_the_tools_back(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    script = [answer(shell("touch ran"), asyncio.Event()), says("fine")]
    async with conversation(workspace, script, features={"ghost_commit": True}) as talk:
        turn_id = await talk.say("go")
        await talk.until("item_completed")
        await interrupted(talk, turn_id)
        await works_on(talk)


async def test_a_summary_that_is_being_made_is_given_up(tmp_path: Path) -> None:
    reached = asyncio.Event()
    script = [says("one"), answer(message("half"), Reached(reached)), says("fine")]
    async with conversation(tmp_path / "w", script) as talk:
        await talk.user("go")
        turn_id = await talk.submit(ops.Compact())
        await reached.wait()
        await interrupted(talk, turn_id)
        assert "compacted" not in {line["type"] for line in talk.saved}
        assert await works_on(talk) == ["go", "one", "next"]


async def test_a_command_of_the_user(tmp_path: Path) -> None:
    marker = a_long_sleep()
    async with conversation(tmp_path / "w", [says("fine")]) as talk:
        turn_id = await talk.submit(ops.RunUserShellCommand(f"echo up; {marker}"))
        await talk.until("exec_command_output_delta")
        await interrupted(talk, turn_id)
        assert await works_on(talk) == ["next"]
    assert not processes_with(marker)


async def test_words_that_waited_for_the_next_request_go_with_the_turn(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(shell("echo up; sleep 77")), says("fine")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        await talk.say("too late")
        await interrupted(talk, turn_id)
        assert "too late" not in await works_on(talk)


async def test_twice_is_no_more_than_once(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(shell("echo up; sleep 77")), says("fine")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        await talk.interrupt()
        await interrupted(talk, turn_id)
        await works_on(talk)
        assert len(talk.told.all("turn_aborted")) == 1


async def test_a_command_that_ignores_signals_is_gone_at_the_end(tmp_path: Path) -> None:
    marker = f"exec -a deaf{os.getpid()} sleep 77"
    script = [answer(shell(f"trap '' TERM INT HUP; echo up; ({marker}) & ({marker}) & wait")), says("fine")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        await interrupted(talk, turn_id)
        assert await works_on(talk) == ["go", "shell(c1)", "c1: aborted", "next"]
    assert not processes_with(f"deaf{os.getpid()}")


async def test_shutting_down_in_a_turn_aborts_it_first(tmp_path: Path) -> None:
    marker = a_long_sleep()
    async with conversation(tmp_path / "w", [answer(shell(f"echo up; {marker}"))]) as talk:
        await talk.say("go")
        await talk.until("exec_command_output_delta")
        rest = await talk.shut_down()
        assert rest.kinds()[-2:] == ["turn_aborted", "shutdown_complete"]
        assert rest[-1]["id"] == "1"
        assert not processes_with(marker)


async def until(condition: Callable[[], object], wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await wait(0.001)
