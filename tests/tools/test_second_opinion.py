"""What another model thinks of a command that the sandbox stopped, for the user who is asked about it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from story import Json, after_context, answer, conversation, says, shell

from octavo.model.scripted import Script

ASSESS: Json = {"features": {"experimental_sandbox_command_assessment": True}, "approval_policy": "on-failure"}
OPINION = '{"description":"writes a file","risk_level":"low","risk_categories":["system_modification"]}'


async def assessed(workspace: Path, outside: Path, opinion: Script, **settings: Any) -> tuple[Json, list[Json]]:
    """The question after a denial, and the requests of the turn."""
    script = [answer(shell(f"echo 1 > {outside}/x")), opinion, says("done")]
    async with conversation(workspace, script, **{**ASSESS, **settings}) as talk:
        turn_id = await talk.say("go")
        question = await talk.decide("denied")
        turn = await talk.rest_of(turn_id)
        assert turn.kinds().count("token_count") == 4
        return question, talk.requests


async def test_the_question_carries_what_a_model_thinks_of_the_command(tmp_path: Path, outside: Path) -> None:
    question, requests = await assessed(tmp_path / "w", outside, says(f" {OPINION}\n"))
    assert question["risk"] == {
        "description": "writes a file",
        "risk_level": "low",
        "risk_categories": ["system_modification"],
    }
    asked = requests[1]
    assert asked["tools"] == []
    assert asked["prompt_cache_key"] == requests[0]["prompt_cache_key"]
    assert asked["text"]["format"]["strict"] is True
    schema = asked["text"]["format"]["schema"]
    assert schema["required"] == ["description", "risk_level", "risk_categories"]
    assert schema["additionalProperties"] is False
    (facts,) = after_context(asked["input"])
    command = f"echo 1 > {outside}/x"
    for fact in (
        "linux",
        "workspace-write (network_access=no-network)",
        str(tmp_path / "w"),
        f'["bash","-c","{command}"]',
        f"bash -c '{command}'",
        "failed in sandbox: ",
        f"{outside}/x: ",
    ):
        assert fact in facts
    assert len(requests) == 3
    assert not [text for text in after_context(requests[2]["input"]) if "risk_level" in text]


async def test_an_opinion_without_categories(tmp_path: Path, outside: Path) -> None:
    question, _ = await assessed(tmp_path / "w", outside, says('{"description":"d","risk_level":"high"}'))
    assert question["risk"] == {"description": "d", "risk_level": "high"}


@pytest.mark.parametrize("opinion", [says("no JSON"), answer(), Script([])], ids=["text", "nothing", "broken"])
async def test_without_a_usable_opinion_the_question_goes_out_as_ever(
    tmp_path: Path, outside: Path, opinion: Script
) -> None:
    question, _ = await assessed(tmp_path / "w", outside, opinion)
    assert "risk" not in question
    assert question["reason"] == "command failed; retry without sandbox?"


async def test_an_opinion_that_takes_too_long_is_not_waited_for(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octavo.engine.assessment.LIMIT_SECONDS", 0.05)
    question, _ = await assessed(tmp_path / "w", outside, answer(asyncio.Event()))
    assert "risk" not in question


async def test_nobody_is_consulted_unless_it_is_switched_on(tmp_path: Path, outside: Path) -> None:
    script = [answer(shell(f"echo 1 > {outside}/x")), says("done")]
    async with conversation(tmp_path / "w", script, approval_policy="on-failure") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
        assert len(talk.requests) == 2


async def test_nobody_is_consulted_at_the_first_question(tmp_path: Path) -> None:
    script = [answer(shell("touch x")), says("done")]
    async with conversation(tmp_path / "w", script, **{**ASSESS, "approval_policy": "untrusted"}) as talk:
        turn_id = await talk.say("go")
        question = await talk.decide("denied")
        await talk.rest_of(turn_id)
        assert len(talk.requests) == 2
    assert "risk" not in question


async def test_interrupting_while_an_opinion_is_formed(tmp_path: Path, outside: Path) -> None:
    script = [answer(shell(f"echo 1 > {outside}/x")), answer(asyncio.Event()), says("fine")]
    async with conversation(tmp_path / "w", script, **ASSESS) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        while len(talk.requests) < 2:
            await asyncio.sleep(0.001)
        await talk.interrupt()
        turn = await talk.rest_of(turn_id)
        assert turn.kinds()[-1] == "turn_aborted"
        await talk.user("on")
        assert after_context(talk.input())[:3] == ["go", "shell(c1)", "c1: aborted"]
