"""Snapshots before turns, and undoing turns one by one."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from story import Talk, answer, conversation, says, shell

from octavo.protocol import ops

GHOSTS: dict[str, Any] = {"features": {"ghost_commit": True}}


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A work tree with a commit, something ignored and something untracked."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "tracked").write_text("0\n")
    (folder / ".gitignore").write_text("build/\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    (folder / "untracked").write_text("mine\n")
    (folder / "build").mkdir()
    (folder / "build" / "out").write_text("ignored\n")
    return folder


async def undo(talk: Talk) -> tuple[bool, str]:
    turn = await talk.rest_of(await talk.submit(ops.Undo()))
    assert turn.kinds("session_configured") == ["undo_started", "undo_completed", "task_complete"]
    assert turn.one("undo_started")["message"] == "Undo in progress..."
    assert turn.one("task_complete")["last_agent_message"] is None
    done = turn.one("undo_completed")
    return done["success"], done["message"]


async def test_three_turns_are_undone_one_by_one(repo: Path) -> None:
    turns = [f"echo {n} > tracked; echo {n} > new{n}; mkdir -p d; echo {n} > d/f" for n in (1, 2, 3)]
    script = [step for n, one in enumerate(turns) for step in (answer(shell(one, f"c{n}")), says("done"))]
    async with conversation(repo, script, **GHOSTS) as talk:
        for number in range(3):
            await talk.user(f"turn {number}")
        before = git(repo, "log", "--oneline", "--all")
        for number in (2, 1, 0):
            success, message = await undo(talk)
            assert success
            assert message.startswith("Undo restored snapshot ")
            assert len(message) == len("Undo restored snapshot 1234567.")
            assert (repo / "tracked").read_text() == f"{number}\n"
            assert sorted(path.name for path in repo.glob("new*")) == [f"new{n}" for n in range(1, number + 1)]
        assert await undo(talk) == (False, "No ghost snapshot available to undo.")
        assert not (repo / "d").exists()
        assert (repo / "untracked").read_text() == "mine\n"
        assert (repo / "build" / "out").read_text() == "ignored\n"
        assert git(repo, "log", "--oneline", "--all") == before
        assert len([item for item in talk.saved_items() if item["type"] == "ghost_snapshot"]) == 3


async def test_edits_of_the_user_after_the_turn_are_overwritten(repo: Path) -> None:
    async with conversation(repo, [answer(shell("echo 1 > tracked")), says("done")], **GHOSTS) as talk:
        await talk.user("go")
        (repo / "tracked").write_text("by hand\n")
        assert (await undo(talk))[0]
    assert (repo / "tracked").read_text() == "0\n"


async def test_snapshots_and_undo_touch_neither_index_nor_head(repo: Path) -> None:
    (repo / "tracked").write_text("staged\n")
    git(repo, "add", "tracked")
    (repo / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (repo / ".git/hooks/pre-commit").chmod(0o755)
    staged, head = git(repo, "diff", "--cached"), git(repo, "rev-parse", "HEAD")
    async with conversation(repo, [says("done")], **GHOSTS) as talk:
        await talk.user("go")
        while not talk.told.items or talk.told.items[-1]["type"] != "ghost_snapshot":
            await talk.until("raw_response_item")
        assert git(repo, "diff", "--cached") == staged
        assert git(repo, "rev-parse", "HEAD") == head
        (snapshot,) = [item for item in talk.told.items if item["type"] == "ghost_snapshot"]
    assert git(repo, "log", "-1", "--format=%s|%an|%ae", snapshot["ghost_commit"]["id"]) == (
        "codex snapshot|Codex Snapshot|snapshot@codex.local\n"
    )


async def test_undo_waits_for_a_snapshot_that_is_still_being_made(repo: Path) -> None:
    for number in range(60):
        (repo / f"file{number}").write_text(str(number))
    script = [answer(shell("echo 1 > tracked")), says("a"), says("b")]
    async with conversation(repo, script, **GHOSTS) as talk:
        await talk.user("change something")
        await talk.user("only talk")
        assert (await undo(talk))[0]
        assert (repo / "tracked").read_text() == "1\n"
        assert (await undo(talk))[0]
        assert (repo / "tracked").read_text() == "0\n"


async def test_the_model_does_not_see_snapshots(repo: Path) -> None:
    async with conversation(repo, [answer(shell("true")), says("a"), says("b")], **GHOSTS) as talk:
        await talk.user("go")
        await talk.user("on")
        assert "ghost_snapshot" in {item["type"] for item in talk.saved_items()}
        assert "ghost_snapshot" not in {item["type"] for item in talk.input()}


async def test_tools_wait_for_the_snapshot(repo: Path) -> None:
    for number in range(60):
        (repo / f"file{number}").write_text(str(number))
    async with conversation(repo, [answer(shell("rm file*")), says("a")], **GHOSTS) as talk:
        turn = await talk.user("go")
        kinds = [item["type"] for item in turn.items]
        assert kinds.index("ghost_snapshot") < kinds.index("function_call")
        assert (await undo(talk))[0]
    assert len(list(repo.glob("file*"))) == 60


async def test_outside_a_repository_the_turn_goes_on_without(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(shell("echo hi")), says("done")], **GHOSTS) as talk:
        turn = await talk.user("go")
        text = "Snapshots disabled: current directory is not a Git repository."
        assert turn.one("background_event")["message"] == text
        assert turn.one("exec_command_end")["stdout"] == "hi\n"
        assert await undo(talk) == (False, "No ghost snapshot available to undo.")


async def test_without_the_feature_there_are_no_snapshots(repo: Path) -> None:
    async with conversation(repo, [answer(shell("echo 1 > tracked")), says("a")]) as talk:
        await talk.user("go")
        assert await undo(talk) == (False, "No ghost snapshot available to undo.")
    assert (repo / "tracked").read_text() == "1\n"


async def test_a_snapshot_that_git_lost_cannot_be_restored(repo: Path) -> None:
    async with conversation(repo, [answer(shell("true")), says("a")], **GHOSTS) as talk:
        turn = await talk.user("go")
        snapshot = next(item for item in turn.items if item["type"] == "ghost_snapshot")["ghost_commit"]["id"]
        (repo / ".git/objects" / snapshot[:2] / snapshot[2:]).unlink()
        success, message = await undo(talk)
    assert not success
    assert message.startswith(f"Failed to restore snapshot {snapshot}: ")


async def test_undone_snapshots_are_back_after_a_resume(repo: Path) -> None:
    async with conversation(repo, [answer(shell("echo 1 > tracked")), says("a")], **GHOSTS) as talk:
        await talk.user("go")
        assert (await undo(talk))[0]
        path = talk.path
    async with conversation(repo, resume=path, **GHOSTS) as talk:
        assert (await undo(talk))[0]
        assert not (await undo(talk))[0]


async def test_a_summary_keeps_the_snapshots(repo: Path) -> None:
    script = [answer(shell("echo 1 > tracked")), says("a"), says("S")]
    async with conversation(repo, script, **GHOSTS) as talk:
        await talk.user("go")
        await talk.rest_of(await talk.submit(ops.Compact()))
        assert (await undo(talk))[0]
    assert (repo / "tracked").read_text() == "0\n"


async def test_below_the_root_only_that_folder_is_restored(repo: Path) -> None:
    below = repo / "sub"
    below.mkdir()
    (below / "f").write_text("0\n")
    (repo / "elsewhere").write_text("0\n")
    command = "echo 1 > f; echo 1 > ../elsewhere"
    settings = {**GHOSTS, "sandbox_mode": "danger-full-access"}
    async with conversation(below, [answer(shell(command)), says("a")], **settings) as talk:
        await talk.user("go")
        assert (await undo(talk))[0]
    assert (below / "f").read_text() == "0\n"
    assert (repo / "elsewhere").read_text() == "1\n"
