"""What becomes of a turn when the model does not answer, or not to the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from story import (
    added,
    after_context,
    answer,
    completed,
    conversation,
    cut_off,
    fails,
    message,
    says,
    shell,
    text_delta,
)

from octavo.model.backend import ModelRequest
from octavo.model.errors import FatalModelError, ModelError, UsageLimitReached
from octavo.model.events import ModelEvent, RateLimits
from octavo.model.scripted import Script
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow

FULL = "Codex ran out of room in the model's context window. "
FULL += "Start a new conversation or clear earlier history before retrying."


async def test_a_stream_that_always_breaks_is_tried_as_often_as_configured(tmp_path: Path) -> None:
    script = [cut_off()] * 3 + [says("fine")]
    async with conversation(tmp_path / "w", script, stream_max_retries=2) as talk:
        turn = await talk.user("go")
        assert [payload["message"] for payload in turn.all("stream_error")] == [
            "Reconnecting... 1/2",
            "Reconnecting... 2/2",
        ]
        text = "stream disconnected before completion: stream closed before response.completed"
        assert turn.one("error")["message"] == text
        assert turn.kinds()[-2:] == ["error", "task_complete"]
        assert turn.one("task_complete")["last_agent_message"] is None
        assert len([line for line in talk.saved if line["type"] == "turn_context"]) == 3
        bodies = {msgspec.json.encode(request.payload) for request in talk.backend.requests}  # type: ignore[attr-defined]
        assert len(bodies) == 1
        assert (await talk.user("next")).one("task_complete")["last_agent_message"] == "fine"
        assert after_context(talk.input()) == ["go", "next"]


async def test_a_retry_that_succeeds_leaves_nothing_of_the_failed_try(tmp_path: Path) -> None:
    script = [cut_off(message("lost"), shell("echo ran", "c9")), answer(message("kept")), says("fine")]
    async with conversation(tmp_path / "w", script, stream_max_retries=1) as talk:
        turn = await talk.user("go")
        await talk.user("next")
        assert after_context(talk.input()) == ["go", "kept", "next"]
        assert after_context(talk.saved_items()) == ["go", "kept", "next", "fine"]
    assert [payload["message"] for payload in turn.all("agent_message")] == ["lost", "kept"]
    assert turn.one("task_complete")["last_agent_message"] == "kept"


async def test_a_command_of_a_failed_try_is_killed(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    hold = asyncio.Event()
    script = [cut_off(shell("echo up; sleep 77; touch ran"), hold), says("kept")]
    async with conversation(workspace, script, stream_max_retries=1) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        hold.set()
        turn = await talk.rest_of(turn_id)
    assert not turn.all("exec_command_end")
    assert after_context(turn.items) == ["go", "kept"]


async def test_every_request_of_a_turn_has_its_own_retries(tmp_path: Path) -> None:
    script = [cut_off(), answer(shell("true")), cut_off(), says("done")]
    async with conversation(tmp_path / "w", script, stream_max_retries=1) as talk:
        turn = await talk.user("go")
    assert [payload["message"] for payload in turn.all("stream_error")] == ["Reconnecting... 1/1"] * 2
    assert turn.one("task_complete")["last_agent_message"] == "done"


async def test_the_wait_is_the_one_that_the_server_asks_for(tmp_path: Path) -> None:
    script = [fails("stream", "Rate limit reached. Please try again in 10ms.", delay=0.01), says("done")]
    async with conversation(tmp_path / "w", script, stream_max_retries=1, services={"jitter": lambda: 1e6}) as talk:
        turn = await talk.user("go")
    assert turn.one("task_complete")["last_agent_message"] == "done"


async def test_a_refused_request_ends_the_turn_and_not_the_conversation(tmp_path: Path) -> None:
    script = [fails("model", "unexpected status 400 Bad Request: no"), says("fine")]
    async with conversation(tmp_path / "w", script) as talk:
        turn = await talk.user("go")
        assert turn.kinds()[-2:] == ["error", "task_complete"]
        assert turn.one("error")["message"] == "unexpected status 400 Bad Request: no"
        await talk.user("next")
        assert after_context(talk.input()) == ["go", "next"]


async def test_a_full_window_is_shown_and_not_tried_again(tmp_path: Path) -> None:
    script = [says("a", tokens=16), fails("context_window"), says("fine")]
    async with conversation(tmp_path / "w", script, stream_max_retries=5) as talk:
        await talk.user("go")
        turn = await talk.user("more")
        assert len(talk.requests) == 2
    assert turn.kinds()[-3:] == ["token_count", "error", "task_complete"]
    info = turn.all("token_count")[-1]["info"]
    nothing = {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0, "reasoning_output_tokens": 0}
    assert info == {
        "total_token_usage": nothing | {"total_tokens": 258_400},
        "last_token_usage": nothing | {"total_tokens": 258_384},
        "model_context_window": 258_400,
    }
    assert turn.one("error")["message"] == FULL


async def test_a_used_up_limit_shows_the_limits_before_the_error(tmp_path: Path) -> None:
    class OverLimit:
        async def attempt(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
            limits = RateLimitSnapshot(RateLimitWindow(100.0, 300, 1_704_069_000))
            raise FatalModelError(UsageLimitReached("You've hit your usage limit.", limits))
            yield RateLimits(limits)

    async with conversation(tmp_path / "w", OverLimit(), stream_max_retries=5) as talk:
        turn = await talk.user("go")
    assert turn.kinds()[-3:] == ["token_count", "error", "task_complete"]
    assert turn.one("token_count")["rate_limits"]["primary"]["used_percent"] == 100.0
    assert not turn.all("stream_error")


async def test_a_final_error_is_not_tried_again(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [fails("final", "Fatal error: no")], stream_max_retries=5) as talk:
        turn = await talk.user("go")
    assert turn.kinds()[-2:] == ["error", "task_complete"]
    assert turn.one("error")["message"] == "Fatal error: no"


async def test_an_error_while_the_answer_is_being_closed_does_not_undo_an_interruption(tmp_path: Path) -> None:
    class BreaksOnClosing:
        async def attempt(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
            yield RateLimits(RateLimitSnapshot())
            try:
                await asyncio.Event().wait()
            finally:
                raise ModelError("the connection broke")

    async with conversation(tmp_path / "w", BreaksOnClosing()) as talk:
        turn_id = await talk.say("go")
        await talk.until("token_count")
        await talk.interrupt()
        turn = await talk.rest_of(turn_id)
        assert turn.kinds()[-1] == "turn_aborted"
        rest = await talk.shut_down()
    assert not {"error", "task_complete"} & {*turn.kinds(), *rest.kinds()}


async def test_what_follows_the_end_of_an_answer_is_still_read(tmp_path: Path) -> None:
    late = message("late")
    script = [Script([completed(), {"type": "response.output_item.done", "item": late}])]
    async with conversation(tmp_path / "w", script) as talk:
        turn = await talk.user("go")
    assert turn.one("task_complete")["last_agent_message"] == "late"


async def test_events_and_items_of_unknown_kinds_are_passed_over(tmp_path: Path) -> None:
    odd = {"type": "hologram", "id": "h"}
    script = [answer({"type": "response.hologram"}, odd, added(message("m")), text_delta("m"), message("m"))]
    async with conversation(tmp_path / "w", script) as talk:
        turn = await talk.user("go")
    assert after_context(turn.items) == ["go", "m"]
    assert turn.one("task_complete")["last_agent_message"] == "m"
