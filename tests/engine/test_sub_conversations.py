"""Conversations that a task starts: tied to their parent in life, in questions and in nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from story import (
    Talk,
    a_long_sleep,
    added,
    after_context,
    answer,
    as_json,
    conversation,
    message,
    processes_with,
    says,
    shell,
    text_delta,
)

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.delegate import MAX_DEPTH, Delegate, TooDeep, TooFree, delegate
from octavo.engine.session import Session
from octavo.engine.settings import turn_context
from octavo.engine.tasks import start
from octavo.protocol import ops
from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.protocol.source import OtherSubAgent, SubAgentSource
from octavo.protocol.turn_items import TextInput

HELPER = SubAgentSource(OtherSubAgent("helper"))


def text(words: str) -> tuple[TextInput, ...]:
    return (TextInput(words),)


async def one_turn(child: Delegate, words: str = "sub") -> list[dict[str, Any]]:
    return [as_json(event) async for event in child.run_once(text(words))]


@asynccontextmanager
async def task_of(talk: Talk) -> AsyncIterator[tuple[Session, ActiveTurn]]:
    """A task of the conversation that does nothing by itself, for children to hang on."""
    session = talk.conversation._session
    turn = ActiveTurn(turn_context(session.config, session.settings, "task"))
    over = asyncio.Event()

    async def body() -> None:
        await over.wait()

    await start(session, turn, body)
    yield session, turn
    over.set()
    await talk.rest_of("task")


async def test_a_child_has_its_own_id_history_and_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    script = [says("one"), says("sub answer"), says("two")]
    async with conversation(tmp_path / "w", script, home=home) as talk:
        await talk.user("go")
        async with task_of(talk) as (session, turn), delegate(session, turn, session.config, HELPER) as child:
            heard = await one_turn(child)
        await talk.user("on")
        assert after_context(talk.input(1)) == ["sub"]
        assert after_context(talk.input(2)) == ["go", "one", "on"]
        parent = talk.path
    kinds = [event["msg"]["type"] for event in heard]
    assert "session_configured" not in kinds
    assert kinds[-1] == "task_complete"
    assert {event["id"] for event in heard} == {"auto-compact-0", "0"}
    (file,) = [path for path in home.glob("sessions/**/*.jsonl") if str(path) != parent]
    meta, *lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert meta["payload"]["source"] == {"subagent": {"other": "helper"}}
    assert after_context([line["payload"] for line in lines if line["type"] == "response_item"]) == [
        "sub",
        "sub answer",
    ]


async def test_several_children_work_side_by_side(tmp_path: Path) -> None:
    async with (
        conversation(tmp_path / "w", [says("a"), says("b")]) as talk,
        task_of(talk) as (session, turn),
        delegate(session, turn, session.config, HELPER) as first,
        delegate(session, turn, session.config, HELPER) as second,
    ):
        heard = await asyncio.gather(one_turn(first), one_turn(second))
        said = {events[-1]["msg"]["last_agent_message"] for events in heard}
    assert said == {"a", "b"}


async def test_a_child_ends_with_the_block_that_started_it(tmp_path: Path) -> None:
    marker = a_long_sleep()
    async with (
        conversation(tmp_path / "w", [answer(shell(f"echo up; {marker}; :"))]) as talk,
        task_of(talk) as (session, turn),
    ):
        async with delegate(session, turn, session.config, HELPER) as child:
            await child.submit(ops.UserInputOp(text("sub")))
            while as_json(await child.next_event())["msg"]["type"] != "exec_command_output_delta":
                pass
            assert processes_with(marker)
        assert not processes_with(marker)


async def test_a_child_is_cancelled_with_its_parent(tmp_path: Path) -> None:
    marker = a_long_sleep()
    async with conversation(tmp_path / "w", [answer(shell(f"echo up; {marker}")), says("fine")]) as talk:
        session = talk.conversation._session
        turn = ActiveTurn(turn_context(session.config, session.settings, "task"))
        running = asyncio.Event()

        async def body() -> None:
            async with delegate(session, turn, session.config, HELPER) as child:
                async for event in child.run_once(text("sub")):
                    if as_json(event)["msg"]["type"] == "exec_command_output_delta":
                        running.set()

        await start(session, turn, body)
        await running.wait()
        await talk.interrupt()
        heard = await talk.rest_of("task")
        assert heard.kinds()[-1] == "turn_aborted"
        await talk.user("go")
        assert after_context(talk.input()) == ["go"]
    assert not processes_with(marker)


async def test_a_parent_that_is_cancelled_while_a_child_asks_takes_the_question_along(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    script = [answer(shell("touch made")), says("fine")]
    async with conversation(workspace, script, approval_policy="untrusted") as talk:
        session = talk.conversation._session
        turn = ActiveTurn(turn_context(session.config, session.settings, "task"))

        async def body() -> None:
            async with delegate(session, turn, session.config, HELPER) as child:
                await one_turn(child)

        await start(session, turn, body)
        question = await talk.until("exec_approval_request")
        assert (question["call_id"], talk.told[-1]["id"]) == ("c1", "task")
        await talk.interrupt()
        await talk.rest_of("task")
        await talk.submit(ops.ExecApproval("task", "approved"))
        await talk.user("go")
    assert not (workspace / "made").exists()


async def test_children_nest_so_deep_and_no_deeper(tmp_path: Path) -> None:
    async def nest(session: Session, turn: ActiveTurn, depth: int) -> int:
        async with delegate(session, turn, session.config, HELPER) as child:
            inner: Session = getattr(child._child, "_session")  # noqa: B009 - a parent sees less of it
            return await nest(inner, ActiveTurn(turn_context(inner.config, inner.settings, "x")), depth + 1)

    async with conversation(tmp_path / "w") as talk, task_of(talk) as (session, turn):
        with pytest.raises(TooDeep, match=str(MAX_DEPTH)):
            await nest(session, turn, 0)
        files = list((tmp_path / "w-home").glob("sessions/**/*.jsonl"))
    assert len(files) == 1 + MAX_DEPTH


@pytest.mark.parametrize(
    ("parent", "child", "fits"),
    [
        (DangerFullAccess(), DangerFullAccess(), True),
        (WorkspaceWrite(), DangerFullAccess(), False),
        (ReadOnly(), WorkspaceWrite(), False),
        (ReadOnly(), ReadOnly(), True),
        (WorkspaceWrite(), WorkspaceWrite(exclude_slash_tmp=True), True),
        (WorkspaceWrite(exclude_slash_tmp=True), WorkspaceWrite(), False),
        (WorkspaceWrite(), WorkspaceWrite(network_access=True), False),
        (WorkspaceWrite(), WorkspaceWrite(("/srv",)), False),
        (WorkspaceWrite(("/srv",)), WorkspaceWrite(("/srv/x",)), True),
    ],
)
async def test_a_child_may_do_no_more_than_its_parent(
    tmp_path: Path, parent: SandboxPolicy, child: SandboxPolicy, fits: bool
) -> None:
    async with conversation(tmp_path / "w") as talk:
        await talk.submit(ops.OverrideTurnContext(sandbox_policy=parent))
        await talk.reply(ops.ListCustomPrompts(), "list_custom_prompts_response")
        async with task_of(talk) as (session, turn):
            config = structs.replace(session.config, sandbox_policy=child)
            refusal = contextlib.nullcontext() if fits else pytest.raises(TooFree)
            with refusal:
                async with delegate(session, turn, config, HELPER):
                    pass


async def test_a_link_out_of_the_parent_s_folders_is_no_folder_for_a_child(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    async with conversation(workspace, sandbox_workspace_write={"exclude_slash_tmp": True}) as talk:
        (workspace / "link").symlink_to("/var")
        async with task_of(talk) as (session, turn):
            config = structs.replace(session.config, cwd=str(workspace / "link"))
            with pytest.raises(TooFree):
                async with delegate(session, turn, config, HELPER):
                    pass


async def test_a_budget_of_tokens_ends_a_child_that_spends_it(tmp_path: Path) -> None:
    script = [answer(shell("true", f"c{n}"), tokens=40) for n in range(9)]
    async with (
        conversation(tmp_path / "w", script) as talk,
        task_of(talk) as (session, turn),
        delegate(session, turn, session.config, HELPER, token_budget=100) as child,
    ):
        heard = await one_turn(child)
        assert heard[-1]["msg"] == {"type": "turn_aborted", "reason": "interrupted"}
        assert len(talk.requests) in (3, 4)


async def test_a_caller_that_reads_slowly_loses_nothing(tmp_path: Path) -> None:
    said = message("x" * 500)
    script = [answer(added(said), *(text_delta("x") for _ in range(500)), said)]
    async with (
        conversation(tmp_path / "w", script) as talk,
        task_of(talk) as (session, turn),
        delegate(session, turn, session.config, HELPER) as child,
    ):
        await child.submit(ops.UserInputOp(text("sub")))
        await asyncio.sleep(0)
        deltas = 0
        while (msg := as_json(await child.next_event())["msg"])["type"] != "task_complete":
            deltas += msg["type"] == "agent_message_delta"
    assert deltas == 500
