"""Commands of the model: what it gets, what the client hears, and in which surroundings they run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from story import Json, Told, answer, conversation, says, shell


async def run(workspace: Path, command: str | list[str], **settings: Any) -> tuple[str, Told]:
    """The text that the model gets for a command, and the turn's events."""
    arguments = settings.pop("arguments", {})
    async with conversation(workspace, [answer(shell(command, **arguments)), says("done")], **settings) as talk:
        turn = await talk.user("go")
        (output,) = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
    return output, turn


async def test_output_and_exit_code_as_json(tmp_path: Path) -> None:
    output, turn = await run(tmp_path / "w", "echo hi; exit 3", model="gpt-5")
    assert re.fullmatch(r'\{"output":"hi\\n","metadata":\{"exit_code":3,"duration_seconds":\d+\.\d\}\}', output)
    assert turn.one("exec_command_end")["exit_code"] == 3


async def test_the_same_as_text_where_patches_are_free_text(tmp_path: Path) -> None:
    output, turn = await run(tmp_path / "w", "echo hi; exit 3")
    assert re.fullmatch(r"Exit code: 3\nWall time: \S+ seconds\nOutput:\nhi\n", output)
    (saved,) = [item["output"] for item in turn.items if item["type"] == "function_call_output"]
    assert json.loads(saved)["metadata"]["exit_code"] == 3


async def test_a_quick_command_takes_no_time(tmp_path: Path) -> None:
    output, turn = await run(tmp_path / "w", ["true"])
    (saved,) = [item["output"] for item in turn.items if item["type"] == "function_call_output"]
    seconds = json.loads(saved)["metadata"]["duration_seconds"]
    shown = "0" if seconds == 0 else str(seconds)
    assert output == f"Exit code: 0\nWall time: {shown} seconds\nOutput:\n"
    if seconds == 0:
        assert '"duration_seconds":0.0' in saved


async def test_a_command_that_takes_too_long(tmp_path: Path) -> None:
    output, turn = await run(tmp_path / "w", "echo before; sleep 77", arguments={"timeout_ms": 300})
    exit_code, _, label, first, second = output.split("\n")[:5]
    assert (exit_code, label, second) == ("Exit code: 124", "Output:", "before")
    found = re.fullmatch(r"command timed out after (\d+) milliseconds", first)
    assert found
    assert int(found[1]) >= 300
    end = turn.one("exec_command_end")
    assert (end["exit_code"], end["stdout"]) == (124, "before\n")
    assert end["formatted_output"].startswith("command timed out after ")


async def test_a_long_line_in_text_form_keeps_its_header(tmp_path: Path) -> None:
    output, _ = await run(tmp_path / "w", "printf 'x%.0s' $(seq 20000)")
    marker = "[... output truncated to fit 10240 bytes ...]"
    assert output.split("Output:\n", 1)[1] == f"Total output lines: 1\n\n{'x' * 5120}\n{marker}\n\n"
    assert "\nTotal output lines" not in output.split("Output:\n", 1)[0]


async def test_events_carry_the_whole_output_and_the_model_s_text(tmp_path: Path) -> None:
    _, turn = await run(tmp_path / "w", "seq 1000; seq 500 >&2")
    end = turn.one("exec_command_end")
    assert (end["stdout"].count("\n"), end["stderr"].count("\n")) == (1000, 500)
    assert end["aggregated_output"].count("\n") == 1500
    assert end["formatted_output"].startswith("Total output lines: 1500\n\n")


async def test_output_that_is_no_text(tmp_path: Path) -> None:
    output, turn = await run(tmp_path / "w", "printf 'a\\377b'")
    assert output.endswith("Output:\na\ufffdb")
    assert turn.one("exec_command_output_delta")["chunk"] == "Yf9i"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ([], "command args are empty"),
        (["bash", "-c", "kill -9 $$"], "execution error: Sandbox(Signal(9))"),
    ],
)
async def test_commands_that_give_no_exit_code(tmp_path: Path, command: list[str], expected: str) -> None:
    output, turn = await run(tmp_path / "w", command)
    assert output == expected
    end = turn.one("exec_command_end")
    texts = (end["stdout"], end["stderr"], end["aggregated_output"], end["formatted_output"])
    assert texts == ("", expected, expected, expected)
    assert (end["exit_code"], end["duration"]) == (-1, {"secs": 0, "nanos": 0})


async def test_a_program_that_is_missing(tmp_path: Path) -> None:
    inside, turn = await run(tmp_path / "w", ["no-such-program"])
    assert "No such file or directory (os error 2)" in inside
    assert turn.one("exec_command_end")["exit_code"] == 101
    outside, _ = await run(tmp_path / "w", ["no-such-program"], sandbox_mode="danger-full-access")
    missing = 'Io(Os { code: 2, kind: NotFound, message: "No such file or directory" })'
    assert outside == f"execution error: {missing}"


async def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    output, _ = await run(tmp_path / "w", ["true"], arguments={"workdir": "gone"})
    assert output.startswith("execution error: Io(Os { code: 2, kind: NotFound")


@pytest.mark.parametrize(("workdir", "expected"), [("", ""), ("sub", "/sub"), ("/", None)])
async def test_where_a_command_runs(tmp_path: Path, workdir: str, expected: str | None) -> None:
    workspace = tmp_path / "w"
    (workspace / "sub").mkdir(parents=True)
    _, turn = await run(workspace, "pwd", arguments={"workdir": workdir})
    folder = "/" if expected is None else f"{workspace}{expected}"
    assert turn.one("exec_command_begin")["cwd"] == folder
    assert turn.one("exec_command_end")["stdout"] == f"{folder}\n"


async def test_there_is_nothing_to_read_on_stdin(tmp_path: Path) -> None:
    _, turn = await run(tmp_path / "w", ["cat"])
    assert turn.one("exec_command_end")["exit_code"] == 0


async def test_what_a_command_is(tmp_path: Path) -> None:
    _, turn = await run(tmp_path / "w", ["bash", "-lc", "ls src"])
    assert turn.one("exec_command_begin")["parsed_cmd"] == [{"type": "list_files", "cmd": "ls src", "path": "src"}]
    assert turn.one("exec_command_begin")["is_user_shell_command"] is False


async def test_the_environment_holds_no_secrets(tmp_path: Path) -> None:
    environ = {"MY_API_KEY": "1", "db_secret_x": "2", "GitHub_Token": "3", "HARMLESS": "4"}
    _, turn = await run(tmp_path / "w", ["env"], environ=environ)
    names = {line.partition("=")[0] for line in turn.one("exec_command_end")["stdout"].splitlines()}
    assert "HARMLESS" in names
    assert not names & {"MY_API_KEY", "db_secret_x", "GitHub_Token"}
    assert "CODEX_SANDBOX_NETWORK_DISABLED" in names


async def test_with_network_the_environment_does_not_say_otherwise(tmp_path: Path) -> None:
    settings: Json = {"sandbox_workspace_write": {"network_access": True}}
    _, turn = await run(tmp_path / "w", ["env"], **settings)
    assert "CODEX_SANDBOX_NETWORK_DISABLED" not in turn.one("exec_command_end")["stdout"]


IN_BACKGROUND = "(setsid sleep 77 & echo $! > pid) > /dev/null 2>&1; echo started"


async def test_what_a_command_leaves_in_the_background_ends_with_it_and_both_sides_are_told(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    async with conversation(workspace, [answer(shell(IN_BACKGROUND)), says("done")]) as talk:
        turn = await talk.user("go")
        assert not _is_alive(int((workspace / "pid").read_text()))
    end = turn.one("exec_command_end")
    assert (end["exit_code"], end["stdout"]) == (0, "started\n")
    line = turn.one("background_event")["message"]
    assert "keep_background_processes = true" in line
    (output,) = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
    assert output.endswith(f"\nOutput:\nstarted\n{line}\n")


async def test_a_command_whose_background_ends_by_itself_is_not_remarked_on(tmp_path: Path) -> None:
    script = "(sleep 0.05; echo late) & echo first"
    async with conversation(tmp_path / "w", [answer(shell(script)), says("done")]) as talk:
        turn = await talk.user("go")
    assert turn.one("exec_command_end")["stdout"] == "first\nlate\n"
    assert not turn.all("background_event")


async def test_a_user_may_let_background_processes_live_until_the_conversation_ends(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    replies = [answer(shell(IN_BACKGROUND)), says("done")]
    async with conversation(workspace, replies, keep_background_processes=True) as talk:
        turn = await talk.user("go")
        process = int((workspace / "pid").read_text())
        assert _is_alive(process)
        assert not turn.all("background_event")
    assert not _is_alive(process)


def _is_alive(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # the latter if it ends while it is read
        return False


async def test_a_container_exec_call_is_a_shell_call(tmp_path: Path) -> None:
    item = shell("echo hi") | {"name": "container.exec"}
    async with conversation(tmp_path / "w", [answer(item), says("done")]) as talk:
        turn = await talk.user("go")
    assert turn.one("exec_command_end")["stdout"] == "hi\n"
