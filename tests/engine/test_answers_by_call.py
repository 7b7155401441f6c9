"""Answers that name the call they are about, and answers that do not."""

from __future__ import annotations

import asyncio
from pathlib import Path

from story import Talk, answer, conversation, says, shell

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.settings import turn_context
from octavo.protocol import ops
from octavo.protocol.events import Event, ExecApprovalRequest, TurnDiff
from octavo.protocol.legacy import flat_event
from octavo.protocol.policy import ReviewDecision


async def test_an_answer_that_names_another_call_decides_nothing(tmp_path: Path) -> None:
    script = [answer(shell("echo hi")), says("done")]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_approval_request", call_id="c1")
        await talk.submit(ops.ExecApproval(turn_id, "denied", "c2"))
        await talk.submit(ops.ExecApproval(turn_id, "abort", "c2"))
        await talk.submit(ops.ExecApproval(turn_id, "approved", "c1"))
        turn = await talk.rest_of(turn_id)
    assert turn.one("exec_command_end")["stdout"] == "hi\n"
    assert turn.kinds()[-1] == "task_complete"


async def two_questions(talk: Talk) -> tuple[asyncio.Task[ReviewDecision], asyncio.Task[ReviewDecision]]:
    """A turn in which two calls wait at the same time."""
    session = talk.conversation._session
    session.active = ActiveTurn(turn_context(session.config, session.settings, "t"))
    session.active.task = session.spawn(asyncio.sleep(60))
    asked = [asyncio.create_task(session.ask("t", ExecApprovalRequest(name, ("ls",), "/"))) for name in ("a", "b")]
    await talk.until("exec_approval_request", call_id="b")
    return asked[0], asked[1]


async def test_two_calls_that_wait_get_each_its_own_answer(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w") as talk:
        first, second = await two_questions(talk)
        await talk.submit(ops.ExecApproval("t", "denied", "b"))
        assert await second == "denied"
        await talk.submit(ops.ExecApproval("t", "approved", "a"))
        assert await first == "approved"
        talk.conversation._session.active = None


async def test_an_answer_without_a_call_is_for_the_newest_question_and_older_ones_are_refused(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w") as talk:
        first, second = await two_questions(talk)
        await talk.submit(ops.ExecApproval("t", "approved"))
        assert (await first, await second) == ("denied", "approved")
        talk.conversation._session.active = None


def test_clients_of_the_flat_protocol_see_a_childs_question_under_the_turns_id() -> None:
    asked = ExecApprovalRequest("call_7", ("ls",), "/w")
    shown = flat_event(Event("3", asked, origin="0199-child"))
    assert shown == Event("3", ExecApprovalRequest("3", ("ls",), "/w"))


def test_everything_else_is_shown_as_it_is() -> None:
    for event in (Event("3", ExecApprovalRequest("call_7", ("ls",), "/w")), Event("3", TurnDiff("+a\n"))):
        assert flat_event(event) is event
