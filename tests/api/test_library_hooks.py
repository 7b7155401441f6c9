"""Hooks: functions that see what an agent does, and may stop it or say more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from agents import agent, heard
from story import answer, call, says, shell

from octavo import Hooks, LastWords, Prompt, ScriptedBackend, SubAgent, ToolUse, TurnFailed


async def test_a_call_is_stopped_with_a_reason_before_it_runs(tmp_path: Path) -> None:
    seen: list[ToolUse] = []

    async def pre(use: ToolUse) -> str | None:
        seen.append(use)
        return "not on a Sunday" if "touch" in use.arguments else None

    backend = ScriptedBackend([answer(shell("touch made", "a")), answer(shell("echo hi", "b")), says("ok")])
    async with agent(tmp_path, backend=backend, hooks=Hooks(pre_tool_use=pre)) as one:
        result = await one.run("go")
    assert [(use.tool, use.call_id, use.cwd) for use in seen] == [
        ("shell", "a", str(tmp_path / "project")),
        ("shell", "b", str(tmp_path / "project")),
    ]
    assert seen[0].thread_id == result.thread_id
    assert "the call was stopped by a hook: not on a Sunday" in heard(backend, 1)
    assert not list((tmp_path / "project").iterdir())


async def test_a_hook_says_more_after_a_call(tmp_path: Path) -> None:
    def post(use: ToolUse, output: str) -> str | None:
        return f"{use.tool} said {json.loads(output)['output'].strip()}"

    backend = ScriptedBackend([answer(shell("echo hi")), says("ok")])
    async with agent(tmp_path, backend=backend, hooks=Hooks(post_tool_use=post)) as one:
        await one.run("go")
    assert "shell said hi" in heard(backend, 1)


async def test_words_of_the_user_may_be_stopped(tmp_path: Path) -> None:
    def submit(prompt: Prompt) -> str | None:
        return "no secrets, please" if "secret" in prompt.text else None

    backend = ScriptedBackend([says("ok")])
    hooks = Hooks(user_prompt_submit=submit)
    async with agent(tmp_path, backend=backend, hooks=hooks) as one, await one.thread_start() as thread:
        with pytest.raises(TurnFailed, match="stopped by a hook: no secrets, please"):
            await thread.run("my secret is 1")
        assert (await thread.run("hello")).final_response == "ok"
    assert "my secret" not in heard(backend, 0)


async def test_a_model_that_stops_too_early_is_told_to_go_on(tmp_path: Path) -> None:
    def stop(last: LastWords) -> str | None:
        return "and the tests?" if last.text == "done" else None

    backend = ScriptedBackend([says("done"), says("tests pass")])
    async with agent(tmp_path, backend=backend, hooks=Hooks(stop=stop)) as one:
        assert (await one.run("go")).final_response == "tests pass"
    assert "and the tests?" in heard(backend, 1)


async def test_what_is_stopped_is_stopped_in_other_agents_too(tmp_path: Path) -> None:
    script = [answer(call("agent_helper", {"task": "x"})), answer(shell("touch made")), says("could not"), says("ok")]
    hooks = Hooks(pre_tool_use=lambda use: "never" if use.tool == "shell" else None)
    async with agent(tmp_path, *script, agents=[SubAgent("helper", "Helps.")], hooks=hooks) as one:
        await one.run("go")
    assert not list((tmp_path / "project").iterdir())


@pytest.mark.parametrize(
    ("wrong", "reason"), [(lambda _: 1 / 0, "division by zero"), (lambda _: 3, "a hook gives words or None")]
)
async def test_a_hook_that_fails_fails_the_turn(tmp_path: Path, wrong: Any, reason: str) -> None:
    async with agent(tmp_path, answer(shell("touch made")), hooks=Hooks(pre_tool_use=wrong)) as one:
        with pytest.raises(TurnFailed, match=reason):
            await one.run("go")
    assert not list((tmp_path / "project").iterdir())
