"""Agents that the model hands tasks to: what they may do, what clients see of them, where they end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from story import (
    a_long_sleep,
    after_context,
    answer,
    call,
    conversation,
    fails,
    message,
    patch,
    processes_with,
    says,
    shell,
)

from octavo.model.backend import ModelRequest
from octavo.model.events import ModelEvent
from octavo.model.scripted import Script, ScriptedBackend
from octavo.protocol import ops

SCOUT = {"scout": {"description": "Looks for things."}}


def hand_over(task: str, call_id: str = "c1", name: str = "scout") -> dict[str, Any]:
    return call(f"agent_{name}", {"task": task}, call_id)


class ByLabel:
    """A model that keeps a script of its own for each agent; "" is the conversation of the user."""

    def __init__(self, scripts: Mapping[str, list[Script]]) -> None:
        self._models = {label: ScriptedBackend(script, label) for label, script in scripts.items()}
        self.requests: list[ModelRequest] = []

    def attempt(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.requests.append(request)
        return self._models[request.subagent or ""].attempt(request)

    def of(self, label: str) -> list[ModelRequest]:
        return self._models[label].requests


def body(request: ModelRequest) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(msgspec.json.encode(request.payload))
    return decoded


def tools_of(request: ModelRequest) -> list[str]:
    return [tool.get("name", "") for tool in body(request)["tools"]]


async def test_the_model_hands_over_a_task_and_gets_the_last_words(tmp_path: Path) -> None:
    model = ByLabel({"": [answer(hand_over("find it")), says("so it is")], "scout": [says("under the bed")]})
    async with conversation(tmp_path / "w", model, agents=SCOUT) as talk:
        told = await talk.user("where is it?")
        assert after_context(talk.input()) == ["where is it?", "agent_scout(c1)", "c1: under the bed"]
        begin, end = told.one("mcp_tool_call_begin"), told.one("mcp_tool_call_end")
        assert begin["invocation"] == {"server": "agents", "tool": "scout", "arguments": {"task": "find it"}}
        assert end["result"] == {"Ok": {"content": [{"type": "text", "text": "under the bed"}]}}
        assert told.one("task_complete")["last_agent_message"] == "so it is"
        assert [one["message"] for one in told.all("agent_message")] == ["so it is"]
    (asked,) = model.of("scout")
    assert "agent_scout" in tools_of(model.of("")[0])
    assert "agent_scout" not in tools_of(asked)


async def test_what_an_agent_does_is_seen_and_counts_into_the_turn_s_diff(tmp_path: Path) -> None:
    work = [answer(shell("echo hi", "c1")), answer(patch("*** Add File: made\n+x", "c2")), says("made")]
    model = ByLabel({"": [answer(hand_over("make it")), says("done")], "scout": work})
    async with conversation(tmp_path / "w", model, agents=SCOUT) as talk:
        told = await talk.user("go")
        assert told.one("exec_command_begin")["call_id"] == "c1/c1"
        assert told.one("exec_command_end")["call_id"] == "c1/c1"
        assert told.one("patch_apply_end")["call_id"] == "c1/c2"
        assert "+++ " in told.all("turn_diff")[-1]["unified_diff"]
        assert told.ids() == {"0"} | ({"", "auto-compact-0"} & told.ids())


async def test_agents_work_side_by_side_and_their_questions_are_told_apart(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    model = ByLabel(
        {
            "": [answer(hand_over("left", "l", "left"), hand_over("right", "r", "right")), says("both")],
            "left": [answer(shell("touch left")), says("left is done")],
            "right": [answer(shell("touch right")), says("right is done")],
        }
    )
    agents = {name: {"description": name} for name in ("left", "right")}
    async with conversation(workspace, model, agents=agents, approval_policy="untrusted") as talk:
        await talk.say("go")
        questions = [await talk.until("exec_approval_request") for _ in range(2)]
        assert {question["call_id"] for question in questions} == {"l/c1", "r/c1"}
        await talk.submit(ops.ExecApproval("0", "denied", "l/c1"))
        await talk.submit(ops.ExecApproval("0", "approved", "r/c1"))
        told = await talk.rest_of("0")
        assert told.one("task_complete")["last_agent_message"] == "both"
    assert sorted(path.name for path in workspace.iterdir()) == ["right"]


async def test_an_agent_may_do_no_more_than_the_turn_that_calls_it(tmp_path: Path, outside: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "scout.toml").write_text('sandbox_mode = "danger-full-access"\napproval_policy = "on-request"\n')
    agents = {"scout": {"description": "Looks.", "config_file": "scout.toml"}}
    model = ByLabel(
        {
            "": [answer(hand_over("write")), says("x")],
            "scout": [answer(shell(f"touch {outside}/made", with_escalated_permissions=True)), says("done")],
        }
    )
    async with conversation(tmp_path / "w", model, home=home, agents=agents, sandbox_mode="read-only") as talk:
        await talk.user("go")
    assert not list(outside.iterdir())
    assert "approval policy is Never" in str(body(model.of("scout")[1])["input"][-1])


async def test_an_agent_s_file_chooses_model_words_and_a_narrower_sandbox(tmp_path: Path) -> None:
    home, workspace = tmp_path / "home", tmp_path / "w"
    home.mkdir()
    (home / "scout.toml").write_text(
        'model = "gpt-5"\nmodel_reasoning_effort = "high"\nsandbox_mode = "read-only"\n'
        'developer_instructions = "Look, do not touch."\nfavourite_colour = "red"\n'
    )
    agents = {"scout": {"description": "Looks.", "config_file": "scout.toml"}}
    script = [answer(shell("touch made")), says("cannot")]
    model = ByLabel({"": [answer(hand_over("write")), says("x")], "scout": script})
    async with conversation(workspace, model, home=home, agents=agents) as talk:
        await talk.user("go")
    asked = body(model.of("scout")[0])
    assert (asked["model"], asked["reasoning"]["effort"]) == ("gpt-5", "high")
    assert "Look, do not touch." in str(asked["input"])
    assert not (workspace / "made").exists()


async def test_a_budget_ends_an_agent_and_the_model_is_told(tmp_path: Path) -> None:
    agents = {"scout": {"description": "Looks.", "max_tokens": 100}}
    endless = [answer(message(f"step {n}"), shell("true", f"c{n}"), tokens=40) for n in range(9)]
    model = ByLabel({"": [answer(hand_over("look")), says("x")], "scout": endless})
    async with conversation(tmp_path / "w", model, agents=agents) as talk:
        told = await talk.user("go")
        failure = told.one("mcp_tool_call_end")["result"]["Err"]
    assert failure.startswith("the agent did not finish: its budget of 100 tokens is spent\nIts last words: step ")
    assert len(model.of("scout")) in (3, 4)


async def test_an_agent_that_fails_is_told_to_the_model_and_the_turn_goes_on(tmp_path: Path) -> None:
    model = ByLabel({"": [answer(hand_over("look")), says("well")], "scout": []})
    async with conversation(tmp_path / "w", model, agents=SCOUT) as talk:
        told = await talk.user("go")
        assert told.all("error") == []
        assert told.one("task_complete")["last_agent_message"] == "well"
    assert "the agent did not finish: scout has answers for 0 attempts" in str(body(model.of("")[1])["input"][-1])


async def test_a_server_that_does_not_start_is_no_failure_of_the_agent(tmp_path: Path) -> None:
    model = ByLabel({"": [answer(hand_over("look")), says("well")], "scout": [says("seen")]})
    bad = {"bad": {"command": "no-such-program"}}
    async with conversation(tmp_path / "w", model, agents=SCOUT, mcp_servers=bad) as talk:
        told = await talk.user("go")
        assert "Err" not in told.one("mcp_tool_call_end")["result"]
        assert len(told.all("error")) == 1  # that of the conversation's own server
    assert "seen" in str(body(model.of("")[1])["input"][-1])


async def test_an_error_on_the_way_is_no_failure_of_an_agent_that_finished(tmp_path: Path) -> None:
    no_note = fails("model", "no room could be made")
    work = [answer(shell("true", "c1"), tokens=200), no_note, says("seen")]
    model = ByLabel({"": [answer(hand_over("look")), says("well")], "scout": work})
    async with conversation(tmp_path / "w", model, agents=SCOUT, model_auto_compact_token_limit=100) as talk:
        told = await talk.user("go")
        assert "Err" not in told.one("mcp_tool_call_end")["result"]
    assert "seen" in str(body(model.of("")[1])["input"][-1])


async def test_what_is_wrong_with_the_configuration_is_told_once(tmp_path: Path) -> None:
    wrong: dict[str, Any] = {
        "features": {"goals": True},
        "hooks": {"NoSuchEvent": [{"hooks": [{"type": "command", "command": "x"}]}]},
    }
    model = ByLabel({"": [answer(hand_over("look")), says("well")], "scout": [says("seen")]})
    async with conversation(tmp_path / "w", model, agents=SCOUT, **wrong) as talk:
        told = [warning["message"] for warning in (await talk.user("go")).all("warning")]
    assert len(told) == 2
    assert sorted(set(told)) == sorted(told)


async def test_agents_nest_as_deep_as_the_user_says(tmp_path: Path) -> None:
    agents = {**SCOUT, "max_depth": 2}
    model = ByLabel(
        {
            "": [answer(hand_over("one")), says("up")],
            "scout": [answer(hand_over("two")), answer(hand_over("three")), says("deep"), says("middle")],
        }
    )
    async with conversation(tmp_path / "w", model, agents=agents) as talk:
        told = await talk.user("go")
        begun = [one["call_id"] for one in told.all("mcp_tool_call_begin")]
        assert begun == ["c1", "c1/c1"]
        assert told.one("task_complete")["last_agent_message"] == "up"
    assert ["agent_scout" in tools_of(request) for request in model.of("scout")] == [True, False, False, True]


async def test_more_agents_than_may_work_at_a_time_wait_for_a_place(tmp_path: Path) -> None:
    gate = asyncio.Event()
    agents = {"max_threads": 1, **{name: {"description": name} for name in ("a", "b")}}
    model = ByLabel(
        {
            "": [answer(hand_over("x", "1", "a"), hand_over("y", "2", "b")), says("end")],
            "a": [answer(gate, message("a"))],
            "b": [says("b")],
        }
    )
    async with conversation(tmp_path / "w", model, agents=agents) as talk:
        await talk.say("go")
        await talk.until("mcp_tool_call_begin")
        assert len(talk.told.all("mcp_tool_call_begin")) == 1
        gate.set()
        told = await talk.rest_of("0")
        assert told.one("task_complete")["last_agent_message"] == "end"
    assert len(model.of("b")) == 1


async def test_an_interrupt_ends_agents_and_what_they_run(tmp_path: Path) -> None:
    marker = a_long_sleep()
    model = ByLabel({"": [answer(hand_over("wait"))], "scout": [answer(shell(f"echo up; {marker}"))]})
    async with conversation(tmp_path / "w", model, agents=SCOUT) as talk:
        await talk.say("go")
        await talk.until("exec_command_output_delta")
        await talk.interrupt()
        assert (await talk.rest_of("0")).kinds()[-1] == "turn_aborted"
    assert not processes_with(marker)


@pytest.mark.parametrize("arguments", ["{}", '{"task": 1}', "nonsense"])
async def test_a_call_that_makes_no_sense_is_answered_in_words(tmp_path: Path, arguments: str) -> None:
    model = ByLabel({"": [answer(call("agent_scout", arguments)), says("oh")], "scout": []})
    async with conversation(tmp_path / "w", model, agents=SCOUT) as talk:
        await talk.user("go")
        assert "failed to parse function arguments" in after_context(talk.input())[-1]
