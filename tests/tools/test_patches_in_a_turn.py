"""Patches of the model: checked, asked about, applied inside the sandbox, and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from story import (
    Json,
    Told,
    answer,
    call,
    conversation,
    freeform,
    patch,
    says,
    shell,
)

from octavo.process.run import CommandOutput, run_command
from octavo.protocol.policy import ReviewDecision

ADD = "*** Add File: new.txt\n+hi"
OUTSIDE = "patch rejected: writing outside of the project; rejected by user approval settings"


async def run(workspace: Path, item: Json, *decisions: ReviewDecision, **settings: Any) -> tuple[str, Told]:
    """The answer to the model and the turn, the questions answered in turn."""
    async with conversation(workspace, [answer(item), says("done")], **settings) as talk:
        turn_id = await talk.say("go")
        for decision in decisions:
            await talk.decide(decision)
        turn = await talk.rest_of(turn_id)
        (output,) = [one["output"] for one in talk.input() if one["type"].endswith("_output")]
    asked = [*turn.all("exec_approval_request"), *turn.all("apply_patch_approval_request")]
    assert len(asked) == len(decisions)
    return output, turn


async def test_a_patch_in_the_workspace_needs_no_question(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    output, turn = await run(workspace, patch(ADD), approval_policy="on-request")
    first, second, *rest = output.split("\n")
    assert (first, second[:11]) == ("Exit code: 0", "Wall time: ")
    assert rest == ["Output:", "Success. Updated the following files:", "A new.txt", ""]
    assert (workspace / "new.txt").read_text() == "hi\n"
    begin = turn.one("patch_apply_begin")
    assert begin == {
        "type": "patch_apply_begin",
        "call_id": "c1",
        "auto_approved": True,
        "changes": {str(workspace / "new.txt"): {"add": {"content": "hi\n"}}},
    }
    end = turn.one("patch_apply_end")
    assert (end["success"], end["stderr"]) == (True, "")
    assert end["stdout"] == "Success. Updated the following files:\nA new.txt\n"
    kinds = turn.kinds("exec_command_output_delta")
    place = kinds.index("patch_apply_begin")
    assert kinds[place : place + 3] == ["patch_apply_begin", "patch_apply_end", "turn_diff"]
    assert not turn.all("exec_command_begin")


async def test_all_kinds_of_changes_are_told(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    for name in "abc":
        (workspace / name).write_text("one\n")
    body = "*** Update File: a\n@@\n-one\n+two\n*** Delete File: b\n*** Update File: c\n*** Move to: d/e\n@@\n-one\n+x"
    _, turn = await run(workspace, patch(body))
    changes = turn.one("patch_apply_begin")["changes"]
    assert changes == {
        str(workspace / "a"): {"update": {"unified_diff": "@@ -1 +1 @@\n-one\n+two\n", "move_path": None}},
        str(workspace / "b"): {"delete": {"content": "one\n"}},
        str(workspace / "c"): {
            "update": {"unified_diff": "@@ -1 +1 @@\n-one\n+x\n", "move_path": str(workspace / "d/e")}
        },
    }
    assert sorted(str(path.relative_to(workspace)) for path in workspace.rglob("*")) == ["a", "d", "d/e"]


async def test_the_patch_as_an_argument_of_a_function(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    item = call("apply_patch", {"input": f"*** Begin Patch\n{ADD}\n*** End Patch"})
    output, _ = await run(workspace, item, model="gpt-oss:20b")
    assert json.loads(output)["output"] == "Success. Updated the following files:\nA new.txt\n"
    assert (workspace / "new.txt").exists()


async def test_untrusted_means_asked(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    _, turn = await run(workspace, patch(ADD), "approved", approval_policy="untrusted")
    kinds = turn.kinds("exec_command_output_delta")
    place = kinds.index("apply_patch_approval_request")
    assert kinds[place + 1 : place + 3] == ["patch_apply_begin", "patch_apply_end"]
    question = turn.one("apply_patch_approval_request")
    assert question == {
        "type": "apply_patch_approval_request",
        "call_id": "c1",
        "changes": {str(workspace / "new.txt"): {"add": {"content": "hi\n"}}},
    }
    assert turn.one("patch_apply_begin")["auto_approved"] is False
    assert (workspace / "new.txt").exists()


async def test_a_refused_patch_leaves_no_trace(tmp_path: Path) -> None:
    output, turn = await run(tmp_path / "w", patch(ADD), "denied", approval_policy="untrusted")
    assert output == "patch rejected by user"
    assert not turn.all("patch_apply_begin")
    assert not (tmp_path / "w" / "new.txt").exists()


async def test_aborting_at_a_patch_ends_the_turn(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(patch(ADD)), says("on")], approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("abort")
        turn = await talk.rest_of(turn_id)
        assert turn.kinds()[-1] == "turn_aborted"
        assert len(talk.requests) == 1
        outputs = [item["output"] for item in turn.items if item["type"].endswith("_output")]
    assert outputs == ["patch rejected by user"]
    assert not (tmp_path / "w" / "new.txt").exists()


async def test_an_answer_for_the_session_covers_this_very_patch(tmp_path: Path) -> None:
    script = [answer(patch(ADD)), says("a"), answer(patch(ADD)), says("b"), answer(patch(ADD + "\n+more")), says("c")]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted") as talk:
        asked = []
        for decision in ("approved_for_session", None, "denied"):
            turn_id = await talk.say("go")
            if decision is not None:
                await talk.decide(decision)
            asked.append(len((await talk.rest_of(turn_id)).all("apply_patch_approval_request")))
            (tmp_path / "w" / "new.txt").unlink(missing_ok=True)
    assert asked == [1, 0, 1]


@pytest.mark.parametrize(("policy", "asks"), [("never", False), ("on-request", True)])
async def test_a_patch_outside_the_workspace(tmp_path: Path, outside: Path, policy: str, asks: bool) -> None:
    item = patch(f"*** Add File: {outside}/x\n+hi")
    if not asks:
        output, turn = await run(tmp_path / "w", item, approval_policy=policy)
        assert output == OUTSIDE
        assert not turn.all("patch_apply_begin")
        assert not (outside / "x").exists()
        return
    output, turn = await run(tmp_path / "w", item, "approved", approval_policy=policy)
    assert turn.one("patch_apply_end")["success"] is True
    assert "Success." in output
    assert (outside / "x").read_text() == "hi\n"


async def test_on_failure_a_patch_outside_is_tried_first_and_then_asked_about(tmp_path: Path, outside: Path) -> None:
    item = patch(f"*** Add File: {outside}/x\n+hi")
    _, turn = await run(tmp_path / "w", item, "approved", approval_policy="on-failure")
    question = turn.one("exec_approval_request")
    assert question["command"] == ["apply_patch"]
    assert question["reason"] == "command failed; retry without sandbox?"
    assert turn.one("patch_apply_begin")["auto_approved"] is True
    assert (outside / "x").exists()
    refused, turn = await run(
        tmp_path / "w2", patch(f"*** Add File: {outside}/y\n+hi"), "denied", approval_policy="on-failure"
    )
    assert refused == "exec command rejected by user"
    assert turn.one("patch_apply_end")["success"] is False
    assert not (outside / "y").exists()


async def test_a_folder_that_becomes_a_link_after_the_answer_leads_nowhere(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (outside / "d").mkdir()

    async def swapped_first(*args: Any, **options: Any) -> CommandOutput:
        if options["sandbox"] is None:
            (outside / "d").rename(outside / "e")
            (outside / "d").symlink_to(victim)
        return await run_command(*args, **options)

    monkeypatch.setattr("octavo.tools.patch_call.run_command", swapped_first)
    item = patch(f"*** Add File: {outside}/d/x\n+hi")
    output, turn = await run(tmp_path / "w", item, "approved", approval_policy="on-request")
    assert f"Failed to create parent directories for {outside}/d/x" in output
    assert turn.one("patch_apply_end")["success"] is False
    assert not list(victim.iterdir())


async def test_a_link_out_of_the_workspace_leads_to_a_question(tmp_path: Path, outside: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "link").symlink_to(outside)
    item = patch("*** Add File: link/x\n+hi")
    output, turn = await run(workspace, item, "denied", approval_policy="on-request")
    assert turn.one("exec_approval_request")["command"] == ["apply_patch"]
    assert output == "exec command rejected by user"
    assert not (outside / "x").exists()
    output, _ = await run(tmp_path / "w", item, approval_policy="never")
    assert "Failed to write file" in output
    assert not (outside / "x").exists()


@pytest.mark.parametrize(("mode", "asks"), [("read-only", True), ("danger-full-access", False)])
async def test_where_patches_may_go_depends_on_the_sandbox(tmp_path: Path, mode: str, asks: bool) -> None:
    decisions: list[ReviewDecision] = ["denied"] if asks else []
    output, _ = await run(tmp_path / "w", patch(ADD), *decisions, approval_policy="on-request", sandbox_mode=mode)
    assert (output == "patch rejected by user") == asks


async def test_git_s_own_folder_is_no_place_for_patches(outside: Path) -> None:
    workspace = outside / "w"
    (workspace / ".git").mkdir(parents=True)
    output, _ = await run(workspace, patch("*** Add File: .git/config\n+x"), approval_policy="never")
    assert output == OUTSIDE


async def test_a_patch_that_does_not_fit_is_answered_in_words(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    output, turn = await run(workspace, patch("*** Update File: gone\n@@\n-a\n+b"), approval_policy="untrusted")
    missing = f"Failed to read file to update {workspace}/gone: No such file or directory (os error 2)"
    assert output == f"apply_patch verification failed: {missing}"
    output, _ = await run(workspace, freeform("apply_patch", "nonsense"), approval_policy="untrusted")
    assert output.startswith("apply_patch verification failed: invalid patch: ")
    output, _ = await run(workspace, freeform("apply_patch", "*** Begin Patch\n*** End Patch"))
    assert output == "patch rejected: empty patch"
    assert not turn.all("patch_apply_begin")


async def test_a_patch_that_half_succeeds_says_so(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "f").write_text("file, no folder\n")
    output, turn = await run(workspace, patch(f"{ADD}\n*** Add File: f/x\n+hi"), approval_policy="never")
    assert output.startswith("Exit code: 1\n")
    end = turn.one("patch_apply_end")
    assert (end["success"], end["stdout"]) == (False, "")
    assert end["stderr"]
    assert (workspace / "new.txt").exists()


# --- patches through the shell -------------------------------------------------------------------


def script(text: str) -> Json:
    return shell(["bash", "-lc", text])


async def test_a_shell_call_of_the_patch_program_is_a_patch(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    (workspace / "sub").mkdir(parents=True)
    body = f"*** Begin Patch\n{ADD}\n*** End Patch"
    for number, item in enumerate(
        [
            shell(["apply_patch", body]),
            script(f"apply_patch <<'EOF'\n{body}\nEOF\n"),
            script(f"cd sub && applypatch <<EOF\n{body}\nEOF"),
        ]
    ):
        _, turn = await run(workspace, item)
        assert turn.one("patch_apply_end")["success"] is True
        assert not turn.all("exec_command_begin")
        (workspace / ("sub" if number == 2 else "") / "new.txt").unlink()


async def test_a_move_below_a_cd_stays_below_it(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    (workspace / "sub").mkdir(parents=True)
    (workspace / "sub" / "a").write_text("one\n")
    body = "*** Begin Patch\n*** Update File: a\n*** Move to: b\n@@\n-one\n+two\n*** End Patch"
    _, turn = await run(workspace, script(f"cd sub && apply_patch <<'EOF'\n{body}\nEOF"))
    (change,) = turn.one("patch_apply_begin")["changes"].values()
    assert change["update"]["move_path"] == str(workspace / "sub" / "b")
    assert (workspace / "sub" / "b").read_text() == "two\n"
    assert "sub/b" in turn.all("turn_diff")[-1]["unified_diff"]


async def test_a_bare_patch_as_a_command_is_not_run(tmp_path: Path) -> None:
    body = f"*** Begin Patch\n{ADD}\n*** End Patch"
    for item in (shell([body]), script(body)):
        output, turn = await run(tmp_path / "w", item)
        assert "patch detected without explicit call to apply_patch" in output
        assert not turn.all("exec_command_begin")
    assert not (tmp_path / "w" / "new.txt").exists()


async def test_a_script_that_does_more_is_a_command(tmp_path: Path) -> None:
    body = f"*** Begin Patch\n{ADD}\n*** End Patch"
    _, turn = await run(tmp_path / "w", script(f"mkdir x; cd x && apply_patch <<'EOF'\n{body}\nEOF"))
    assert turn.one("exec_command_begin")
    assert not turn.all("patch_apply_begin")


# --- the diff of the turn --------------------------------------------------------------------------


async def test_the_diff_of_a_new_file(tmp_path: Path) -> None:
    _, turn = await run(tmp_path / "w", patch(ADD))
    lines = turn.all("turn_diff")[-1]["unified_diff"].split("\n")
    assert lines[1] == "new file mode 100644"
    assert lines[2].startswith("index 0000000000000000000000000000000000000000..")
    assert lines[3] == "--- /dev/null"
    assert lines[4].startswith("+++ b/")
    assert lines[5:] == ["@@ -0,0 +1 @@", "+hi", ""]


async def test_a_file_that_came_and_went_is_no_change(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    calls = [answer(patch(ADD, "c1")), answer(patch("*** Delete File: new.txt", "c2")), says("done")]
    async with conversation(workspace, calls) as talk:
        turn = await talk.user("go")
    ends = [event["msg"]["type"] for event in turn]
    assert "turn_diff" not in ends[len(ends) - ends[::-1].index("patch_apply_end") :]


async def test_each_turn_has_a_diff_of_its_own(tmp_path: Path) -> None:
    script = [answer(patch(ADD)), says("a"), answer(patch("*** Add File: second\n+2")), says("b")]
    async with conversation(tmp_path / "w", script) as talk:
        await talk.user("go")
        turn = await talk.user("on")
    assert "new.txt" not in turn.all("turn_diff")[-1]["unified_diff"]


@pytest.mark.parametrize(
    "sections",
    ["*** Add File: a\0b\n+x", "*** Delete File: a\0b", "*** Update File: a\0b\n@@\n-x\n+y",
     "*** Update File: f\n*** Move to: a\0b\n@@\n-x\n+y"],
)  # fmt: skip
@pytest.mark.parametrize("policy", ["never", "on-failure"])
async def test_a_nul_in_a_path_fails_the_patch_and_not_the_turn(tmp_path: Path, sections: str, policy: str) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "f").write_text("x\n")
    output, turn = await run(workspace, patch(sections), approval_policy=policy)
    assert output.startswith("apply_patch verification failed: ")
    assert not turn.all("error")
    assert turn.one("task_complete")["last_agent_message"] is not None
    assert (workspace / "f").read_text() == "x\n"


@pytest.mark.parametrize("sections", ["*** Add File: f\n+new", "*** Update File: g\n*** Move to: f\n@@\n-x\n+y"])
async def test_a_patch_that_would_overwrite_a_file_says_what_to_do(tmp_path: Path, sections: str) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    for name in ("f", "g"):
        (workspace / name).write_text("x\n")
    output, turn = await run(workspace, patch(sections))
    words = "already exists: use `*** Update File: ` to change it, or delete it first"
    assert output == f"apply_patch verification failed: {workspace / 'f'} {words}"
    assert not turn.all("patch_apply_begin")
    assert [(workspace / name).read_text() for name in ("f", "g")] == ["x\n", "x\n"]


@pytest.mark.parametrize("mode", [0o755, 0o775, 0o600])
async def test_a_file_that_is_moved_in_the_sandbox_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "f").write_text("x\n")
    (workspace / "f").chmod(mode)
    await run(workspace, patch("*** Update File: f\n*** Move to: g\n@@\n-x\n+y"))
    assert (workspace / "g").stat().st_mode & 0o777 == mode
