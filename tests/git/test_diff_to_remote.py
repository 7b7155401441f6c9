"""The difference between a work tree and what a remote has."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from submodules import add_trapped, move_on
from work_trees import git, repository, write

from octavo.git.diff import diff_to_remote
from octavo.git.run import GitError


def cloned(tmp_path: Path) -> Path:
    origin = repository(tmp_path / "origin", {"a.txt": "one\n", ".gitignore": "ignored\n"})
    git(tmp_path, "clone", "-q", str(origin), "work")
    return tmp_path / "work"


def commit(work: Path, text: str) -> None:
    write(work, {"a.txt": text})
    git(work, "commit", "-qam", text)


async def test_local_commits_changes_and_new_files_are_in_the_diff(tmp_path: Path) -> None:
    work = cloned(tmp_path)
    base = git(work, "rev-parse", "HEAD")
    commit(work, "two\n")
    write(work, {"a.txt": "three\n", "new.txt": "n\n", "ignored": "i\n", "b\nc": "odd\n"})
    result = await diff_to_remote(str(work))
    assert result.sha == base
    assert "-one\n+three\n" in result.diff
    assert "+++ b/new.txt\n@@ -0,0 +1 @@\n+n\n" in result.diff
    assert "+odd\n" in result.diff
    assert "ignored" not in result.diff


async def test_a_clean_clone_has_an_empty_diff(tmp_path: Path) -> None:
    work = cloned(tmp_path)
    assert (await diff_to_remote(str(work))).diff == ""


async def test_the_nearest_remote_branch_is_the_base(tmp_path: Path) -> None:
    work = cloned(tmp_path)
    git(work, "checkout", "-q", "-b", "feature")
    commit(work, "two\n")
    git(work, "push", "-q", "origin", "feature")
    pushed = git(work, "rev-parse", "HEAD")
    commit(work, "three\n")
    assert (await diff_to_remote(str(work))).sha == pushed
    git(work, "checkout", "-q", "-b", "local-only")
    assert (await diff_to_remote(str(work))).sha == git(work, "rev-parse", "origin/main")


async def test_a_branch_that_holds_a_detached_head_counts(tmp_path: Path) -> None:
    work = cloned(tmp_path)
    git(work, "checkout", "-q", "-b", "release")
    commit(work, "two\n")
    git(work, "push", "-q", "origin", "release")
    git(work, "checkout", "-q", "--detach")
    assert (await diff_to_remote(str(work))).sha == git(work, "rev-parse", "origin/release")


async def test_the_default_branch_is_found_without_its_symbolic_ref(tmp_path: Path) -> None:
    work = cloned(tmp_path)
    git(work, "remote", "set-head", "origin", "--delete")
    git(work, "checkout", "-q", "-b", "topic")
    git(work, "branch", "-q", "-D", "main")
    commit(work, "two\n")
    assert (await diff_to_remote(str(work))).sha == git(work, "rev-parse", "origin/main")


async def test_another_remote_serves_when_there_is_no_origin(tmp_path: Path) -> None:
    work = cloned(tmp_path)
    git(work, "remote", "rename", "origin", "upstream")
    assert (await diff_to_remote(str(work))).sha == git(work, "rev-parse", "upstream/main")


@pytest.mark.parametrize(
    "key", ["filter.trap.clean", "filter.a=b.clean", "filter.trap.process", "remote.origin.uploadpack"]
)
async def test_no_program_of_the_repository_is_run(tmp_path: Path, key: str) -> None:
    work = cloned(tmp_path)
    driver = key.split(".")[1]
    write(work, {"a.txt": "two\n", ".gitattributes": f"*.txt filter={driver}\n", "new.txt": "n\n"})
    git(work, "config", key, f"touch '{tmp_path}/trapped'; cat #")
    git(work, "remote", "set-head", "origin", "--delete")
    with contextlib.suppress(GitError):
        assert "+two\n" in (await diff_to_remote(str(work))).diff
    assert not (tmp_path / "trapped").exists()


async def test_programs_named_in_the_repository_are_not_run_for_the_diff(tmp_path: Path) -> None:
    work = cloned(tmp_path)
    write(work, {"a.txt": "two\n", ".git/info/attributes": "*.txt diff=trap\n", "new.txt": "n\n"})
    for key in ("diff.trap.textconv", "diff.trap.command", "diff.external"):
        git(work, "config", key, f"touch '{tmp_path}/trapped'; cat")
    assert "+two\n" in (await diff_to_remote(str(work))).diff
    assert not (tmp_path / "trapped").exists()


async def test_the_programs_of_a_submodule_are_not_run(tmp_path: Path) -> None:
    work = cloned(tmp_path)
    sub = add_trapped(work, tmp_path / "trapped")
    commit_id = move_on(sub, tmp_path / "trapped")
    git(work, "config", "diff.submodule", "diff")
    shown = (await diff_to_remote(str(work))).diff
    assert f"+Subproject commit {commit_id}\n" in shown
    assert not (tmp_path / "trapped").exists()


async def test_without_a_remote_or_a_work_tree_there_is_no_diff(tmp_path: Path) -> None:
    with pytest.raises(GitError):
        await diff_to_remote(str(repository(tmp_path / "alone", {"a": "1"})))
    (tmp_path / "plain").mkdir()
    with pytest.raises(GitError):
        await diff_to_remote(str(tmp_path / "plain"))
