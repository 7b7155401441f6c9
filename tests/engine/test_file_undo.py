"""Taking turns back by kept files: what commands and patches did, with git and without."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from model_says import patch
from story import Talk, answer, conversation, folder_outside_tmp, says, shell

from octavo.protocol import ops

UNDO: dict[str, Any] = {
    "undo": {"enabled": True},
    "sandbox_mode": "danger-full-access",
    "shell_snapshot": False,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plain folder, no repository."""
    made = tmp_path / "work"
    (made / "src").mkdir(parents=True)
    (made / "src" / "a.txt").write_text("a\n")
    (made / "b.bin").write_bytes(bytes(range(256)))
    (made / "run.sh").write_text("#!/bin/sh\n")
    (made / "run.sh").chmod(0o755)
    (made / "link").symlink_to("src/a.txt")
    return made


def whole(folder: Path) -> dict[str, tuple[int, str]]:
    """Mode and content of everything below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if ".git" in path.relative_to(folder).parts:
            continue
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes().hex() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (status.st_mode, content)
    return found


async def undo(talk: Talk) -> tuple[bool, str]:
    turn = await talk.rest_of(await talk.submit(ops.Undo()))
    done = turn.one("undo_completed")
    return done["success"], done["message"]


async def test_what_commands_did_is_taken_back_turn_by_turn(folder: Path) -> None:
    before = whole(folder)
    first = "echo x >> src/a.txt; rm b.bin; chmod 644 run.sh; mkdir -p new/deep; echo n > new/deep/n; ln -sfn /etc link"
    second = "rm -r src; mv new other; echo 2 > run.sh"
    script = [answer(shell(first, "c1")), says("done"), answer(shell(second, "c2")), says("done")]
    async with conversation(folder, script, **UNDO) as talk:
        await talk.user("first")
        between = whole(folder)
        await talk.user("second")
        assert (await undo(talk))[0]
        assert whole(folder) == between
        success, message = await undo(talk)
        assert (success, message[:17]) == (True, "Took back turn 1:")
        assert whole(folder) == before
        assert await undo(talk) == (False, "No ghost snapshot available to undo.")


async def test_files_that_git_holds_come_back_from_git(folder: Path) -> None:
    for words in (("init", "-q"), ("add", "."), ("-c", "user.name=T", "-c", "user.email=t@e", "commit", "-qm", "x")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    (folder / "src" / "a.txt").write_text("not committed\n")
    for path in folder.rglob("*"):
        if ".git" not in path.parts and not path.is_symlink():
            os.utime(path, (1, 1))
    await asyncio.to_thread(subprocess.run, ["git", "status"], cwd=folder, capture_output=True)
    before = whole(folder)
    async with conversation(folder, [answer(shell("rm -r src b.bin; echo > run.sh")), says("done")], **UNDO) as talk:
        await talk.user("go")
        assert (await undo(talk))[0]
    assert whole(folder) == before


async def test_a_patch_is_taken_back(folder: Path) -> None:
    before = whole(folder)
    body = "*** Update File: src/a.txt\n@@\n-a\n+A\n*** Add File: deep/er/new.txt\n+new\n*** Delete File: run.sh"
    async with conversation(folder, [answer(patch(body)), says("done")], **UNDO) as talk:
        await talk.user("go")
        assert (folder / "deep" / "er" / "new.txt").exists()
        success, message = await undo(talk)
    assert success, message
    assert whole(folder) == before


async def test_what_the_user_changed_since_is_left_alone_and_told(folder: Path) -> None:
    script = [answer(shell("echo 1 > src/a.txt; echo 1 > b.bin")), says("done")]
    async with conversation(folder, script, **UNDO) as talk:
        await talk.user("go")
        (folder / "src" / "a.txt").write_text("mine\n")
        success, message = await undo(talk)
    assert not success
    assert f"Left as they are: {folder}/src/a.txt (changed since by somebody else)." in message
    assert message.endswith("octavo undo --yes overwrites what somebody else changed.")
    assert (folder / "src" / "a.txt").read_text() == "mine\n"
    assert (folder / "b.bin").read_bytes() == bytes(range(256))


async def test_what_the_user_changed_between_two_turns_stays(folder: Path) -> None:
    script = [answer(shell("echo 1 > b.bin", "c1")), says("d"), answer(shell("echo 2 >> src/a.txt", "c2")), says("d")]
    async with conversation(folder, script, **UNDO) as talk:
        await talk.user("first")
        (folder / "src" / "a.txt").write_text("mine\n")
        await talk.user("second")
        assert (await undo(talk))[0]
        assert (folder / "src" / "a.txt").read_text() == "mine\n"


async def test_an_interrupted_command_is_taken_back_too(folder: Path) -> None:
    before = whole(folder)
    script = [answer(shell("echo 1 > b.bin; echo go; sleep 60"))]
    async with conversation(folder, script, **UNDO) as talk:
        turn = await talk.say("go")
        await talk.until("exec_command_output_delta")
        await talk.interrupt()
        await talk.rest_of(turn)
        assert (await undo(talk))[0]
    assert whole(folder) == before


async def test_folders_that_tools_make_anew_are_left_out_and_told(folder: Path) -> None:
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "m.js").write_text("1\n")
    async with conversation(folder, [answer(shell("echo 2 > node_modules/m.js")), says("done")], **UNDO) as talk:
        told = await talk.user("go")
        assert await undo(talk) == (False, "No ghost snapshot available to undo.")
    assert "Undo leaves out the folders named node_modules." in [one["message"] for one in told.all("background_event")]
    assert (folder / "node_modules" / "m.js").read_text() == "2\n"


async def test_a_file_that_is_too_large_is_named(folder: Path) -> None:
    settings = {**UNDO, "undo": {"enabled": True, "max_file_bytes": 100}}
    async with conversation(folder, [answer(shell("echo 2 > b.bin")), says("done")], **settings) as talk:
        told = await talk.user("go")
        success, message = await undo(talk)
    words = f"Undo cannot bring back {folder}/b.bin: too large, or not readable."
    assert words in [one["message"] for one in told.all("background_event")]
    assert (success, "its former bytes were not kept" in message) == (False, True)


async def test_nothing_is_kept_without_the_setting_and_for_safe_commands(folder: Path) -> None:
    async with conversation(folder, [answer(shell("echo 2 > b.bin")), says("done")]) as talk:
        await talk.user("go")
        home = Path(talk.conversation.config.codex_home)
    assert not (home / "undo").exists()
    async with conversation(folder, [answer(shell(["cat", "run.sh"])), says("done")], **UNDO) as talk:
        await talk.user("go")
        journals = list((Path(talk.conversation.config.codex_home) / "undo").glob("*.jsonl"))
    assert not any("step" in path.read_text() for path in journals)


async def test_a_resumed_conversation_takes_back_turns_of_before(folder: Path) -> None:
    before = whole(folder)
    async with conversation(folder, [answer(shell("echo 1 > b.bin")), says("done")], **UNDO) as talk:
        await talk.user("go")
        saved = talk.conversation.configured.rollout_path
    async with conversation(folder, [], resume=saved, **UNDO) as talk:
        assert (await undo(talk))[0]
    assert whole(folder) == before


async def test_commands_in_the_sandbox_cannot_change_what_was_kept(tmp_path: Path) -> None:
    with folder_outside_tmp() as folder:
        home = folder / "home"
        home.mkdir()
        (folder / "a").write_text("0\n")
        attack = f"echo 1 > a; cp a x; rm -rf {home}/undo; echo spoiled > {home}/undo/x; chmod -R 777 {home}/undo; true"
        settings = {**UNDO, "sandbox_mode": "workspace-write"}
        script = [answer(shell("echo 2 > a", "c1")), says("d"), answer(shell(attack, "c2")), says("done")]
        async with conversation(folder, script, home=home, **settings) as talk:
            await talk.user("first")
            await talk.user("second")
            assert (await undo(talk))[0]
            assert (await undo(talk))[0]
        assert (folder / "a").read_text() == "0\n"
        assert not (folder / "x").exists()


async def test_what_two_sessions_may_have_changed_at_once_is_taken_back_only_with_a_yes(
    folder: Path, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    slow = [answer(shell(f"echo 1 > mine; echo begun; cat {ready}", "c1")), says("done")]
    other = [answer(shell(f"echo 2 > theirs; echo go > {ready}", "c2")), says("done")]
    home = tmp_path / "home"
    async with (
        conversation(folder, slow, home=home, **UNDO) as first,
        conversation(folder, other, home=home, **UNDO) as second,
    ):
        turn_id = await first.say("go")
        await first.until("exec_command_output_delta")
        await second.user("go")
        await first.rest_of(turn_id)
        success, message = await undo(first)
        assert (success, (folder / "mine").exists(), (folder / "theirs").exists()) == (False, False, True)
        assert "theirs (another session may have changed it at the same time)" in message
        told = [event["msg"].get("message", "") for event in second.told if event["msg"]["type"] == "background_event"]
        assert any(text.startswith("Another session works in this folder") for text in told)
        success, message = await undo(second)
        assert (success, (folder / "theirs").exists()) == (False, True)
    assert not list((home / "undo").glob("*.live"))
