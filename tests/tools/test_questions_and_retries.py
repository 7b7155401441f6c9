"""Questions in full: who is asked in which order, what an answer covers, and what a second try shows."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from story import Json, Told, answer, conversation, patch, says, shell
from test_approvals import DANGEROUS, ESCALATED, FULL, PLAIN, READ, REJECTED, SAFE, WRITE, run

from octavo.commands.safe import needs_no_question
from octavo.protocol import ops

RETRY = "command failed; retry without sandbox?"


def asked(turn: Told) -> int:
    return len(turn.all("exec_approval_request")) + len(turn.all("apply_patch_approval_request"))


def deltas(turn: Told) -> list[tuple[str, bytes]]:
    return [(piece["stream"], base64.b64decode(piece["chunk"])) for piece in turn.all("exec_command_output_delta")]


# --- who is asked ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [FULL, WRITE, READ])
@pytest.mark.parametrize("policy", ["never", "on-failure", "untrusted"])
@pytest.mark.parametrize("command", [SAFE, PLAIN, DANGEROUS], ids=" ".join)
async def test_a_wish_for_more_rights_is_refused_before_anything_else(
    tmp_path: Path, policy: str, mode: str, command: list[str]
) -> None:
    settings = {"approval_policy": policy, "sandbox_mode": mode}
    output, turn, _ = await run(tmp_path / "w", shell(command, **ESCALATED), **settings)
    assert output.startswith("approval policy is ")
    assert not turn.all("exec_command_begin")


@pytest.mark.parametrize(
    "script",
    [
        *("ls\npwd", "\n ls", "echo hi\n", "ls;", "ls\\\n -l", "echo a\\ b", "echo *.py", "echo ~", "echo !x"),
        *("echo a=b", "echo a#b", 'echo "a\\"b"', "echo 1.5", "echo @x %y", "echo é", "ls && pwd; echo 'hi' | wc -l"),
    ],
)
def test_a_script_of_plain_words_needs_no_question(script: str) -> None:
    assert needs_no_question(["bash", "-lc", script])
    assert needs_no_question(["zsh", "-lc", script])


@pytest.mark.parametrize(
    "script",
    [
        *('echo a"b"', "echo foo'bar'", 'echo ""', 'echo "a\nb"', "ls # c", "echo {a,b}", "! ls", "echo $'x'"),
        *("ls |& wc", "cat <x", "ls &", "if ls; then pwd; fi", "[ -f x ]", "test -f x", "time ls", "echo $((1+1))"),
        *("export A", "echo <(ls)", "ls > o", "echo !(a)", "ls &&", "A=b ls", "ls $(pwd)", "ls; 'pwd'", "pwd; (ls)"),
    ],
)
def test_a_script_that_a_shell_could_read_otherwise_needs_one(script: str) -> None:
    assert not needs_no_question(["bash", "-lc", script])


# --- a second try ----------------------------------------------------------------------------------


async def test_both_tries_of_a_command_stand_between_one_beginning_and_one_end(tmp_path: Path, outside: Path) -> None:
    script = f"echo try; echo 1 > {outside}/x"
    _, turn, _ = await run(tmp_path / "w", shell(script), "approved", approval_policy="on-failure")
    kinds = [kind for kind in turn.kinds() if kind.startswith("exec_")]
    assert kinds == [
        "exec_command_begin",
        *["exec_command_output_delta"] * 2,
        "exec_approval_request",
        "exec_command_output_delta",
        "exec_command_end",
    ]
    end = turn.one("exec_command_end")
    assert (end["stdout"], end["stderr"], end["exit_code"]) == ("try\n", "", 0)


async def test_a_command_that_was_approved_still_tries_inside_the_sandbox_first(tmp_path: Path, outside: Path) -> None:
    script = f"echo try; echo 1 > {outside}/x"
    _, turn, _ = await run(tmp_path / "w", shell(script), "approved", approval_policy="untrusted")
    assert [chunk for stream, chunk in deltas(turn) if stream == "stdout"] == [b"try\n", b"try\n"]
    assert turn.one("exec_command_end")["exit_code"] == 0
    assert len(turn.all("exec_command_begin")) == 1


async def test_the_second_try_is_the_last(tmp_path: Path, outside: Path) -> None:
    script = f"echo 1 >> {outside}/x; cat {outside}/x; echo 'permission denied'; exit 3"
    output, turn, _ = await run(tmp_path / "w", shell(script), "approved", approval_policy="on-failure")
    assert '"exit_code":3' in output or output.startswith("Exit code: 3")
    assert turn.one("exec_command_end")["stdout"] == "1\npermission denied\n"


async def test_aborting_at_the_question_for_a_second_try_ends_the_turn(tmp_path: Path, outside: Path) -> None:
    script = [answer(shell(f"echo 1 > {outside}/x")), says("fine")]
    async with conversation(tmp_path / "w", script, approval_policy="on-failure") as talk:
        turn_id = await talk.say("go")
        assert (await talk.decide("abort"))["reason"] == RETRY
        turn = await talk.rest_of(turn_id)
        assert len(talk.requests) == 1
    assert turn.kinds()[-2:] == ["exec_command_end", "turn_aborted"]
    assert turn.one("exec_command_end")["stderr"] == REJECTED
    assert not (outside / "x").exists()


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (shell("echo 'permission denied' >&2; kill -9 $$"), "execution error: Sandbox(Signal(9))"),
        (shell(["true"], workdir="gone"), "execution error: Io("),
        (shell([]), "command args are empty"),
    ],
    ids=["signal", "folder", "nothing"],
)
async def test_what_did_not_end_by_itself_is_not_tried_again(tmp_path: Path, item: Json, expected: str) -> None:
    output, _, _ = await run(tmp_path / "w", item, approval_policy="on-failure")
    assert output.startswith(expected)


async def test_without_a_sandbox_nothing_is_tried_again(tmp_path: Path) -> None:
    item = shell("echo 'permission denied'; exit 1")
    output, _, _ = await run(tmp_path / "w", item, approval_policy="on-failure", sandbox_mode=FULL)
    assert "permission denied" in output


@pytest.mark.parametrize("code", [2, 126, 127])
async def test_ordinary_codes_alone_do_not_speak_of_a_sandbox(tmp_path: Path, code: int) -> None:
    await run(tmp_path / "w", shell(f"exit {code}"), approval_policy="on-failure")
    word = shell(f"echo 'x: PERMISSION denied'; exit {code}")
    await run(tmp_path / "w", word, "denied", approval_policy="on-failure")


async def test_a_call_that_the_filter_kills_leads_to_a_question(tmp_path: Path) -> None:
    _, _, (question,) = await run(tmp_path / "w", shell("exit 159"), "denied", approval_policy="on-failure")
    assert question["reason"] == RETRY


# --- patches ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["untrusted", "on-request"])
async def test_a_patch_that_the_user_saw_is_tried_again_without_another_question(
    tmp_path: Path, outside: Path, policy: str
) -> None:
    item = patch(f"*** Add File: {outside}/x\n+hi")
    output, turn, _ = await run(tmp_path / "w", item, "approved", approval_policy=policy)
    (refused, first), (succeeded, second) = deltas(turn)[0], deltas(turn)[-1]
    assert (refused, first) == ("stderr", f"Failed to write file {outside}/x\n".encode())
    assert (succeeded, second[:8]) == ("stdout", b"Success.")
    begin, end = turn.one("patch_apply_begin"), turn.one("patch_apply_end")
    assert (begin["auto_approved"], end["success"], end["stderr"]) == (False, True, "")
    assert "Failed" not in output
    assert (outside / "x").read_text() == "hi\n"


async def test_refusing_a_second_try_of_a_patch_can_end_the_turn(tmp_path: Path, outside: Path) -> None:
    item = patch(f"*** Add File: {outside}/x\n+hi")
    async with conversation(tmp_path / "w", [answer(item), says("on")], approval_policy="on-failure") as talk:
        turn_id = await talk.say("go")
        await talk.decide("abort")
        turn = await talk.rest_of(turn_id)
    assert turn.kinds()[-1] == "turn_aborted"
    assert turn.one("patch_apply_end")["success"] is False
    assert not (outside / "x").exists()


async def test_a_plain_yes_to_a_patch_is_not_remembered(tmp_path: Path) -> None:
    item = patch("*** Add File: new\n+hi")
    script = [answer(item), says("a"), answer(item), says("b")]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted") as talk:
        for _ in range(2):
            turn_id = await talk.say("go")
            await talk.decide("approved")
            await talk.rest_of(turn_id)
            (tmp_path / "w" / "new").unlink()


async def test_an_answer_for_the_session_holds_for_a_patch_in_its_folder_only(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    (workspace / "sub").mkdir(parents=True)
    body = "*** Begin Patch\n*** Add File: new\n+hi\n*** End Patch"
    here, below = shell(["apply_patch", body]), shell(["apply_patch", body], workdir="sub")
    script = [part for item in (here, here, below) for part in (answer(item), says("done"))]
    questions = []
    async with conversation(workspace, script, approval_policy="untrusted") as talk:
        for decision in ("approved_for_session", None, "denied"):
            turn_id = await talk.say("go")
            if decision is not None:
                await talk.decide(decision)
            questions.append(asked(await talk.rest_of(turn_id)))
            (workspace / "new").unlink(missing_ok=True)
    assert questions == [1, 0, 1]
    assert not (workspace / "sub" / "new").exists()


# --- commands of the user ---------------------------------------------------------------------------


async def test_a_command_of_the_user_is_asked_about_and_confined_like_others(tmp_path: Path, outside: Path) -> None:
    workspace = tmp_path / "w"
    async with conversation(workspace, [], approval_policy="untrusted") as talk:
        turn_id = await talk.submit(ops.RunUserShellCommand("touch x"))
        await talk.decide("denied")
        refused = await talk.rest_of(turn_id)
        assert refused.one("exec_command_end")["stderr"] == REJECTED
        await talk.submit(ops.OverrideTurnContext(approval_policy="never"))
        confined = await talk.rest_of(await talk.submit(ops.RunUserShellCommand(f"touch x {outside}/x")))
    assert confined.one("exec_command_end")["exit_code"] != 0
    assert (workspace / "x").exists()
    assert not (outside / "x").exists()
