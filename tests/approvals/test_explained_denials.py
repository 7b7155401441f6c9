"""A denial that nobody is asked about: what the user and the model are told, and what stays as it is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from story import Json, Told, answer, call, conversation, patch, says, shell


async def run(workspace: Path, item: Json, **settings: Any) -> tuple[Json, Told]:
    async with conversation(workspace, [answer(item), says("done")], **settings) as talk:
        turn = await talk.user("go")
        (output,) = [one["output"] for one in turn.items if one["type"].endswith("_output")]
        return json.loads(output), turn


async def test_the_user_and_the_model_are_told_the_rule_and_the_setting(tmp_path: Path, outside: Path) -> None:
    output, turn = await run(tmp_path / "w", shell(f"echo out; echo 1 > {outside}/x"))
    end = turn.one("exec_command_end")
    line = turn.one("background_event")["message"]
    assert line.startswith(f"The sandbox (workspace-write) refused a change to {outside}/x: only ")
    assert "`writable_roots` under `[sandbox_workspace_write]`" in line
    assert output["output"] == f"{end['aggregated_output']}{line}\n"
    assert output["metadata"]["exit_code"] == 1
    assert line not in end["stdout"] + end["stderr"] + end["aggregated_output"] + end["formatted_output"]
    kinds = turn.kinds("exec_command_output_delta")
    assert kinds.index("exec_command_begin") < kinds.index("background_event") < kinds.index("exec_command_end")


async def test_the_line_survives_the_cut_of_long_output(tmp_path: Path, outside: Path) -> None:
    output, turn = await run(tmp_path / "w", shell(f"seq 1 4000; echo 1 > {outside}/x"))
    assert output["output"].endswith(f"{turn.one('background_event')['message']}\n")
    assert len(output["output"].encode()) < 10_300


async def test_read_only_points_to_the_mode(tmp_path: Path) -> None:
    output, _ = await run(tmp_path / "w", shell("touch x"), sandbox_mode="read-only")
    assert '`sandbox_mode = "workspace-write"` would allow the workspace.' in output["output"]


async def test_a_closed_network_is_named(tmp_path: Path) -> None:
    code = "import socket; socket.socket().connect(('192.0.2.1', 9))"
    output, turn = await run(tmp_path / "w", shell(["python3", "-c", code]))
    assert "`network_access = true`" in turn.one("background_event")["message"]
    assert "`network_access = true`" in output["output"]


async def test_a_configuration_of_git_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    subprocess.run(["git", "init", "-q", workspace], check=True)
    output, _ = await run(workspace, shell("git remote add origin /x"))
    assert "could not write config file" in output["output"]
    assert "`protect_repository = false`" in output["output"]


async def test_a_closed_hook_is_named_and_the_setting_opens_it(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    subprocess.run(["git", "init", "-q", workspace], check=True)
    item = shell("echo x > .git/hooks/pre-commit")
    closed = {"sandbox_workspace_write": {"exclude_slash_tmp": True}}
    output, turn = await run(workspace, item, **closed)
    assert "`protect_repository = false`" in turn.one("background_event")["message"]
    assert output["metadata"]["exit_code"] == 1
    opened = {"sandbox_workspace_write": {"exclude_slash_tmp": True, "protect_repository": False}}
    output, turn = await run(workspace, item, **opened)
    assert output["metadata"]["exit_code"] == 0
    assert (workspace / ".git" / "hooks" / "pre-commit").read_text() == "x\n"


@pytest.mark.parametrize(
    "command",
    [
        "echo 'the sandbox test failed'; exit 1",
        "echo 'Permission denied (publickey).' >&2; exit 1",
        "echo fine",
        "exit 3",
    ],
)
async def test_an_output_that_no_rule_explains_stays_as_it_is(tmp_path: Path, command: str) -> None:
    output, turn = await run(tmp_path / "w", shell(command))
    assert output["output"] == turn.one("exec_command_end")["aggregated_output"]
    assert not turn.all("background_event")


async def test_a_denial_that_the_user_lifts_needs_no_explanation(tmp_path: Path, outside: Path) -> None:
    script = [answer(shell(f"echo 1 > {outside}/x")), says("done")]
    async with conversation(tmp_path / "w", script, approval_policy="on-failure") as talk:
        turn_id = await talk.say("go")
        await talk.decide("approved")
        turn = await talk.rest_of(turn_id)
    assert not turn.all("background_event")


async def test_a_patch_that_a_link_leads_outside(tmp_path: Path, outside: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "link").symlink_to(outside)
    output, turn = await run(workspace, patch("*** Add File: link/x\n+1"))
    line = turn.one("background_event")["message"]
    assert line.startswith("The sandbox (workspace-write) refused a change to link/x: only ")
    assert output["output"] == f"Failed to write file link/x\n{line}\n"
    assert turn.one("patch_apply_end")["stderr"] == "Failed to write file link/x\n"
    assert not (outside / "x").exists()


@pytest.mark.usefixtures("slow_machine")
async def test_a_command_on_a_terminal(tmp_path: Path, outside: Path) -> None:
    item = call("exec_command", {"cmd": f"echo 1 > {outside}/x", "login": False})
    output, turn = await run(tmp_path / "w", item, features={"unified_exec": True})
    line = turn.one("background_event")["message"]
    assert f"refused a change to {outside}/x" in line
    assert output["output"].endswith(f"{line}\n")
    assert line not in turn.one("exec_command_end")["stdout"]
