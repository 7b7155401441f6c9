"""Conversations in which anything may happen at any time: what holds whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from story import (
    PATIENCE,
    Json,
    Talk,
    added,
    after_context,
    answer,
    call,
    conversation,
    cut_off,
    fails,
    freeform,
    local_shell,
    message,
    patch,
    plan,
    processes_with,
    reasoning,
    says,
    shell,
    text_delta,
)

from octavo.model.backend import ModelRequest
from octavo.model.events import ModelEvent
from octavo.model.scripted import Script, ScriptedBackend
from octavo.protocol import ops
from octavo.protocol.policy import ReviewDecision

STORIES = 600 if os.environ.get("OCTAVO_SOAK") else 30

DECISIONS: tuple[ReviewDecision, ...] = ("approved", "approved_for_session", "denied", "abort")


def some_items(chance: random.Random, number: int) -> list[Json]:
    """Items of one answer; ids are unique over the story."""

    def one(place: int) -> Json:
        call_id = f"c{number}_{place}"
        said = message(f"said {call_id}", item_id=f"m{call_id}")
        kinds = [
            shell("echo hi; echo oops >&2", call_id),
            shell("sleep 0.02; exit 1", call_id),
            patch(f"*** Add File: {call_id}\n+x", call_id),
            plan(("step", "pending"), call_id=call_id),
            call("nope", "{}", call_id),
            call("shell", "{", call_id),
            freeform("zzz", "x", call_id),
            local_shell(["true"], call_id),
            reasoning("T"),
            said,
            said,
            added(said),
            text_delta("piece"),
        ]
        return chance.choice(kinds)

    return [one(place) for place in range(chance.randrange(5))]


def some_script(chance: random.Random, number: int) -> Script:
    items = some_items(chance, number)
    kind = chance.random()
    if kind < 0.12:
        return cut_off(*items)
    if kind < 0.2:
        return fails(chance.choice(["http", "transport", "stream", "model", "final", "context_window"]))
    return answer(*items, tokens=chance.choice([None, 5, 50]))


class Moody:
    """A model that does anything, until it is told to calm down."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.is_calm = False
        self.requests: list[ModelRequest] = []

    async def attempt(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.requests.append(request)
        script = says("fine") if self.is_calm else some_script(self._chance, len(self.requests))
        async with contextlib.aclosing(ScriptedBackend([script]).attempt(request)) as events:
            async for event in events:
                yield event


async def let_run(talk: Talk, chance: random.Random, turn_id: str) -> None:
    """Answer questions as it comes, perhaps say more, and perhaps interrupt after some events."""
    patience, aside = chance.choice([3, 12, 30, 10_000]), chance.choice([2, 9, 20, 10_000])
    seen = 0
    async with asyncio.timeout(PATIENCE):
        while True:
            event = await talk._next()
            kind, seen = event["msg"]["type"], seen + 1
            if event["id"] == turn_id and kind in ("task_complete", "turn_aborted"):
                break
            if kind in ("exec_approval_request", "apply_patch_approval_request"):
                decision: ReviewDecision = chance.choice(DECISIONS)
                answer_op = ops.ExecApproval if kind.startswith("exec") else ops.PatchApproval
                await talk.submit(answer_op(event["id"], decision))
            elif seen == aside:
                aside_id = await talk.say(f"<aside {turn_id}>")
            elif seen == patience:
                await talk.interrupt()
    await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
    if talk.conversation._session.active is not None:  # the aside came too late for this turn and began its own
        await let_run(talk, chance, aside_id)


@pytest.mark.parametrize("seed", range(STORIES))
async def test_whatever_happens_the_next_turn_works(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    workspace, turns = tmp_path / "w", 5
    model = Moody(chance)
    policy = chance.choice(["never", "untrusted", "on-failure"])
    async with conversation(workspace, model, approval_policy=policy, stream_max_retries=1) as talk:
        for number in range(turns):
            await let_run(talk, chance, await talk.say(f"<ask {number}>"))
        model.is_calm = True
        turn = await talk.user("next")
        assert turn[-1]["msg"] == {"type": "task_complete", "last_agent_message": "fine"}
        live, path, told = talk.input(), talk.path, talk.told
    check_pairs(live)
    check_said(live, turns)
    check_ends(told, turns + 1)
    async with conversation(workspace, [says("resumed")], resume=path) as talk:
        await talk.user("after")
        assert talk.input()[: len(live)] == live


@pytest.mark.parametrize("seed", range(STORIES))
async def test_a_conversation_that_is_closed_at_any_time_goes_on_later(tmp_path: Path, seed: int) -> None:
    chance = random.Random(-seed - 1)
    workspace, model, path = tmp_path / "w", Moody(chance), None
    for number in range(4):
        async with conversation(workspace, model, resume=path) as talk:
            await talk.say(f"<ask {number}>")
            async with asyncio.timeout(PATIENCE):
                for _ in range(chance.randrange(7, 30)):
                    event = await talk._next()
                    if event["msg"]["type"] == "task_complete":
                        break
            path = talk.path
        assert not processes_with(str(workspace))
    async with conversation(workspace, [says("fine")], resume=path) as talk:
        await talk.user("next")
        check_pairs(talk.input())
        check_said(talk.input(), 4)


def check_pairs(items: list[Json]) -> None:
    """Every call is followed by its one output, and nothing else is an output."""
    for place, item in enumerate(items):
        if item["type"].endswith("_call"):
            follower = items[place + 1]
            assert follower["call_id"] == item["call_id"]
            assert follower["type"].endswith("_output")
        if item["type"].endswith("_output"):
            assert items[place - 1]["type"].endswith("_call")
    calls = [item["call_id"] for item in items if item["type"].endswith("_call")]
    assert len(set(calls)) == len(calls)


def check_said(items: list[Json], turns: int) -> None:
    said = [text for text in after_context(items) if text.startswith("<ask ")]
    assert said == [f"<ask {number}>" for number in range(turns)]


def check_ends(told: list[Json], turns: int) -> None:
    """Each turn has one beginning and one end, and each command at most one end."""
    kinds = [event["msg"]["type"] for event in told]
    assert kinds.count("task_started") == kinds.count("task_complete") + kinds.count("turn_aborted") >= turns
    ends = [
        event["msg"]["call_id"] for event in told if event["msg"]["type"] in ("exec_command_end", "patch_apply_end")
    ]
    assert len(ends) == len(set(ends))
