"""The ways in which a model can call for a command, and the ways in which one can end."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from story import Json, Told, answer, call, conversation, freeform, local_shell, says, shell

ESCALATED: Json = {"with_escalated_permissions": True}


async def run(workspace: Path, *calls: Json, **settings: Any) -> tuple[list[str], Told]:
    """What the calls of one answer give the model, and the turn's events."""
    async with conversation(workspace, [answer(*calls), says("done")], **settings) as talk:
        turn = await talk.user("go")
        return [item["output"] for item in talk.input() if item["type"].endswith("_output")], turn


async def variables(workspace: Path, item: Json | None = None, **settings: Any) -> dict[str, str]:
    """The environment of a command, without what its PATH holds."""
    _, turn = await run(workspace, item or shell(["env"]), **settings)
    lines = turn.one("exec_command_end")["stdout"].splitlines()
    found = dict(line.split("=", 1) for line in lines)
    return {name: value for name, value in found.items() if name != "PATH"}


def was_stopped_early(output: str) -> bool:
    """Whether a limit ended the command, and not the usual one of ten seconds."""
    found = re.search(r"^Exit code: 124\n.*\ncommand timed out after (\d+) milliseconds\n", output, re.DOTALL)
    return found is not None and int(found[1]) < 10_000


# --- the call -------------------------------------------------------------------------------------


async def test_a_limit_has_two_spellings_and_unknown_arguments_do_no_harm(tmp_path: Path) -> None:
    """The limit may be longer than anybody's patience."""
    item = call("shell", {"command": ["echo", "hi"], "timeout_ms": 10**12, "lang": "en", "env": {"A": 1}})
    (output,), _ = await run(tmp_path / "w", item)
    assert output.endswith("\nOutput:\nhi\n")
    (output,), turn = await run(tmp_path / "w", call("shell", {"command": ["sleep", "77"], "timeout": 50}))
    assert was_stopped_early(output)
    assert turn.one("exec_command_end")["exit_code"] == 124


async def test_a_local_shell_call_has_a_folder_and_a_limit_but_no_variables(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    (workspace / "sub").mkdir(parents=True)
    more: Json = {"working_directory": "sub", "env": {"FOO": "bar"}, "user": "nobody"}
    _, turn = await run(workspace, local_shell(["sh", "-c", 'pwd; echo "$FOO"; id -u'], **more))
    folder, variable, user = turn.one("exec_command_end")["stdout"].splitlines()
    assert (folder, variable) == (f"{workspace}/sub", "")
    assert int(user) == workspace.stat().st_uid
    (output,), _ = await run(workspace, local_shell(["sleep", "77"], timeout_ms=50))
    assert was_stopped_early(output)


async def test_a_local_shell_call_cannot_ask_for_more_rights(tmp_path: Path, outside: Path) -> None:
    script = f"echo 1 > {outside}/x"
    item = local_shell(["sh", "-c", script], **ESCALATED)
    _, turn = await run(tmp_path / "w", item, approval_policy="on-request")
    assert turn.one("exec_command_end")["exit_code"] != 0
    assert not turn.all("exec_approval_request")
    assert not (outside / "x").exists()


async def test_asking_for_more_rights_makes_no_difference_where_there_are_no_limits(tmp_path: Path) -> None:
    settings = {"approval_policy": "on-request", "sandbox_mode": "danger-full-access"}
    (output,), turn = await run(tmp_path / "w", shell(["echo", "hi"], **ESCALATED), **settings)
    assert output.endswith("\nhi\n")
    assert not turn.all("exec_approval_request")


async def test_a_patch_that_does_not_fit_is_no_command(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    body = "*** Begin Patch\n*** Update File: gone\n@@\n-a\n+b\n*** End Patch"
    missing = f"Failed to read file to update {workspace}/gone: No such file or directory (os error 2)"
    script = shell(["bash", "-lc", f"apply_patch <<'EOF'\n{body}\nEOF"], "c2")
    got, turn = await run(workspace, shell(["apply_patch", body]), script, shell(["applypatch", "x"], "c3"))
    no_patch = "invalid patch: The first line of the patch must be '*** Begin Patch'"
    assert got == [f"apply_patch verification failed: {text}" for text in (missing, missing, no_patch)]
    assert not turn.all("exec_command_begin")
    assert not turn.all("patch_apply_begin")


# --- what the model reads ---------------------------------------------------------------------------


async def test_which_results_are_shown_as_text(tmp_path: Path) -> None:
    """Those of the shell by all its names but one; the words of other tools stay as they are."""
    calls = [
        shell(["echo", "x"], "c1"),
        shell(["echo", "x"], "c2") | {"name": "container.exec"},
        local_shell(["echo", "x"], "c3"),
        shell(["echo", "x"], "c4") | {"name": "local_shell"},
        freeform("apply_patch", "*** Begin Patch\n*** Add File: x\n+x\n*** End Patch", "c5"),
        shell([], "c6"),
    ]
    got, turn = await run(tmp_path / "w", *calls)
    assert [output.split("\n")[0] for output in got[:3]] == ["Exit code: 0"] * 3
    assert json.loads(got[3])["output"] == "x\n"
    assert got[4].startswith("Exit code: 0\n")
    assert got[5] == "command args are empty"
    saved = [item["output"] for item in turn.items if item["type"].endswith("_output")]
    assert [json.loads(output)["metadata"]["exit_code"] for output in saved[:5]] == [0] * 5


async def test_a_patch_in_json_leaves_all_results_in_json(tmp_path: Path) -> None:
    """Only a patch tool in free text changes how results are shown."""
    (output,), _ = await run(tmp_path / "w", shell(["echo", "x"]), model="gpt-oss:20b")
    assert json.loads(output)["output"] == "x\n"


async def run_in_steps(workspace: Path, *steps: str) -> tuple[str, Told]:
    """A command of these steps, each one taken when the output of the one before has been told."""
    workspace.mkdir(parents=True)
    os.mkfifo(workspace / "gate")
    gate = os.open(workspace / "gate", os.O_RDWR)  # open at both ends, so that nobody waits to open it or sees its end
    script = "; read < gate; ".join(steps)
    async with conversation(workspace, [answer(shell(script)), says("done")]) as talk:
        turn_id = await talk.say("go")
        for _ in steps[1:]:
            await talk.until("exec_command_output_delta")
            os.write(gate, b"on\n")
        turn = await talk.rest_of(turn_id)
        os.close(gate)
        (output,) = [item["output"] for item in talk.input() if item["type"].endswith("_output")]
        return output, turn


async def test_a_character_that_comes_in_two_pieces_is_one(tmp_path: Path) -> None:
    """Pieces are bytes; only the whole is read as text."""
    output, turn = await run_in_steps(tmp_path / "w", "printf '\\303'", "printf '\\251\\n'")
    pieces = [base64.b64decode(payload["chunk"]) for payload in turn.all("exec_command_output_delta")]
    assert pieces == [b"\xc3", b"\xa9\n"]
    assert output.endswith("\nOutput:\né\n")
    end = turn.one("exec_command_end")
    assert end["stdout"] == end["aggregated_output"] == "é\n"


async def test_both_streams_stand_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    output, turn = await run_in_steps(tmp_path / "w", "echo 1", "echo 2 >&2", "echo 3")
    end = turn.one("exec_command_end")
    assert (end["stdout"], end["stderr"], end["aggregated_output"]) == ("1\n3\n", "2\n", "1\n2\n3\n")
    assert output.endswith("\nOutput:\n1\n2\n3\n")


# --- the end --------------------------------------------------------------------------------------


async def test_the_remark_on_a_limit_counts_as_output_when_that_is_cut(tmp_path: Path) -> None:
    (output,), turn = await run(tmp_path / "w", shell("seq 400; exec sleep 77", timeout_ms=1500))
    code, _, total, label, first, second, *_ = output.split("\n")
    assert (code, total, label) == ("Exit code: 124", "Total output lines: 401", "Output:")
    assert first.startswith("command timed out after ")
    assert (second, output[-5:]) == ("1", "\n400\n")
    assert "[... omitted 145 of 401 lines ...]" in output
    end = turn.one("exec_command_end")
    assert end["formatted_output"].startswith("Total output lines: 401\n\ncommand timed out after ")
    assert end["aggregated_output"].startswith("1\n2\n")


async def test_a_code_that_a_shell_gives_for_a_signal_is_just_a_code(tmp_path: Path) -> None:
    (output,), turn = await run(tmp_path / "w", shell("echo kept; bash -c 'kill -9 $$'; exit $?"))
    assert output.startswith("Exit code: 137\n")
    assert "\nkept\n" in output
    assert turn.one("exec_command_end")["exit_code"] == 137


async def test_one_signal_stands_for_a_limit_that_was_reached(tmp_path: Path) -> None:
    (output,), _ = await run(tmp_path / "w", shell("echo kept; kill -64 $$"))
    code, _, _, first, *rest = output.split("\n")
    assert code == "Exit code: 124"
    assert first.startswith("command timed out after ")
    assert rest == ["kept", ""]


async def test_another_signal_loses_the_output(tmp_path: Path) -> None:
    (output,), turn = await run(tmp_path / "w", shell("echo lost; kill -TERM $$"))
    assert output == "execution error: Sandbox(Signal(15))"
    assert turn.one("exec_command_end")["aggregated_output"] == output


# --- the environment -------------------------------------------------------------------------------


async def test_the_settings_choose_what_a_command_inherits(tmp_path: Path) -> None:
    environ = {"FOO_1": "1", "FOO_22": "2", "MY_TOKEN": "t", "USER": "u"}
    mark = {"CODEX_SANDBOX_NETWORK_DISABLED": "1"}
    for number, (chosen, expected) in enumerate(
        [
            ({"inherit": "none", "set": {"A_KEY": "k"}}, {"A_KEY": "k"}),
            ({"inherit": "none", "experimental_use_profile": True}, {}),
            ({"include_only": ["u*", "foo_?"]}, {"FOO_1": "1", "USER": "u"}),
            ({"include_only": ["*_T*", "F*"], "ignore_default_excludes": True, "exclude": ["foo_?"]}, None),
        ]
    ):
        found = await variables(tmp_path / str(number), environ=environ, shell_environment_policy=chosen)
        assert found == (expected if expected is not None else {"FOO_22": "2", "MY_TOKEN": "t"}) | mark
    core = await variables(tmp_path / "core", environ=environ, shell_environment_policy={"inherit": "core"})
    assert sorted(core) == sorted(["HOME", "USER", *mark])


async def test_a_closed_network_is_marked_by_the_policy_and_not_by_the_attempt(tmp_path: Path) -> None:
    mark = "CODEX_SANDBOX_NETWORK_DISABLED"
    item = shell(["env"], **ESCALATED)
    async with conversation(tmp_path / "w", [answer(item), says("done")], approval_policy="on-request") as talk:
        turn_id = await talk.say("go")
        await talk.decide("approved")
        turn = await talk.rest_of(turn_id)
    assert f"{mark}=1\n" in turn.one("exec_command_end")["stdout"]
    assert mark not in await variables(tmp_path / "w", sandbox_mode="danger-full-access")
    assert "CODEX_SANDBOX" not in await variables(tmp_path / "w")


async def test_a_variable_that_is_no_text_is_passed_on_or_left_out(tmp_path: Path) -> None:
    _, turn = await run(tmp_path / "w", shell(["env"]), environ={"ODD": "a\udcffb", "PLAIN": "1"})
    assert "PLAIN=1\n" in turn.one("exec_command_end")["stdout"]


@pytest.mark.parametrize(
    ("command", "more", "reason"),
    [
        (["/etc/passwd"], {}, "code: 13, kind: PermissionDenied"),
        (["true"], {"workdir": "/etc/passwd"}, "code: 20, kind: NotADirectory"),
        (["true"], {"workdir": "gone/sub"}, "code: 2, kind: NotFound"),
    ],
)
async def test_what_cannot_be_started_is_told_with_its_reason(
    tmp_path: Path, command: list[str], more: Json, reason: str
) -> None:
    settings = {"sandbox_mode": "danger-full-access"}
    (output,), turn = await run(tmp_path / "w", shell(command, **more), **settings)
    assert output.startswith(f"execution error: Io(Os {{ {reason}, message: ")
    end = turn.one("exec_command_end")
    assert (end["stdout"], end["stderr"], end["exit_code"]) == ("", output, -1)
