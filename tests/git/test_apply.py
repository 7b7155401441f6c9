"""A diff from elsewhere, applied to the work tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from submodules import add_trapped
from work_trees import git, repository, write

from octavo.git.apply import apply_three_way


def diff_of(repo: Path, text: str) -> str:
    """The diff that makes the file this text."""
    write(repo, {"a.txt": text})
    diff = git(repo, "diff") + "\n"
    git(repo, "checkout", "-q", "a.txt")
    return diff


@pytest.mark.parametrize("key", ["filter.trap.clean", "filter.trap.smudge", "filter.trap.process"])
async def test_no_filter_of_the_repository_is_run(tmp_path: Path, key: str) -> None:
    repo = repository(tmp_path / "repo", {"a.txt": "one\n"})
    diff = diff_of(repo, "two\n")
    git(repo, "config", key, f"touch '{tmp_path}/trapped'; cat")
    write(repo, {".git/info/attributes": "* filter=trap\n"})
    assert (await apply_three_way(diff, str(repo))).is_success
    assert (repo / "a.txt").read_text() == "two\n"
    assert not (tmp_path / "trapped").exists()


@pytest.mark.parametrize(("line", "conflicts"), [("eight", 0), ("one", 1)])
async def test_a_merge_driver_of_the_repository_is_not_run_and_git_merges_itself(
    tmp_path: Path, line: str, conflicts: int
) -> None:
    lines = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    repo = repository(tmp_path / "repo", {"a.txt": "\n".join(lines) + "\n"})
    diff = diff_of(repo, "\n".join(["ONE", *lines[1:]]) + "\n")
    ours = "\n".join("ours" if one == line else one for one in lines) + "\n"
    write(repo, {"a.txt": ours})
    git(repo, "commit", "-qam", "ours")
    git(repo, "config", "merge.trap.driver", f"touch '{tmp_path}/trapped'; true")
    write(repo, {".git/info/attributes": "* merge=trap\n"})
    result = await apply_three_way(diff, str(repo))
    assert not (tmp_path / "trapped").exists()
    assert result.conflicts == conflicts
    merged = (repo / "a.txt").read_text()
    assert "ONE\n" in merged
    assert "ours\n" in merged
    assert ("<<<<<<< ours\nours\n" in merged) == bool(conflicts)


async def test_the_programs_of_a_submodule_are_not_run(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"a.txt": "one\n"})
    diff = diff_of(repo, "two\n")
    add_trapped(repo, tmp_path / "trapped")
    assert (await apply_three_way(diff, str(repo))).is_success
    assert not (tmp_path / "trapped").exists()
