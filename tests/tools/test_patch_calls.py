"""Patches as calls: bad arguments, folders and names, and what a patch that fails half way leaves and tells."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from story import Json, Told, answer, call, conversation, patch, says, shell


async def run(workspace: Path, *calls: Json, **settings: Any) -> tuple[list[str], Told]:
    """What the calls of one answer give the model, and the turn's events; nobody is asked."""
    async with conversation(workspace, [answer(*calls), says("done")], **settings) as talk:
        turn = await talk.user("go")
        return [item["output"] for item in talk.input() if item["type"].endswith("_output")], turn


@pytest.mark.parametrize("arguments", ["", "{}", '{"input":1}', '{"patch":"x"}', "*** Begin Patch\n*** End Patch"])
async def test_arguments_without_a_patch_are_answered_in_words(tmp_path: Path, arguments: str) -> None:
    (output,), turn = await run(tmp_path / "w", call("apply_patch", arguments), model="gpt-oss:20b")
    assert output.startswith("failed to parse function arguments: ")
    assert not turn.all("patch_apply_begin")


async def test_what_the_patch_program_prints_is_told_as_it_comes(tmp_path: Path) -> None:
    _, turn = await run(tmp_path / "w", patch("*** Add File: a\n+x"))
    piece = turn.one("exec_command_output_delta")
    text = base64.b64decode(piece["chunk"]).decode()
    assert (piece["call_id"], piece["stream"]) == ("c1", "stdout")
    assert text == turn.one("patch_apply_end")["stdout"] == "Success. Updated the following files:\nA a\n"


async def test_a_patch_that_fails_half_way_keeps_and_shows_what_it_did(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "file").write_text("no folder\n")
    body = "*** Add File: done\n+x\n*** Add File: file/x\n+x\n*** Add File: never\n+x"
    (output,), turn = await run(workspace, patch(body))
    assert output.startswith("Exit code: 1\n")
    assert output.endswith("\nOutput:\nFailed to create parent directories for file/x\n")
    assert sorted(path.name for path in workspace.iterdir()) == ["done", "file"]
    assert turn.one("patch_apply_end")["success"] is False
    diff = turn.all("turn_diff")[-1]["unified_diff"]
    assert diff.count("diff --git") == 1
    assert "/done\n" in diff


async def test_paths_are_told_as_they_were_joined(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    (workspace / "sub").mkdir(parents=True)
    body = "*** Begin Patch\n*** Add File: ../x\n+x\n*** Add File: empty\n*** End Patch"
    _, turn = await run(workspace, shell(["apply_patch", body], workdir="sub"), approval_policy="on-request")
    begin = turn.one("patch_apply_begin")
    assert begin["auto_approved"] is True
    assert begin["changes"] == {
        f"{workspace}/sub/../x": {"add": {"content": "x\n"}},
        f"{workspace}/sub/empty": {"add": {"content": ""}},
    }
    assert (workspace / "x").read_text() == "x\n"
    assert (workspace / "sub" / "empty").read_bytes() == b""


async def test_a_folder_to_enter_counts_from_the_folder_of_the_call(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    (workspace / "a" / "b").mkdir(parents=True)
    script = "cd b && apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: x\n+x\n*** End Patch\nEOF"
    _, turn = await run(workspace, shell(["bash", "-lc", script], workdir="a"))
    assert turn.one("patch_apply_end")["success"] is True
    assert (workspace / "a" / "b" / "x").exists()


async def test_a_destination_outside_counts_like_any_path(tmp_path: Path, outside: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "a").write_text("one\n")
    item = patch(f"*** Update File: a\n*** Move to: {outside}/b\n@@\n-one\n+two")
    (output,), _ = await run(workspace, item, approval_policy="never")
    assert output == "patch rejected: writing outside of the project; rejected by user approval settings"
    assert (workspace / "a").read_text() == "one\n"


async def test_one_root_that_does_not_protect_a_place_is_enough(tmp_path: Path, outside: Path) -> None:
    """A repository among temporary files lies in two roots, and only one of them knows that it is a repository."""
    item = patch("*** Add File: .git/note\n+x")
    for folder, writable in ((tmp_path, True), (outside, False)):
        workspace = folder / "w"
        (workspace / ".git").mkdir(parents=True)
        await run(workspace, item, approval_policy="never")
        assert (workspace / ".git" / "note").exists() == writable


async def test_an_update_says_where_a_line_has_no_end(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "a").write_text("1\n2\n3\n4\n5")
    _, turn = await run(workspace, patch("*** Update File: a\n@@\n-5\n+five"))
    (change,) = turn.one("patch_apply_begin")["changes"].values()
    assert change["update"]["unified_diff"] == (
        "@@ -4,2 +4,2 @@\n 4\n-5\n\\ No newline at end of file\n+five\n\\ No newline at end of file\n"
    )
    assert "@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n" in turn.all("turn_diff")[-1]["unified_diff"]


async def test_a_patch_runs_with_nothing_but_the_mark_of_a_closed_network(tmp_path: Path) -> None:
    """Its folder is the patch's, whatever the variables of the user say."""
    environ = {"PWD": "/", "HOME": "/nowhere", "PYTHONPATH": "/nowhere", "LANG": "xx"}
    (output,), turn = await run(tmp_path / "w", patch("*** Add File: é\n+ü"), environ=environ)
    assert turn.one("patch_apply_end")["success"] is True
    assert output.endswith("\nA é\n")
    assert (tmp_path / "w" / "é").read_text(encoding="utf-8") == "ü\n"


@pytest.mark.parametrize("policy", ["on-request", "untrusted", "on-failure"])
async def test_a_patch_inside_and_outside_is_done_as_a_whole_once_the_user_agrees(
    tmp_path: Path, outside: Path, policy: str
) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "mine").write_text("one\n")
    (workspace / "goes").write_text("one\n")
    for name in ("gone", "moved", "here"):
        (outside / name).write_text("one\n")
    body = "\n".join(
        (
            "*** Update File: mine\n@@\n-one\n+two",
            f"*** Add File: {outside}/deep/new\n+new",
            f"*** Delete File: {outside}/gone",
            f"*** Update File: {outside}/moved\n*** Move to: {outside}/deep/moved\n@@\n-one\n+two",
            f"*** Update File: {outside}/here\n*** Move to: here\n@@\n-one\n+two",
            f"*** Update File: goes\n*** Move to: {outside}/goes\n@@\n-one\n+two",
        )
    )
    async with conversation(workspace, [answer(patch(body)), says("done")], approval_policy=policy) as talk:
        turn_id = await talk.say("go")
        await talk.decide("approved")
        turn = await talk.rest_of(turn_id)
    assert turn.one("patch_apply_end")["success"], turn.one("patch_apply_end")
    inside = {path.name: path.read_text() for path in workspace.iterdir()}
    beyond = {str(path.relative_to(outside)): path.read_text() for path in outside.rglob("*") if path.is_file()}
    assert inside == {"mine": "two\n", "here": "two\n"}
    assert beyond == {"deep/new": "new\n", "deep/moved": "two\n", "goes": "two\n"}


async def test_a_patch_inside_and_outside_changes_nothing_when_the_user_says_no(tmp_path: Path, outside: Path) -> None:
    workspace = tmp_path / "w"
    body = f"*** Add File: mine\n+x\n*** Add File: {outside}/x\n+x"
    async with conversation(workspace, [answer(patch(body)), says("done")], approval_policy="on-failure") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert not list(workspace.iterdir())
    assert not list(outside.iterdir())
