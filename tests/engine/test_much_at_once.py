"""Large pieces, many conversations, and the same session over another road."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from model_calls import responses_backend
from model_server import Server, stream
from story import (
    Json,
    Told,
    added,
    answer,
    conversation,
    message,
    plan,
    raw_delta,
    reasoning,
    says,
    section,
    shell,
    summary_delta,
    text_delta,
)

from octavo.model.scripted import Script

MIB = 1 << 20


async def test_a_single_piece_of_ten_megabytes(tmp_path: Path) -> None:
    text = "0123456789" * MIB
    said = message(text)
    async with conversation(tmp_path / "w", [answer(added(said), text_delta(text), said), says("fine")]) as talk:
        turn = await talk.user("go")
        assert turn.one("agent_message_delta")["delta"] == text
        assert turn.one("task_complete")["last_agent_message"] == text
        await talk.user("on")
        path = talk.path
    async with conversation(tmp_path / "w", [says("fine")], resume=path) as talk:
        await talk.user("still here")
        assert talk.input()[2]["content"][0]["text"] == text


async def test_a_command_that_prints_ten_megabytes(tmp_path: Path) -> None:
    command = "head -c 10485760 /dev/zero | tr '\\0' x"
    async with conversation(tmp_path / "w", [answer(shell(command)), says("done")]) as talk:
        turn = await talk.user("go")
        assert len(turn.one("exec_command_end")["aggregated_output"]) == 10 * MIB
        sent = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
    assert len(sent[0]) < 11_000
    assert len(turn.all("exec_command_output_delta")) <= 10_000


async def test_idle_conversations_take_less_than_a_megabyte_each(tmp_path: Path) -> None:
    program = Path(__file__).with_name("idle_conversations.py")
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path), "200"], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < MIB


async def test_two_hundred_conversations_end_together(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        talks = [
            await stack.enter_async_context(conversation(tmp_path / "w", [says(str(number))])) for number in range(200)
        ]
        for number, talk in enumerate(talks):
            turn = await talk.user("go")
            assert turn.one("task_complete")["last_agent_message"] == str(number)
        assert len({talk.conversation.id for talk in talks}) == 200


LIMITS = {"x-codex-primary-used-percent": "7", "x-codex-primary-window-minutes": "300"}


def long_script() -> list[Script]:
    thought, said = reasoning("**T**", raw=("raw",)), message("all of it")
    return [
        answer(
            *(added(thought), section(), summary_delta("**T**"), raw_delta("raw"), thought),
            *(added(said), text_delta("all "), text_delta("of it"), said),
            plan(("a", "completed")),
            headers=LIMITS,
        ),
        says("done", tokens=20),
        says("again"),
    ]


def without_chance(told: Told) -> list[Json]:
    """Events without what differs between any two sessions; the tool's own stand last, as it runs beside the stream."""
    return sorted((_masked(event) for event in told), key=lambda event: event["msg"]["type"] == "plan_update")


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        varying = ("session_id", "thread_id", "rollout_path", "id", "item_id", "history_log_id")
        return {key: _masked(one) for key, one in value.items() if key not in varying}
    return [_masked(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("deltas", [True, False])
async def test_a_session_in_memory_and_over_http_is_the_same(tmp_path: Path, deltas: bool) -> None:
    workspace, services = tmp_path / "w", {"deltas": deltas}
    async with conversation(workspace, long_script(), services=services) as talk:
        in_memory = [*await talk.user("go"), *await talk.user("on")]
        bodies = talk.requests
    replies = [stream(*script.steps, headers=list(script.headers.items())) for script in long_script()]
    with Server(replies) as server:
        backend = responses_backend(tmp_path / "home", {})
        provider = {"base_url": f"{server.url}/v1"}
        async with conversation(workspace, backend, provider=provider, services=services) as talk:
            over_http = [*await talk.user("go"), *await talk.user("on")]
        received = [seen.json for seen in server.seen]
    assert without_chance(Told(over_http)) == without_chance(Told(in_memory))
    for sent, scripted in zip(received, bodies, strict=True):
        assert sent | {"prompt_cache_key": ""} == scripted | {"prompt_cache_key": ""}
