"""When a model is asked about a command that the sandbox stopped, for how long, and when it is not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from story import Json, answer, call, conversation, patch, says, shell

from octavo.engine import assessment

ON: Json = {"features": {"experimental_sandbox_command_assessment": True}, "approval_policy": "on-failure"}
OPINION = '{"description":"writes a file","risk_level":"low","risk_categories":["system_modification"]}'


async def test_a_late_opinion_is_waited_for_five_seconds_and_no_longer(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of the limit is ours, so the five seconds pass at once, and the sixth would be too late."""
    limits: list[float | None] = []
    real_timeout = asyncio.timeout

    def hurried(delay: float | None) -> asyncio.Timeout:
        limits.append(delay)
        return real_timeout(0)

    class Clock:
        """`asyncio` as the assessment sees it."""

        def __getattr__(self, name: str) -> Any:
            return hurried if name == "timeout" else getattr(asyncio, name)

    monkeypatch.setattr(assessment, "asyncio", Clock())
    late = asyncio.Event()
    script = [answer(shell(f"echo 1 > {outside}/x")), answer(late), says("done")]
    async with conversation(tmp_path / "w", script, **ON) as talk:
        turn_id = await talk.say("go")
        question = await talk.decide("denied")
        late.set()
        turn = await talk.rest_of(turn_id)
        assert len(talk.requests) == 3
    assert limits == [5.0]
    assert question["reason"] == "command failed; retry without sandbox?"
    assert "risk" not in question
    assert not turn.all("error")


@pytest.mark.usefixtures("slow_machine")
async def test_a_command_on_a_terminal_is_assessed_too(tmp_path: Path, outside: Path) -> None:
    item = call("exec_command", {"cmd": f"echo 1 > {outside}/x", "login": False})
    features = {**ON["features"], "unified_exec": True}
    script = [answer(item), says(OPINION), says("done")]
    async with conversation(tmp_path / "w", script, **{**ON, "features": features}) as talk:
        turn_id = await talk.say("go")
        question = await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert question["risk"]["risk_level"] == "low"


async def test_a_patch_is_never_assessed(tmp_path: Path, outside: Path) -> None:
    script = [answer(patch(f"*** Add File: {outside}/x\n+1")), says("done")]
    async with conversation(tmp_path / "w", script, **ON) as talk:
        turn_id = await talk.say("go")
        question = await talk.decide("denied")
        await talk.rest_of(turn_id)
        assert len(talk.requests) == 2
    assert question["command"] == ["apply_patch"]
    assert "risk" not in question


async def test_a_command_that_was_allowed_for_the_session_is_not_assessed_again(tmp_path: Path, outside: Path) -> None:
    item = shell(f"echo 1 >> {outside}/x")
    script = [answer(item), says(OPINION), says("a"), answer(item), says("b")]
    async with conversation(tmp_path / "w", script, **ON) as talk:
        turn_id = await talk.say("go")
        await talk.decide("approved_for_session")
        await talk.rest_of(turn_id)
        await talk.user("again")
        assert len(talk.requests) == 5
    assert (outside / "x").read_text() == "1\n1\n"
