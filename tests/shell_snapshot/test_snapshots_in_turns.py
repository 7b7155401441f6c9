"""Snapshots inside a conversation: which commands start from one, and that nobody else notices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from story import Json, Talk, answer, conversation, says, shell

from octavo.protocol import ops

COUNT = 'wc -l < "$HOME/runs"'


def home_with_profile(tmp_path: Path) -> Path:
    """A home whose profile counts how often it is read."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bash_profile").write_text('echo x >> "$HOME/runs"\nexport FROM_PROFILE=1\n')
    return home


async def turns(tmp_path: Path, *calls: Json, approve: bool = False, **settings: Any) -> tuple[list[str], Talk]:
    """What each command printed; one command a turn, and every snapshot is there before the next turn."""
    home = home_with_profile(tmp_path)
    script = [part for call in calls for part in (answer(call), says("done"))]
    defaults: Json = {"sandbox_mode": "danger-full-access", "environ": {"HOME": str(home)}}
    outputs = []
    async with conversation(tmp_path / "w", script, **(defaults | settings)) as talk:
        for _ in calls:
            turn_id = await talk.say("go")
            if approve:
                await talk.decide("approved")
            turn = await talk.rest_of(turn_id)
            (output,) = [item["output"] for item in turn.items if item["type"].endswith("_output")]
            outputs.append(json.loads(output)["output"].strip())
            await talk.conversation._session.shell_snapshots.settled()
        return outputs, talk


async def test_from_the_second_command_on_the_profile_is_not_read(tmp_path: Path) -> None:
    script = f"{COUNT}; echo $FROM_PROFILE"
    (first, second), talk = await turns(tmp_path, shell(["bash", "-lc", script]), shell(["bash", "-lc", script]))
    assert first == "1\n1"
    assert second == "3\n1", "the profile was read twice for the snapshot, and not for the command"
    begins, ends = talk.told.all("exec_command_begin"), talk.told.all("exec_command_end")
    assert [begin["command"] for begin in begins] == [["bash", "-lc", script]] * 2
    assert [begin["parsed_cmd"] for begin in begins] == [[{"type": "unknown", "cmd": script}]] * 2
    assert [end["exit_code"] for end in ends] == [0, 0]
    assert not list((tmp_path / "w-home").rglob("shell-*"))


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    command = shell(["bash", "-lc", COUNT])
    outputs, _ = await turns(tmp_path, command, command, shell_snapshot=False)
    assert outputs == ["1", "2"]


async def test_a_command_of_the_user_reads_the_profile(tmp_path: Path) -> None:
    home = home_with_profile(tmp_path)
    script = [answer(shell(["bash", "-lc", "true"])), says("done")]
    settings: Json = {"sandbox_mode": "danger-full-access", "environ": {"HOME": str(home)}}
    async with conversation(tmp_path / "w", script, **settings) as talk:
        await talk.user("go")
        await talk.conversation._session.shell_snapshots.settled()
        before = len((home / "runs").read_text().splitlines())
        turn = await talk.rest_of(await talk.submit(ops.RunUserShellCommand(f"bash -lc '{COUNT}'")))
        assert turn.one("exec_command_end")["stdout"].strip() in (str(before + 1), str(before + 2))


async def test_a_command_with_more_rights_than_the_turn_s_reads_the_profile(tmp_path: Path) -> None:
    """A snapshot was taken in the sandbox; what was prepared there must not run outside of it."""
    home = home_with_profile(tmp_path)
    probe = 'export FROM=$(touch "$HOME/probe" 2> /dev/null && echo open || echo confined)\n'
    (home / ".bash_profile").write_text(probe)
    inside = shell(["bash", "-lc", "echo $FROM"])
    escalated = shell(["bash", "-lc", "echo $FROM"], with_escalated_permissions=True)
    script = [part for call in (inside, inside, escalated) for part in (answer(call), says("done"))]
    settings: Json = {"approval_policy": "on-request", "sandbox_mode": "read-only", "environ": {"HOME": str(home)}}
    async with conversation(tmp_path / "w", script, **settings) as talk:
        found = []
        for asks in (False, False, True):
            turn_id = await talk.say("go")
            if asks:
                await talk.decide("approved")
            turn = await talk.rest_of(turn_id)
            found.append(turn.one("exec_command_end")["stdout"].strip())
            await talk.conversation._session.shell_snapshots.settled()
    assert found == ["confined", "confined", "open"]


@pytest.mark.parametrize("script", ["echo hi", "no_such_command", "exit 3", "cd /; pwd; echo $0"])
async def test_the_model_sees_the_same(tmp_path: Path, script: str) -> None:
    command = shell(["bash", "-lc", script])
    outputs, talk = await turns(tmp_path, command, command, command)
    assert outputs[0] == outputs[1] == outputs[2]
    ends = talk.told.all("exec_command_end")
    assert len({(end["exit_code"], end["stdout"], end["stderr"]) for end in ends}) == 1
