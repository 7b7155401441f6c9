"""What people do with git, in the sandbox."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tool_at_hand import FOUND, program, run, succeeded

AS_SOMEBODY = {
    **{"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@t", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@t"},
    **{"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"},
}


AS = ("-c", "user.name=t", "-c", "user.email=t@t")


@pytest.fixture
def repository(workspace: Path) -> Path:
    program("git")
    script = "git init -q -b main; echo one > file; git add .; git -c user.name=t -c user.email=t@t commit -qm one"
    subprocess.run(["bash", "-ec", script], cwd=workspace, check=True)
    return workspace


async def git(script: str, folder: Path, *roots: str) -> str:
    return succeeded(await run(f"set -e; {script}", folder, roots=roots, variables=AS_SOMEBODY))


async def test_commit_stash_rebase_and_clean(repository: Path) -> None:
    script = """
        echo two > two; git add .; git commit -qm two
        git checkout -qb side HEAD~; echo three > three; git add .; git commit -qm three
        git rebase -q main; echo changed > file; echo new > new; git stash -qu; git status --short; git stash pop -q
        git status --short; git checkout -q file; git clean -fdq; git checkout -q main
        git cherry-pick side > /dev/null; git commit -q --amend -m last; git revert --no-edit HEAD > /dev/null
        git log --format=%s; ls -A
    """
    said = await git(script, repository)
    assert said.split("\n")[:2] == [" M file", "?? new"]
    assert said.endswith('Revert "last"\nlast\ntwo\none\n.git\nfile\ntwo\n')


async def test_merge_with_a_conflict_and_bisect(repository: Path) -> None:
    script = """
        git checkout -qb side; echo side > file; git commit -qam side; git checkout -q main; echo main > file
        git commit -qam main; git merge side > /dev/null || { echo both > file; git commit -qam merged; }
        git bisect start HEAD main~1 > /dev/null; git bisect run grep -q one file > /dev/null; git bisect reset
        git gc -q; git fsck; git log --oneline | wc -l
    """
    assert (await git(script, repository)).endswith("4\n")


async def test_a_worktree_inside_the_workspace(repository: Path) -> None:
    script = "git worktree add -q wt; cd wt; echo x > x; git add .; git commit -qm x; git log --format=%s; cd ..;"
    script += "git worktree remove wt; git worktree list | wc -l; git branch -D wt"
    said = await git(script, repository)
    assert said.startswith("x\none\n1\n")
    assert (
        "Deleted branch wt" in said
    )  # and a warning that its part of the configuration, of which there is none, stays


async def test_committing_in_a_linked_worktree(repository: Path, tmp_path: Path) -> None:
    """Its repository lies elsewhere: that has to be a writable root as well."""
    linked = tmp_path / "linked"
    subprocess.run(["git", "worktree", "add", "-q", linked], cwd=repository, check=True)
    script = "echo x > x; git add .; git commit -qm linked; git log --format=%s"
    assert await git(script, linked, str(repository)) == "linked\none\n"


async def test_a_submodule_is_used_and_not_added(repository: Path, tmp_path: Path) -> None:
    """Adding one writes git's configuration, which is closed; one that is there works."""
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "-q", repository, other], check=True)
    add = ["git", "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub"]
    subprocess.run(add, cwd=repository, check=True)
    subprocess.run(["git", *AS, "commit", "-qm", "sub"], cwd=repository, check=True)
    script = (
        "cd sub; echo x > x; git add .; git commit -qm inside; cd ..; git commit -qam outside; git submodule status"
    )
    assert "sub" in await git(script, repository)
    if FOUND.protects_git_and_metadata:
        refused = await run(f"git -c protocol.file.allow=always submodule add {other} more", repository)
        assert b"could not write config file .git/config" in refused.stderr
