"""The id of a file's content is the one that the repository's git would give it."""

from __future__ import annotations

from pathlib import Path

import pytest
from work_trees import git, repository, write

from octavo.git.blob_id import blob_ids
from octavo.patch.snapshot import plain_blob_id


def test_the_repositorys_filters_count(tmp_path: Path) -> None:
    repo = repository(tmp_path, {".gitattributes": "*.txt text\n"})
    write(repo, {"a.txt": "one\r\n"})
    git(repo, "add", "a.txt")
    assert blob_ids()(str(repo), str(repo / "a.txt"), b"one\r\n") == git(repo, "rev-parse", ":a.txt")


@pytest.mark.parametrize(("setting", "value"), [("core.autocrlf", "true"), ("core.autocrlf", "input")])
def test_the_repositorys_line_ends_count(tmp_path: Path, setting: str, value: str) -> None:
    repo = repository(tmp_path, {"a.txt": "old\n"})
    git(repo, "config", setting, value)
    write(repo, {"new.txt": "one\r\n"})
    git(repo, "add", "new.txt")
    assert blob_ids()(str(repo), str(repo / "new.txt"), b"one\r\n") == git(repo, "rev-parse", ":new.txt")


def test_a_filter_of_the_user_counts_and_sees_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = repository(tmp_path / "repo", {".gitattributes": "*.txt filter=spy\n"})
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "filter.spy.clean")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"env > '{tmp_path}/env'; cat; echo more")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("GIT_DIR", "/gone")
    assert blob_ids()(str(repo), str(repo / "a.txt"), b"x\n") == plain_blob_id(b"x\nmore\n")
    assert "sk-secret" not in (tmp_path / "env").read_text()


def test_a_filter_of_the_repository_is_not_run(tmp_path: Path) -> None:
    """A command in the sandbox may have put it there, and here it would run outside."""
    repo = repository(tmp_path / "repo", {".gitattributes": "*.txt filter=trap\n"})
    for key in ("clean", "process"):
        git(repo, "config", f"filter.trap.{key}", f"touch '{tmp_path}/trapped'; cat")
    git(repo, "config", "filter.trap.required", "true")
    assert blob_ids()(str(repo), str(repo / "a.txt"), b"x\n") == plain_blob_id(b"x\n")
    assert not (tmp_path / "trapped").exists()


def test_outside_a_repository_git_has_an_answer_too(tmp_path: Path) -> None:
    assert blob_ids()(str(tmp_path), str(tmp_path / "a"), b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
