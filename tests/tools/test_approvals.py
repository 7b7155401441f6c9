"""Who is asked before a command runs, what becomes of the answer, and what happens after the sandbox said no."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from story import (
    Json,
    Told,
    after_context,
    answer,
    conversation,
    message,
    says,
    shell,
)

from octavo.protocol import ops
from octavo.protocol.policy import DangerFullAccess, ReviewDecision

ESCALATED: Json = {"with_escalated_permissions": True, "justification": "because"}
REJECTED = "exec command rejected by user"


async def run(workspace: Path, item: Json, *decisions: ReviewDecision, **settings: Any) -> tuple[str, Told, list[Json]]:
    """The command's answer to the model, the turn, and the questions, answered in turn; one more would hang."""
    questions = []
    async with conversation(workspace, [answer(item), says("done")], **settings) as talk:
        turn_id = await talk.say("go")
        for decision in decisions:
            questions.append(await talk.decide(decision))
        turn = await talk.rest_of(turn_id)
        (output,) = [one["output"] for one in turn.items if one["type"].endswith("_output")]
    asked = [*turn.all("exec_approval_request"), *turn.all("apply_patch_approval_request")]
    assert len(asked) == len(decisions)
    return output, turn, questions


# --- who is asked ------------------------------------------------------------------------------

SAFE, PLAIN, DANGEROUS = ["ls"], ["touch", "x"], ["rm", "-f", "x"]
FULL, WRITE, READ = "danger-full-access", "workspace-write", "read-only"


@pytest.mark.parametrize(
    ("policy", "mode", "command", "more", "asks"),
    [
        ("never", WRITE, DANGEROUS, {}, False),
        ("on-failure", WRITE, DANGEROUS, {}, False),
        ("untrusted", WRITE, SAFE, {}, False),
        ("untrusted", WRITE, PLAIN, {}, True),
        ("untrusted", FULL, PLAIN, {}, True),
        ("on-request", FULL, PLAIN, ESCALATED, False),
        ("on-request", FULL, DANGEROUS, {}, True),
        ("on-request", WRITE, PLAIN, {}, False),
        ("on-request", READ, DANGEROUS, {}, True),
        ("on-request", READ, SAFE, ESCALATED, False),
        ("on-request", WRITE, PLAIN, ESCALATED, True),
        ("on-request", READ, ["bash", "-lc", "echo x | sudo rm -rf y"], {}, True),
        ("on-request", READ, ["rm", "-fr", "y"], {}, False),
        ("never", FULL, DANGEROUS, {}, False),
        ("on-failure", READ, SAFE, {}, False),
        ("untrusted", READ, DANGEROUS, {}, True),
        ("untrusted", FULL, SAFE, {}, False),
        ("on-request", FULL, SAFE, {}, False),
        ("on-request", FULL, SAFE, ESCALATED, False),
        ("on-request", FULL, DANGEROUS, ESCALATED, True),
        ("on-request", WRITE, SAFE, {}, False),
        ("on-request", WRITE, DANGEROUS, {}, True),
        ("on-request", WRITE, DANGEROUS, ESCALATED, True),
        ("on-request", READ, PLAIN, {}, False),
        ("on-request", READ, PLAIN, ESCALATED, True),
    ],
)
async def test_who_is_asked_first(
    tmp_path: Path, policy: str, mode: str, command: list[str], more: Json, asks: bool
) -> None:
    decisions: list[ReviewDecision] = ["denied"] if asks else []
    output, turn, questions = await run(
        tmp_path / "w", shell(command, **more), *decisions, approval_policy=policy, sandbox_mode=mode
    )
    assert (output == REJECTED) == asks
    assert turn.kinds().index("exec_command_begin") < turn.kinds().index("exec_command_end")
    for question in questions:
        assert question["command"] == command
        assert question.get("reason") == more.get("justification")
        assert "risk" not in question


@pytest.mark.parametrize(
    ("policy", "name"), [("never", "Never"), ("on-failure", "OnFailure"), ("untrusted", "UnlessTrusted")]
)
async def test_escalation_is_refused_where_nobody_may_be_asked_for_it(tmp_path: Path, policy: str, name: str) -> None:
    async with conversation(
        tmp_path / "w", [answer(shell(["ls"], **ESCALATED)), says("done")], approval_policy=policy
    ) as talk:
        turn = await talk.user("go")
        assert after_context(talk.input())[-1] == (
            f"c1: approval policy is {name}; reject command \u2014 "
            f"you should not ask for escalated permissions if the approval policy is {name}"
        )
    assert not turn.all("exec_command_begin")


async def test_the_question_comes_between_begin_and_end(tmp_path: Path) -> None:
    _, turn, (question,) = await run(tmp_path / "w", shell("echo hi"), "approved", approval_policy="untrusted")
    kinds = turn.kinds()
    place = kinds.index("exec_command_begin")
    assert kinds[place : place + 4] == [
        *["exec_command_begin", "exec_approval_request", "exec_command_output_delta", "exec_command_end"]
    ]
    assert (
        question
        == {
            "type": "exec_approval_request",
            "call_id": "c1",
            "command": ["bash", "-c", "echo hi"],
            "cwd": str(tmp_path / "w"),
            "parsed_cmd": [{"type": "unknown", "cmd": "echo hi"}],
        }
        or question["parsed_cmd"]
    )


# --- the answer ---------------------------------------------------------------------------------


async def test_a_refused_command_does_not_run_and_the_turn_goes_on(tmp_path: Path) -> None:
    output, turn, _ = await run(tmp_path / "w", shell("touch x"), "denied", approval_policy="untrusted")
    assert output == REJECTED
    assert turn.one("exec_command_end") == {
        "type": "exec_command_end",
        "call_id": "c1",
        "stdout": "",
        "stderr": REJECTED,
        "aggregated_output": REJECTED,
        "exit_code": -1,
        "duration": {"secs": 0, "nanos": 0},
        "formatted_output": REJECTED,
    }
    assert turn.one("task_complete")["last_agent_message"] == "done"
    assert not (tmp_path / "w" / "x").exists()


async def test_aborting_refuses_and_ends_the_turn(tmp_path: Path) -> None:
    script = [answer(shell("touch x")), says("fine")]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("abort")
        turn = await talk.rest_of(turn_id)
        assert turn.kinds()[-2:] == ["exec_command_end", "turn_aborted"]
        assert after_context(turn.items) == ["go", "shell(c1)", f"c1: {REJECTED}"]
        assert len(talk.requests) == 1
        await talk.user("on")
        assert after_context(talk.input()) == ["go", "shell(c1)", f"c1: {REJECTED}", "on"]


async def test_aborting_at_the_first_of_several_calls_runs_none(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    script = [answer(shell("touch a", "c1"), shell("touch b", "c2")), says("fine")]
    async with conversation(workspace, script, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("abort")
        turn = await talk.rest_of(turn_id)
        assert after_context(turn.items)[1:] == ["shell(c1)", f"c1: {REJECTED}", "shell(c2)", "c2: aborted"]
        assert len(turn.all("exec_approval_request")) == 1
        await talk.user("on")
    assert not list(workspace.iterdir())


async def test_aborting_while_the_answer_still_streams(tmp_path: Path) -> None:
    script = [answer(message("m"), shell("touch a"), asyncio.Event()), says("fine")]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("abort")
        turn = await talk.rest_of(turn_id)
        assert after_context(turn.items) == ["go", "m", "shell(c1)", f"c1: {REJECTED}"]
        await talk.user("on")


async def test_an_answer_under_another_id_changes_nothing(tmp_path: Path) -> None:
    async with conversation(
        tmp_path / "w", [answer(shell("echo hi")), says("done")], approval_policy="untrusted"
    ) as talk:
        turn_id = await talk.say("go")
        await talk.until("exec_approval_request")
        await talk.submit(ops.ExecApproval("c1", "denied"))
        await talk.submit(ops.ExecApproval("77", "abort"))
        await talk.submit(ops.ExecApproval(turn_id, "approved"))
        await talk.submit(ops.ExecApproval(turn_id, "denied"))
        turn = await talk.rest_of(turn_id)
    assert turn.one("exec_command_end")["stdout"] == "hi\n"


async def test_an_answer_for_the_session_covers_exactly_this_command(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    (workspace / "sub").mkdir(parents=True)
    calls = [
        shell("touch x"),
        shell("touch x"),
        shell("touch x", workdir="sub"),
        shell("touch y"),
    ]
    script = [part for item in calls for part in (answer(item), says("done"))]
    async with conversation(workspace, script, approval_policy="untrusted") as talk:
        asked = []
        for number in range(4):
            turn_id = await talk.say("go")
            if number != 1:
                await talk.decide("approved_for_session" if number == 0 else "denied")
            asked.append(len((await talk.rest_of(turn_id)).all("exec_approval_request")))
    assert asked == [1, 0, 1, 1]


async def test_an_answer_for_the_session_does_not_cover_escalation(tmp_path: Path) -> None:
    script = [answer(shell(["rm", "-f", "x"])), says("a"), answer(shell(["rm", "-f", "x"], **ESCALATED)), says("b")]
    async with conversation(tmp_path / "w", script, approval_policy="on-request") as talk:
        turn_id = await talk.say("go")
        await talk.decide("approved_for_session")
        await talk.rest_of(turn_id)
        turn_id = await talk.say("again")
        await talk.decide("denied")
        await talk.rest_of(turn_id)


async def test_a_plain_yes_is_not_remembered(tmp_path: Path) -> None:
    script = [answer(shell("touch x")), says("a"), answer(shell("touch x")), says("b")]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted") as talk:
        for _ in range(2):
            turn_id = await talk.say("go")
            await talk.decide("approved")
            await talk.rest_of(turn_id)


# --- the sandbox --------------------------------------------------------------------------------


async def test_the_sandbox_protects_what_is_no_root(tmp_path: Path, outside: Path) -> None:
    output, turn, _ = await run(tmp_path / "w", shell(f"echo 1 > {outside}/x"), approval_policy="never")
    assert '"exit_code":1' in output
    assert turn.one("exec_command_end")["stderr"].startswith(f"bash: line 1: {outside}/x: ")
    assert not (outside / "x").exists()


@pytest.mark.parametrize("policy", ["never", "on-request"])
async def test_a_denial_goes_to_the_model_where_nobody_is_to_be_asked(
    tmp_path: Path, outside: Path, policy: str
) -> None:
    output, _, _ = await run(tmp_path / "w", shell(f"echo 1 > {outside}/x"), approval_policy=policy)
    assert f"{outside}/x: " in output
    assert not (outside / "x").exists()


async def test_on_failure_the_user_may_lift_the_sandbox(tmp_path: Path, outside: Path) -> None:
    command = f"echo try; echo 1 > {outside}/x"
    output, turn, (question,) = await run(tmp_path / "w", shell(command), "approved", approval_policy="on-failure")
    assert question["reason"] == "command failed; retry without sandbox?"
    assert "risk" not in question
    assert (outside / "x").read_text() == "1\n"
    assert turn.one("exec_command_end")["aggregated_output"] == "try\n"
    assert '"exit_code":0' in output
    tried = [payload["chunk"] for payload in turn.all("exec_command_output_delta") if payload["stream"] == "stdout"]
    assert len(tried) == 2
    assert len(turn.all("exec_command_begin")) == 1


async def test_on_failure_the_user_may_refuse(tmp_path: Path, outside: Path) -> None:
    output, turn, _ = await run(tmp_path / "w", shell(f"echo 1 > {outside}/x"), "denied", approval_policy="on-failure")
    assert output == REJECTED
    assert turn.one("exec_command_end")["exit_code"] == -1
    assert not (outside / "x").exists()


async def test_an_ordinary_failure_is_no_denial(tmp_path: Path) -> None:
    output, _, _ = await run(tmp_path / "w", shell("exit 3"), approval_policy="on-failure")
    assert '"exit_code":3' in output


async def test_a_command_that_was_approved_is_retried_without_a_second_question(tmp_path: Path, outside: Path) -> None:
    _, turn, (question,) = await run(
        tmp_path / "w", shell(f"echo 1 > {outside}/x"), "approved", approval_policy="untrusted"
    )
    assert "reason" not in question
    assert turn.one("exec_command_end")["exit_code"] == 0
    assert (outside / "x").exists()


async def test_a_safe_command_that_is_denied_leads_to_a_question(tmp_path: Path) -> None:
    """It was not asked about at first, so nobody has agreed to anything yet."""
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "f").write_text("Permission denied\n")
    item = shell(["cat", "f", "gone"])
    _, turn, (question,) = await run(workspace, item, "approved", approval_policy="untrusted")
    assert question["reason"] == "command failed; retry without sandbox?"
    assert turn.one("exec_command_end")["exit_code"] == 1


async def test_an_escalated_command_runs_without_the_sandbox_at_once(tmp_path: Path, outside: Path) -> None:
    _, turn, (question,) = await run(
        tmp_path / "w", shell(f"echo 1 > {outside}/x", **ESCALATED), "approved", approval_policy="on-request"
    )
    assert question["reason"] == "because"
    assert turn.one("exec_command_end")["exit_code"] == 0
    assert (outside / "x").exists()


async def test_an_answer_for_the_session_also_lifts_the_sandbox_next_time(tmp_path: Path, outside: Path) -> None:
    item = shell(f"echo 1 >> {outside}/x")
    script = [answer(item), says("a"), answer(item), says("b")]
    async with conversation(tmp_path / "w", script, approval_policy="on-failure") as talk:
        turn_id = await talk.say("go")
        await talk.decide("approved_for_session")
        await talk.rest_of(turn_id)
        turn = await talk.user("again")
    assert not turn.all("exec_approval_request")
    assert (outside / "x").read_text() == "1\n1\n"


async def test_a_timeout_is_not_retried(tmp_path: Path) -> None:
    item = shell("echo 'Permission denied' >&2; sleep 77", timeout_ms=200)
    output, _, _ = await run(tmp_path / "w", item, approval_policy="on-failure")
    assert '"exit_code":124' in output


async def test_full_access_has_no_sandbox(tmp_path: Path, outside: Path) -> None:
    async with conversation(tmp_path / "w", [says("a"), answer(shell(f"echo 1 > {outside}/x")), says("done")]) as talk:
        await talk.user("go")
        await talk.submit(ops.OverrideTurnContext(sandbox_policy=DangerFullAccess()))
        await talk.user("on")
    assert (outside / "x").exists()


async def test_read_only_means_read_only(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    output, _, _ = await run(workspace, shell(f"touch x || touch {tmp_path}/y"), sandbox_mode="read-only")
    assert '"exit_code":1' in output or "Exit code: 1" in output
    assert not (tmp_path / "y").exists()
    assert not (workspace / "x").exists()
