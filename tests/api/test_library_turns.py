"""Turns and threads as a program has them: results, events, steering, interruptions, resumed and forked threads."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, cast

import pytest
from agents import agent, heard
from story import (
    a_long_sleep,
    added,
    answer,
    call,
    fails,
    message,
    patch,
    processes_with,
    says,
    shell,
    text_delta,
)

import octavo
from octavo import NoSuchThread, NotRunning, ScriptedBackend, ThreadBusy, TurnFailed, items
from octavo.model.scripted import Script


async def test_a_run_gives_last_words_items_diff_usage_and_the_session(tmp_path: Path) -> None:
    script = [answer(shell("echo hi", "s")), answer(patch("*** Add File: new\n+x", "p"), tokens=7), says("done")]
    async with agent(tmp_path, *script, model="gpt-5-codex") as one:
        result = await one.run("go")
    assert (result.status, result.final_response, result.output) == ("completed", "done", None)
    kinds = [type(item) for item in result.items]
    assert kinds == [items.UserMessage, items.CommandExecution, items.FileChange, items.AgentMessage]
    assert (result.items[1].output, result.items[1].exit_code) == ("hi\n", 0)
    assert result.diff.endswith("+x\n")
    assert result.usage.total_tokens == 27
    (saved,) = (tmp_path / "home").glob("sessions/**/*.jsonl")
    assert result.session_id == result.thread_id
    assert result.thread_id in saved.name


async def test_a_stream_tells_pieces_and_ends_with_the_result(tmp_path: Path) -> None:
    said = message("Hello")
    async with agent(tmp_path, answer(added(said), text_delta("Hel"), text_delta("lo"), said)) as one:
        events = [event async for event in one.stream("hi")]
    assert isinstance(events[0], octavo.TurnStarted)
    assert "".join(event.delta for event in events if isinstance(event, octavo.MessageDelta)) == "Hello"
    assert isinstance(events[-1], octavo.TurnCompleted)
    assert events[-1].result.final_response == "Hello"
    stages = [type(event).__name__ for event in events if hasattr(event, "item")]
    assert stages == ["ItemStarted", "ItemCompleted", "ItemStarted", "ItemCompleted"]


async def test_what_a_command_prints_is_told_as_it_comes(tmp_path: Path) -> None:
    async with agent(tmp_path, answer(shell("echo out; echo err >&2", "s")), says("x")) as one:
        events = [event async for event in one.stream("hi")]
    pieces = {(e.item_id, e.stream, e.chunk) for e in events if isinstance(e, octavo.OutputDelta)}
    assert pieces == {("s", "stdout", b"out\n"), ("s", "stderr", b"err\n")}


async def test_a_thread_remembers_and_is_resumed_and_forked(tmp_path: Path) -> None:
    backend = ScriptedBackend([says("one"), says("two"), says("three"), says("four")])
    async with agent(tmp_path, backend=backend) as one:
        thread = await one.thread_start()
        assert (await thread.run("a")).final_response == "one"
        assert (await thread.run("b")).usage.total_tokens == 10
        assert thread.usage.total_tokens == 20
        fork = await thread.fork()
        assert (await fork.run("c")).final_response == "three"
        assert fork.id != thread.id
        await thread.aclose()
    async with agent(tmp_path, backend=backend) as other:
        again = await other.thread_resume(thread.id)
        assert (again.id, (await again.run("d")).final_response) == (thread.id, "four")
    said = heard(backend, 3)
    assert [word in said for word in ("one", "two", "three")] == [True, True, False]


async def test_a_saved_session_is_forked_before_a_message(tmp_path: Path) -> None:
    backend = ScriptedBackend([says("one"), says("two"), says("three")])
    async with agent(tmp_path, backend=backend) as one, await one.thread_start() as thread:
        await thread.run("first words")
        await thread.run("second words")
        async with await one.thread_fork(thread.id, user_message=1) as fork:
            await fork.run("other words")
    said = heard(backend, 2)
    assert [words in said for words in ("first words", "second words", "other words")] == [True, False, True]


async def test_an_unknown_session_is_one_line(tmp_path: Path) -> None:
    async with agent(tmp_path) as one:
        with pytest.raises(NoSuchThread, match="no saved session has the id nonsense"):
            await one.thread_resume("nonsense")


async def test_many_agents_and_threads_work_at_once(tmp_path: Path) -> None:
    each = [agent(tmp_path / str(n), answer(shell(f"echo {n}")), says(f"said {n}")) for n in range(4)]
    results = await asyncio.gather(*(one.run("go") for one in each))
    assert [result.final_response for result in results] == [f"said {n}" for n in range(4)]
    assert [result.items[1].output for result in results] == [f"{n}\n" for n in range(4)]
    for one in each:
        await one.aclose()


async def test_steering_is_heard_with_the_next_request(tmp_path: Path) -> None:
    backend = ScriptedBackend([answer(shell("echo up; cat gate")), says("yes")])
    (tmp_path / "project").mkdir()
    gate = tmp_path / "project" / "gate"
    os.mkfifo(gate)
    async with agent(tmp_path, backend=backend) as one:
        turn = one.stream("go")
        async for event in turn:
            if isinstance(event, octavo.OutputDelta):
                await turn.steer("and be quick")
                await asyncio.to_thread(gate.write_text, "")
        assert (await turn.result()).final_response == "yes"
    assert "and be quick" in heard(backend, 1)


async def test_words_that_come_too_late_are_answered_all_the_same(tmp_path: Path) -> None:
    async with agent(tmp_path, says("one"), says("two")) as one, await one.thread_start() as thread:
        turn = thread.stream("go")
        async for event in turn:
            if isinstance(event, octavo.ItemCompleted) and isinstance(event.item, items.AgentMessage):
                await turn.steer("wait!")
                break
        assert (await turn.result()).final_response in ("one", "two")


async def test_an_interrupted_turn_is_a_result_and_its_thread_goes_on(tmp_path: Path) -> None:
    marker = a_long_sleep()
    script = [answer(shell(f"echo up; {marker}")), says("fine")]
    async with agent(tmp_path, *script) as one, await one.thread_start() as thread:
        turn = thread.stream("go")
        async for event in turn:
            if isinstance(event, octavo.OutputDelta):
                await turn.interrupt()
        result = await turn.result()
        assert (result.status, result.final_response) == ("interrupted", "")
        assert not processes_with(marker)
        assert (await thread.run("again")).final_response == "fine"


@pytest.mark.parametrize("own_thread", [True, False])
async def test_cancelling_ends_the_turn_and_its_commands(tmp_path: Path, own_thread: bool) -> None:
    marker = a_long_sleep()
    script = [answer(shell(f"echo up; {marker}")), says("fine")]
    running = asyncio.Event()

    async def watch(turn: octavo.Turn[None]) -> None:
        async for event in turn:
            if isinstance(event, octavo.OutputDelta):
                running.set()

    async with agent(tmp_path, *script) as one:
        thread = await one.thread_start()
        task = asyncio.create_task(watch(one.stream("go") if own_thread else thread.stream("go")))
        await running.wait()
        assert processes_with(marker)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not processes_with(marker)
        assert (await thread.run("again")).final_response == "fine"


async def test_leaving_a_stream_early_ends_the_turn_with_its_block(tmp_path: Path) -> None:
    marker = a_long_sleep()
    async with agent(tmp_path, answer(shell(f"echo up; {marker}")), says("fine")) as one:
        async with one.stream("go") as turn:
            async for event in turn:
                if isinstance(event, octavo.OutputDelta):
                    break
        assert not processes_with(marker)
        with pytest.raises(NotRunning):
            await turn.steer("more")


async def test_a_failure_is_raised_and_the_thread_goes_on(tmp_path: Path) -> None:
    script = [fails("final", "no such model"), says("better")]
    async with agent(tmp_path, *script) as one, await one.thread_start() as thread:
        with pytest.raises(TurnFailed, match="no such model"):
            await thread.run("go")
        assert (await thread.run("again")).final_response == "better"


async def test_one_turn_at_a_time(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with agent(tmp_path, answer(gate, message("one"))) as one, await one.thread_start() as thread:
        turn = thread.stream("go")
        await anext(turn)
        for refused in (thread.run("more"), thread.fork(), thread.compact()):
            with pytest.raises(ThreadBusy, match="a turn is running"):
                await refused
        gate.set()
        assert (await turn.result()).final_response == "one"
    with pytest.raises(ThreadBusy, match="the thread is closed"):
        await thread.run("more")
    with pytest.raises(ThreadBusy, match="the agent is closed"):
        await one.run("more")


async def test_a_turn_that_has_not_begun_cannot_be_steered(tmp_path: Path) -> None:
    async with agent(tmp_path, says("x")) as one:
        turn = one.stream("go")
        with pytest.raises(NotRunning, match="has not begun"):
            await turn.steer("x")
        await turn.result()
        with pytest.raises(NotRunning, match="is over"):
            await turn.interrupt()


async def test_nothing_is_saved_when_asked_to(tmp_path: Path) -> None:
    async with agent(tmp_path, says("x"), ephemeral=True) as one, await one.thread_start() as thread:
        await thread.run("go")
        assert thread.path == ""
        with pytest.raises(NoSuchThread, match="not saved"):
            await thread.fork()
    assert list((tmp_path / "home").glob("sessions/**/*.jsonl")) == []


async def test_memory_is_made_room_in(tmp_path: Path) -> None:
    backend = ScriptedBackend([says("a long story"), says("the gist"), says("on")])
    async with agent(tmp_path, backend=backend) as one, await one.thread_start() as thread:
        await thread.run("tell")
        await thread.compact()
        await thread.run("go on")
    said = heard(backend, 2)
    assert ("the gist" in said, "a long story" in said) == (True, False)


async def test_a_thread_has_a_folder_model_and_sandbox_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    backend = ScriptedBackend([answer(shell("pwd; touch x", "s")), says("x")])
    async with agent(tmp_path, backend=backend) as one:
        own: dict[str, Any] = {"cwd": tmp_path / "else", "model": "gpt-5-codex", "sandbox": "read-only"}
        async with await one.thread_start(**own) as thread:
            result = await thread.run("go")
    assert result.items[1].output.startswith(f"{tmp_path / 'else'}\n")
    assert result.items[1].exit_code == 1
    assert backend.requests[0].payload.model == "gpt-5-codex"


async def test_the_model_hears_instructions_and_sees_pictures(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (2, 2)).save(tmp_path / "dot.png")
    backend = ScriptedBackend([says("x")])
    async with agent(tmp_path, backend=backend, instructions="Speak like a pirate.") as one:
        await one.run("look", images=[str(tmp_path / "dot.png")])
    said = heard(backend, 0)
    assert "Speak like a pirate." in said
    assert "data:image/png;base64," in said


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"approval_policy": "on-request"}, "needs approve"),
        ({"cwd": "/no/such/folder"}, "there is no folder /no/such/folder"),
        ({"sandbox": "readonly"}, "unknown variant `readonly`, expected one of `read-only`, .* in `sandbox_mode`"),
        ({"approval_policy": "ask", "approve": lambda _: True}, "unknown variant `ask`, .* in `approval_policy`"),
        ({"model": 5}, "expected a string in `model`"),
        ({"profile": "nobody"}, "config profile `nobody` not found"),
        ({"config": {"model_provider": "nobody"}}, "Model provider `nobody` not found"),
        ({"codex_home": "/no/such/home"}, "No such file or directory"),
    ],
)
def test_settings_that_cannot_be_are_one_line(tmp_path: Path, given: dict[str, Any], reason: str) -> None:
    with pytest.raises(octavo.ConfigError, match=reason) as caught:
        agent(tmp_path, **given)
    assert "\n" not in str(caught.value).strip()


async def test_a_thread_in_a_sandbox_that_is_not_known_does_not_start(tmp_path: Path) -> None:
    async with agent(tmp_path) as one:
        with pytest.raises(octavo.ConfigError, match="unknown variant `readonly`"):
            await one.thread_start(sandbox=cast("Any", "readonly"))


async def test_any_backend_will_do(tmp_path: Path) -> None:
    class Echo:
        async def attempt(self, request: Any) -> Any:
            from octavo.model.events import Completed, ItemDone
            from octavo.protocol.items import Message, OutputText

            yield ItemDone(Message("assistant", (OutputText("I heard you"),)))
            yield Completed()

    async with agent(tmp_path, backend=Echo()) as one:
        assert (await one.run("hello?")).final_response == "I heard you"


async def test_remarks_of_the_agent_are_notices(tmp_path: Path) -> None:
    cut: list[Script] = [fails("stream", "cut"), says("whole")]
    provider = {"name": "m", "base_url": "http://127.0.0.1:9", "stream_max_retries": 1}
    async with agent(tmp_path, *cut, config={"model_providers.m": provider, "model_provider": "m"}) as one:
        notices = [event async for event in one.stream("go") if isinstance(event, octavo.Notice)]
    assert [(notice.kind, notice.message) for notice in notices] == [("retry", "Reconnecting... 1/1")]


async def test_a_limit_that_ends_a_turn_is_an_error_of_its_own(tmp_path: Path) -> None:
    endless = [answer(shell("true", f"c{n}"), tokens=40) for n in range(9)]
    async with agent(tmp_path, *endless, config={"max_tokens": 100}) as one:
        with pytest.raises(octavo.LimitReached) as caught:
            await one.run("go")
    assert "\n" not in str(caught.value)


async def test_what_another_agent_takes_counts_into_the_limit(tmp_path: Path) -> None:
    work = [answer(shell("true", f"c{n}"), tokens=40) for n in range(9)]
    script = [answer(call("agent_helper", {"task": "work"})), *work]
    helper = octavo.SubAgent("helper", "Works.")
    async with agent(tmp_path, *script, agents=[helper], config={"max_tokens": 100}) as one:
        with pytest.raises(octavo.LimitReached):
            await one.run("go")


async def test_what_other_agents_took_is_told_beside_what_the_turn_took(tmp_path: Path) -> None:
    script = [
        answer(call("agent_helper", {"task": "work"}), tokens=3),
        answer(shell("true", "c1"), tokens=40),
        answer(message("Done."), tokens=50),
        answer(message("It is done."), tokens=5),
    ]
    told = []
    async with agent(tmp_path, *script, agents=[octavo.SubAgent("helper", "Works.")]) as one:
        async for event in one.stream("go"):
            if isinstance(event, octavo.UsageUpdated):
                told.append((event.usage.total_tokens, event.agents_usage.total_tokens))
            if isinstance(event, octavo.TurnCompleted):
                result = event.result
    assert (result.usage.total_tokens, result.agents_usage.total_tokens) == (8, 90)
    assert told[-1] == (8, 90)
    assert (3, 40) in told
