"""Hook programs for what most turns never see: questions, compactions, agents, interruptions, the end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from story import Json, answer, conversation, patch, says, shell
from test_sub_agents import SCOUT, ByLabel, body, hand_over
from test_user_hooks import hooks_file, noting, replying, told

from octavo.protocol import ops

ALLOWING: Json = {"hookSpecificOutput": {"decision": {"behavior": "allow"}}}
STOP = "cat >/dev/null; echo 'not now' >&2; exit 2"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("hook", "made"),
    [
        (replying(ALLOWING), True),
        (replying({"hookSpecificOutput": {"decision": {"behavior": "deny", "message": "not now"}}}), False),
        (STOP, False),
    ],
)
async def test_a_hook_answers_questions_in_the_users_place(tmp_path: Path, home: Path, hook: str, made: bool) -> None:
    hooks_file(home, PermissionRequest=("Bash", hook))
    script = [answer(shell("touch made")), says("done")]
    async with conversation(tmp_path / "w", script, home=home, approval_policy="untrusted") as talk:
        turn = await talk.user("go")
        assert turn.all("exec_approval_request") == []
        assert made or talk.input()[-1]["output"] == "rejected by a hook: not now"
    assert (tmp_path / "w" / "made").exists() is made


async def test_a_hook_that_says_nothing_leaves_the_question_to_the_user(tmp_path: Path, home: Path) -> None:
    hooks_file(home, PermissionRequest=noting(tmp_path))
    edit = patch("*** Add File: /var/tmp/never\n+x", "c2")
    words = ["touch", "made"]
    script = [answer(shell(words), edit), says("done")]
    async with conversation(tmp_path / "w", script, home=home, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    command, files = told(tmp_path)
    assert (command["tool_name"], command["tool_input"], command["tool_use_id"]) == (
        "Bash",
        {"command": "touch made"},
        "c1",
    )
    assert (files["tool_name"], files["tool_input"]["files"]) == ("apply_patch", ["/var/tmp/never"])


async def test_a_hook_is_told_the_folder_of_a_command_and_where_a_patch_moves_files_to(
    tmp_path: Path, home: Path
) -> None:
    hooks_file(home, PermissionRequest=noting(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "a").write_text("x\n")
    (tmp_path / "w" / "docs").symlink_to("/var/tmp")
    move = patch("*** Update File: a\n*** Move to: docs/never\n@@\n-x\n+y", "c2")
    script = [answer(shell("touch made", workdir=str(tmp_path / "elsewhere")), move), says("done")]
    async with conversation(tmp_path / "w", script, home=home, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    command, files = told(tmp_path)
    assert command["cwd"] == str(tmp_path / "elsewhere")
    assert files["tool_input"]["files"] == [
        *(str(tmp_path / "w" / name) for name in ("a", "docs/never")),
        "/var/tmp/never",
    ]


@pytest.mark.parametrize("mode", [None, "read-only"])
async def test_no_program_that_a_command_put_on_the_path_answers_in_the_users_place(
    tmp_path: Path, home: Path, mode: str | None
) -> None:
    workspace = tmp_path / "w"
    (workspace / "bin").mkdir(parents=True)
    (workspace / "bin" / "judge").write_text(f"#!/bin/sh\n{replying(ALLOWING)}\n")
    (workspace / "bin" / "judge").chmod(0o755)
    hooks_file(home, PermissionRequest="judge")
    environ = {"PATH": f"{workspace}/bin:/usr/bin:/bin"}
    more: Json = {"home": home, "environ": environ, "hooks_sandbox_mode": mode, "approval_policy": "untrusted"}
    async with conversation(workspace, [answer(shell("touch made")), says("done")], **more) as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert not (workspace / "made").exists()


async def test_no_hook_says_yes_to_a_patch_that_the_sandbox_stopped_behind_a_link(outside: Path) -> None:
    home, workspace = outside / "home", outside / "w"
    hooks_file(home, PermissionRequest=replying(ALLOWING))
    (outside / "other").mkdir()
    workspace.mkdir()
    (workspace / "docs").symlink_to(outside / "other")
    script = [answer(patch("*** Add File: docs/never\n+evil")), says("done")]
    async with conversation(workspace, script, home=home, approval_policy="on-request") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert list((outside / "other").iterdir()) == []


async def test_nobody_is_asked_where_the_policy_never_asks(tmp_path: Path, home: Path) -> None:
    hooks_file(home, PermissionRequest=noting(tmp_path))
    async with conversation(tmp_path / "w", [answer(shell("true")), says("done")], home=home) as talk:
        await talk.user("go")
    assert not (tmp_path / "told").exists()


async def test_a_compaction_is_told_before_and_after(tmp_path: Path, home: Path) -> None:
    hooks_file(home, PreCompact=("manual", noting(tmp_path)), PostCompact=noting(tmp_path))
    async with conversation(tmp_path / "w", [says("one"), says("SUMMARY")], home=home) as talk:
        await talk.user("go")
        await talk.rest_of(await talk.submit(ops.Compact()))
    assert [(one["hook_event_name"], one["trigger"]) for one in told(tmp_path)] == [
        ("PreCompact", "manual"),
        ("PostCompact", "manual"),
    ]


@pytest.mark.parametrize("kind", ["bridge", "careful"])
async def test_a_compaction_may_be_stopped(tmp_path: Path, home: Path, kind: str) -> None:
    hooks_file(home, PreCompact=("auto", STOP), PostCompact=noting(tmp_path))
    limit: Json = {"model_auto_compact_token_limit": 100, "compaction": kind}
    async with conversation(tmp_path / "w", [says("full", tokens=100)], home=home, **limit) as talk:
        turn = await talk.user("go")
        assert turn.one("error")["message"] == "the compaction was stopped by a hook: not now"
        assert len(talk.requests) == 1
    assert not (tmp_path / "told").exists()


async def test_an_agent_is_told_of_and_may_be_sent_on(tmp_path: Path, home: Path) -> None:
    once = f"[ -e {tmp_path}/once ] && exit 0; touch {tmp_path}/once; echo 'look again' >&2; exit 2"
    add = f"tee -a {tmp_path}/told >/dev/null; echo >> {tmp_path}/told; echo 'be quick'"
    hooks_file(home, SubagentStart=("^scout$", add), SubagentStop=once)
    model = ByLabel({"": [answer(hand_over("find it")), says("so")], "scout": [says("nowhere"), says("here")]})
    async with conversation(tmp_path / "w", model, home=home, agents=SCOUT) as talk:
        await talk.user("where?")
        assert talk.input()[-1]["output"] == "here"
    (start,) = told(tmp_path)
    assert (start["agent_type"], start["agent_id"], start["prompt"]) == ("scout", "c1", "find it")
    first, second = (str(body(request)["input"]) for request in model.of("scout"))
    assert "find it\\n\\nbe quick" in first
    assert "look again" in second


async def test_an_agent_may_be_kept_from_starting(tmp_path: Path, home: Path) -> None:
    hooks_file(home, SubagentStart=STOP)
    model = ByLabel({"": [answer(hand_over("find it")), says("so")], "scout": []})
    async with conversation(tmp_path / "w", model, home=home, agents=SCOUT) as talk:
        await talk.user("where?")
        assert talk.input()[-1]["output"] == "the agent was not started, a hook stopped it: not now"


async def test_an_interruption_and_the_end_are_told_once(tmp_path: Path, home: Path) -> None:
    note = noting(tmp_path)
    hooks_file(home, Interrupt=note, SessionEnd=note)
    script = [answer(shell("echo begun; cat fifo")), says("done")]
    async with conversation(tmp_path / "w", script, home=home) as talk:
        os.mkfifo(tmp_path / "w" / "fifo")
        turn_id = await talk.say("go")
        await talk.until("exec_command_output_delta")
        await talk.interrupt()
        await talk.rest_of(turn_id)
        await talk.interrupt()  # nothing runs any more
        await talk.submit(ops.Shutdown())
    events = [(one["hook_event_name"], one["turn_id"]) for one in told(tmp_path)]
    assert events == [("Interrupt", turn_id), ("SessionEnd", "")]
