"""The id of a file's content is the one that the repository's git would give it."""

from __future__ import annotations

from pathlib import Path

import pytest
from work_trees import git, repository, write

from octavo.git.blob_id import blob_ids


def test_the_repositorys_filters_count(tmp_path: Path) -> None:
    repo = repository(tmp_path, {".gitattributes": "*.txt text\n"})
    write(repo, {"a.txt": "one\r\n"})
    git(repo, "add", "a.txt")
    assert blob_ids()(str(repo), str(repo / "a.txt"), b"one\r\n") == git(repo, "rev-parse", ":a.txt")


def test_a_filter_sees_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = repository(tmp_path / "repo", {".gitattributes": "*.txt filter=spy\n"})
    git(repo, "config", "filter.spy.clean", f"env > '{tmp_path}/env'; cat")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("GIT_DIR", "/gone")
    assert blob_ids()(str(repo), str(repo / "a.txt"), b"x")
    assert "sk-secret" not in (tmp_path / "env").read_text()


def test_outside_a_repository_git_has_an_answer_too(tmp_path: Path) -> None:
    assert blob_ids()(str(tmp_path), str(tmp_path / "a"), b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
