"""The branch of a checkout, read from its files."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from octavo.git.branch import branch_of


def git(folder: Path, *args: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@b"]
    return subprocess.run(
        ["git", *identity, *args], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "one"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "feature/x")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def test_the_branch_of_a_folder_inside_and_of_a_work_tree_beside(repository: Path) -> None:
    (repository / "sub").mkdir()
    git(repository, "worktree", "add", "-q", "-b", "other", str(repository.parent / "two"))
    assert branch_of(str(repository / "sub")) == "feature/x"
    assert branch_of(str(repository.parent / "two")) == "other"


def test_a_commit_without_a_branch_is_told_by_the_beginning_of_its_id(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert branch_of(str(repository)) == git(repository, "rev-parse", "HEAD")[:7]


def test_what_is_no_checkout_has_none_and_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert branch_of(str(tmp_path)) == ""
    os.mkfifo(tmp_path / ".git" / "HEAD")
    assert branch_of(str(tmp_path)) == ""
