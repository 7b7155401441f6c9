"""A command of the user that runs beside whatever the conversation works on: neither waits for or ends the other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from story import Talk, a_long_sleep, after_context, answer, conversation, message, processes_with, says

from octavo.protocol import ops


async def beside(talk: Talk, command: str) -> str:
    """Start the command; the id of its events."""
    return await talk.submit(ops.RunUserShellCommand(command, beside=True))


def said_of(talk: Talk, submission_id: str) -> list[dict[str, Any]]:
    """The events under an id, without the pieces of output."""
    own = [event["msg"] for event in talk.told if event["id"] == submission_id]
    return [msg for msg in own if msg["type"] != "exec_command_output_delta"]


async def test_it_runs_at_once_under_its_own_id_and_is_forgotten(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    async with conversation(tmp_path / "w", [answer(goes_on, message("done")), says("next")]) as talk:
        turn_id = await talk.say("go")
        await talk.until("user_message")
        saved = talk.saved
        command_id = await beside(talk, "echo here; exit 3")
        ended = await talk.until("exec_command_end")
        assert (ended["exit_code"], ended["stdout"]) == (3, "here\n")
        begun, _ = said_of(talk, command_id)
        assert begun["type"] == "exec_command_begin"
        assert begun["is_user_shell_command"] is True
        assert talk.saved == saved
        goes_on.set()
        turn = await talk.rest_of(turn_id)
        assert turn.one("task_complete")["last_agent_message"] == "done"
        assert len(said_of(talk, command_id)) == 2
        await talk.user("and now")
        assert after_context(talk.input()) == ["go", "done", "and now"]


async def test_stopping_it_leaves_the_turn_alone(tmp_path: Path) -> None:
    goes_on, marker = asyncio.Event(), a_long_sleep()
    async with conversation(tmp_path / "w", [answer(goes_on, message("done"))]) as talk:
        turn_id = await talk.say("go")
        command_id = await beside(talk, f"echo up; {marker}")
        await talk.until("exec_command_output_delta")
        await talk.submit(ops.StopUserShellCommand(command_id))
        ended = await talk.until("exec_command_end")
        assert (ended["exit_code"], ended["stdout"]) == (-1, "")
        assert ended["call_id"] == said_of(talk, command_id)[0]["call_id"]
        assert not processes_with(marker)
        goes_on.set()
        assert (await talk.rest_of(turn_id)).one("task_complete")["last_agent_message"] == "done"
        await talk.submit(ops.StopUserShellCommand(command_id))  # too late: nothing happens
        assert len(said_of(talk, command_id)) == 2


async def test_interrupting_the_turn_leaves_it_alone(tmp_path: Path) -> None:
    marker = a_long_sleep()
    async with conversation(tmp_path / "w", [answer(asyncio.Event())]) as talk:
        turn_id = await talk.say("go")
        command_id = await beside(talk, f"echo up; {marker}")
        await talk.until("exec_command_output_delta")
        await talk.interrupt()
        assert (await talk.rest_of(turn_id)).one("turn_aborted")["reason"] == "interrupted"
        assert processes_with(marker)
        assert len(said_of(talk, command_id)) == 1
    assert not processes_with(marker)


async def test_without_a_turn_it_runs_as_well(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("fine")]) as talk:
        command_id = await beside(talk, "true")
        assert (await talk.until("exec_command_end"))["exit_code"] == 0
        assert [msg["type"] for msg in said_of(talk, command_id)] == ["exec_command_begin", "exec_command_end"]
        await talk.user("go")


async def test_where_it_has_to_be_asked_about_a_refusal_ends_it_alone(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    script = [answer(goes_on, message("done"))]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.until("user_message")
        command_id = await beside(talk, "touch made")
        asked = await talk.until("exec_approval_request")
        await talk.submit(ops.ExecApproval(command_id, "abort", asked["call_id"]))
        ended = await talk.until("exec_command_end")
        assert (ended["exit_code"], ended["aggregated_output"]) == (-1, "exec command rejected by user")
        goes_on.set()
        assert (await talk.rest_of(turn_id)).one("task_complete")["last_agent_message"] == "done"
        assert not (tmp_path / "w" / "made").exists()
        await beside(talk, "touch made")
        asked = await talk.until("exec_approval_request")
        await talk.submit(ops.ExecApproval(talk.told[-1]["id"], "approved", asked["call_id"]))
        assert (await talk.until("exec_command_end"))["exit_code"] == 0
        assert (tmp_path / "w" / "made").exists()
