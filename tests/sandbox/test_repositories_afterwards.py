"""After a command the user's git finds the repository that it found before, and runs nothing that the command chose."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from test_confinement import git, needs_namespace, run
from test_sandbox_command import as_ordinary_user

from octavo.protocol.policy import WorkspaceWrite

pytestmark = needs_namespace

EVIL = """
printf '#!/bin/sh\\ntouch %s/ran\\n' "$PWD" > evil.sh; chmod +x evil.sh; here=$PWD
evil_config() { printf '[core]\\nrepositoryformatversion=0\\nbare=false\\nfsmonitor=%s/evil.sh\\n' "$here"; }
"""
LAYOUTS = {
    "folders": "cp .git/HEAD .; mkdir objects refs; evil_config > config",
    "programs": "cp .git/HEAD .; touch objects refs; chmod +x objects refs; evil_config > config",
    "redirected": "git init -q --bare d; evil_config > d/config; cp .git/HEAD .; echo d > commondir",
    "a link": "ln -s refs/heads/main HEAD; mkdir objects refs; evil_config > config",
}
DAMAGES = (
    "rm .git/HEAD",
    "echo x > .git/HEAD",
    "mv .git/objects o",
    "rm -r .git/refs; touch .git/refs",
    "rm .git/HEAD; mkdir .git/HEAD",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "parent/workspace"
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    return folder


def ask_git(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the user's git says of a folder."""
    quiet = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    return subprocess.run(
        ["git", "status"], cwd=folder, check=False, capture_output=True, text=True, env={**os.environ, **quiet}
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_repository_is_found_again_and_no_other_in_its_place(
    workspace: Path, layout: str, damage: str
) -> None:
    await run(f"{EVIL}\n{LAYOUTS[layout]}\n{damage}", workspace)
    said = ask_git(workspace)
    assert not (workspace / "ran").exists()
    assert said.stdout.startswith("On branch main"), said.stderr
    assert not os.path.lexists(workspace / "HEAD")


async def test_nothing_of_a_damaged_repository_is_lost(workspace: Path) -> None:
    await run("echo precious > .git/HEAD; rm -r .git/refs; echo kept > .git/refs", workspace)
    assert (workspace / ".git/HEAD.damaged-0").read_text() == "precious\n"
    assert (workspace / ".git/refs.damaged-0").read_text() == "kept\n"


async def test_a_file_called_head_is_nobodys_business(workspace: Path) -> None:
    (workspace / "HEAD").write_text("mine\n")
    await run("echo more >> HEAD; mkdir objects", workspace)
    assert (workspace / "HEAD").read_text() == "mine\nmore\n"


async def test_a_root_below_a_repository_becomes_none_itself(workspace: Path) -> None:
    part = workspace / "part"
    part.mkdir()
    await run(f"{EVIL}\ngit init -q --bare x; mv x/* .; rmdir x; evil_config > config", part)
    assert ask_git(part).stdout.startswith("On branch main")
    assert not (part / "ran").exists()


async def test_a_writable_folder_above_gives_no_repository(workspace: Path) -> None:
    above = WorkspaceWrite(writable_roots=(str(workspace.parent),), exclude_slash_tmp=True, exclude_tmpdir_env_var=True)
    await run(f"{EVIL}\ngit init -q ..; evil_config > ../.git/config; rm .git/HEAD", workspace, above)
    assert ask_git(workspace).stdout.startswith("On branch main")
    assert not (workspace / "ran").exists()


@pytest.mark.parametrize("closed", [".", ".git"])
def test_taking_away_rights_does_not_keep_what_must_go(workspace: Path, closed: str) -> None:
    plant = "git init -q --bare d; echo d > .git/commondir; cp .git/HEAD .; mkdir objects refs"
    as_ordinary_user("both", workspace, f"{plant}; chmod 555 {closed}")
    os.chmod(workspace / closed, 0o755)
    assert not (workspace / ".git/commondir").exists()
    assert not (workspace / "HEAD").exists()


async def test_what_one_command_makes_is_not_kept_by_another_beside_it(workspace: Path) -> None:
    first = "echo d > .git/commondir; touch -d @1 .git; touch made; until [ -e seen ]; do sleep 0.01; done"
    second = (
        "touch seen; while [ -e .git/commondir ]; do sleep 0.01; done; echo d > .git/commondir; echo x > .git/hooks/x"
    )

    async def after_the_first() -> None:
        while not (workspace / "made").exists():
            await asyncio.sleep(0.005)
        await run(second, workspace)

    await asyncio.gather(run(first, workspace), after_the_first())
    assert not (workspace / ".git/commondir").exists()
    assert not (workspace / ".git/hooks/x").exists()


async def test_more_worktrees_than_can_be_watched_are_closed_together(workspace: Path) -> None:
    for number in range(150):
        (workspace / f".git/worktrees/w{number}").mkdir(parents=True)
    output = await run("touch .git/worktrees/w7/config.worktree; mkdir .git/worktrees/x; touch made", workspace)
    assert output.exit_code == 0
    assert not (workspace / ".git/worktrees/w7/config.worktree").exists()
    assert not (workspace / ".git/worktrees/x").exists()


async def test_a_bare_repository_as_workspace_has_closed_hooks(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    git(bare, "init", "-q", "--bare", "-b", "main")
    await run("echo x > hooks/post-receive; git config core.fsmonitor x; git branch -m other", bare)
    assert not (bare / "hooks/post-receive").exists()
    assert "fsmonitor" not in (bare / "config").read_text()
    assert (bare / "HEAD").read_text() == "ref: refs/heads/other\n"
