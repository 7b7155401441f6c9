"""Limits: a turn that takes too much ends between two calls, says so in one line, and can go on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from model_says import Json
from story import Told, after_context, answer, call, conversation, message, says, shell, texts

from octavo.config.limits import Limits, seconds_of
from octavo.engine.limits import Meter
from octavo.errors import ConfigError, LimitReached
from octavo.model.scripted import Script
from octavo.protocol import ops
from octavo.protocol.review import ReviewRequest
from octavo.protocol.turn_items import TextInput

PRICES = {"gpt-5-codex": {"input": 1.0, "output": 2.0}}


def busy(count: int, tokens: int | None = 10) -> list[Script]:
    """Answers that call something each, so that the turn would go on."""
    return [answer(shell(f"echo {number}", f"c{number}"), tokens=tokens) for number in range(count)]


def stopped(turn: Told) -> str:
    """The one line that says why the turn ended."""
    error = turn.one("error")
    assert error["codex_error_info"] == "session_budget_exceeded"
    line: str = error["message"]
    assert "\n" not in line
    assert turn.one("task_complete")["last_agent_message"] is None
    return line


@pytest.mark.parametrize(
    ("limits", "calls", "reason"),
    [
        ({"max_turns": 2}, 2, "calls of the model: 2"),
        ({"max_tokens": 25}, 3, "tokens: 30"),
        ({"max_cost": 0.00002, "prices": PRICES}, 2, "cost: 0.0000 USD"),
    ],
)
async def test_a_turn_ends_after_the_call_that_reached_a_limit(
    tmp_path: Path, limits: dict[str, Any], calls: int, reason: str
) -> None:
    async with conversation(tmp_path / "w", busy(5), **limits) as talk:
        turn = await talk.user("go")
        assert reason in stopped(turn)
        assert len(talk.requests) == calls
        assert talk.saved_items()[-1]["call_id"] == f"c{calls - 1}"  # what the last answer called has run


async def test_the_session_goes_on_in_the_next_turn_and_after_a_resume(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with conversation(tmp_path / "w", [*busy(2), says("two")], home=home, max_turns=2) as talk:
        stopped(await talk.user("go"))
        assert (await talk.user("on")).one("task_complete")["last_agent_message"] == "two"
        path = talk.path
    async with conversation(tmp_path / "w", [says("three")], home=home, resume=path, max_turns=2) as talk:
        assert (await talk.user("and on")).one("task_complete")["last_agent_message"] == "three"
        assert after_context(talk.input())[-1] == "and on"


async def test_an_answer_that_ends_the_turn_is_not_stopped(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [*busy(1), says("done")], max_turns=2, max_tokens=20) as talk:
        turn = await talk.user("go")
        assert turn.all("error") == []
        assert turn.one("task_complete")["last_agent_message"] == "done"


async def test_what_the_user_said_meanwhile_is_kept(tmp_path: Path) -> None:
    barrier = asyncio.Event()
    script = [answer(message("first"), barrier, shell("true")), says("second")]
    async with conversation(tmp_path / "w", script, max_turns=1) as talk:
        turn_id = await talk.submit(ops.UserInputOp((TextInput("go"),)))
        await talk.until("item_completed")
        await talk.submit(ops.UserInputOp((TextInput("and this"),)))
        await talk.conversation.taken()
        barrier.set()
        stopped(await talk.rest_of(turn_id))
        await talk.user("on")
        assert after_context(talk.input())[-2:] == ["and this", "on"]


async def test_a_model_without_a_price_is_not_asked_where_the_cost_is_limited(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("hi")], max_cost=1.0) as talk:
        turn = await talk.user("go")
        assert '[prices."gpt-5-codex"]' in turn.one("error")["message"]
        assert talk.requests == []


async def test_unknown_tokens_are_not_taken_for_none(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", busy(3, tokens=None), max_tokens=1000) as talk:
        assert "does not tell" in stopped(await talk.user("go"))
        assert len(talk.requests) == 1


async def test_a_review_counts_into_the_turn_that_started_it(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", busy(5), max_turns=2) as talk:
        turn_id = await talk.submit(ops.Review(ReviewRequest("look", "changes")))
        turn = await talk.rest_of(turn_id)
        assert "model: 2" in turn.one("error")["message"]
        assert len(talk.requests) == 2
        assert turn.kinds()[-2:] == ["exited_review_mode", "task_complete"]


async def test_a_turn_ends_when_its_time_is_over(tmp_path: Path) -> None:
    script = [answer(shell("echo here; sleep 1000", timeout_ms=10**9)), says("on")]
    async with conversation(tmp_path / "w", script, time_limit=1) as talk:
        turn = await talk.user("go")
        assert "time_limit is over (1 seconds)" in stopped(turn)
        assert texts(talk.saved_items())[-1] == "c1: aborted"
        assert (await talk.user("again")).one("task_complete")["last_agent_message"] == "on"


async def test_waiting_for_the_user_takes_no_time() -> None:
    meter = Meter(Limits(time_limit=0.05), {})

    async def body() -> str:
        return await meter.untimed(asyncio.sleep(0.1, "approved"))

    assert await meter.within_time(body) == "approved"


async def test_the_time_goes_on_after_the_answer() -> None:
    meter = Meter(Limits(time_limit=0.05), {})

    async def body() -> str | None:
        await meter.untimed(asyncio.sleep(0, "denied"))
        await asyncio.Event().wait()
        return None

    with pytest.raises(LimitReached):
        await meter.within_time(body)


# --- the loop guard ------------------------------------------------------------------------


def same(count: int) -> list[Script]:
    return [answer(shell("date +%Y", f"c{number}")) for number in range(count)]


async def test_repetition_is_told_once_and_ended_at_the_sixth_time(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", same(9), loop_guard=True) as talk:
        assert "six times in a row" in stopped(await talk.user("go"))
        assert len(talk.requests) == 6
        remarks = [place for place in range(6) if "three times in a row" in str(talk.input(place)[-1])]
        assert remarks == [3]
        assert str(talk.input()).count("three times in a row") == 1


async def test_nothing_is_watched_unless_the_user_asks(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [*same(8), says("done")]) as talk:
        assert (await talk.user("go")).one("task_complete")["last_agent_message"] == "done"


async def test_another_result_or_another_call_begins_anew(tmp_path: Path) -> None:
    counting = [answer(shell("echo x >> f; wc -l f", f"c{number}")) for number in range(7)]
    turns: list[Json] = [shell("true", f"d{number}") for number in range(5)]
    mixed = [*(answer(one) for one in turns), answer(shell("false", "e")), *(answer(one) for one in turns)]
    async with conversation(tmp_path / "w", [*counting, *mixed, says("done")], loop_guard=True) as talk:
        assert (await talk.user("go")).one("task_complete")["last_agent_message"] == "done"


async def test_waiting_for_a_command_is_no_repetition(tmp_path: Path) -> None:
    start = call("exec_command", {"cmd": "sleep 1000", "yield_time_ms": 250}, "c0")
    looks = [call("write_stdin", {"session_id": 0, "yield_time_ms": 250}, f"c{number}") for number in range(1, 8)]
    script = [answer(one) for one in (start, *looks)]
    async with conversation(
        tmp_path / "w", [*script, says("done")], loop_guard=True, features={"unified_exec": True}
    ) as talk:
        assert (await talk.user("go")).one("task_complete")["last_agent_message"] == "done"


# --- what the user writes ------------------------------------------------------------------


def test_times_are_read() -> None:
    assert [seconds_of(text) for text in ("90s", "10m", "1h30m", "45", 45)] == [90, 600, 5400, 45, 45]


@pytest.mark.parametrize("text", ["", "0", "0m", "-5", "10 minutes", "1d", "5m1h", "1.5h", "\u0663"])
def test_a_time_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="expected a time like 90s, 10m or 1h30m"):
        seconds_of(text)


@pytest.mark.parametrize("limit", [{"max_turns": 0}, {"max_tokens": -1}, {"max_cost": 0.0}])
async def test_a_limit_that_is_not_above_0_is_refused(tmp_path: Path, limit: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="expected a number above 0"):
        async with conversation(tmp_path / "w", [], **limit):
            pass
