"""The facts of a checkout, as git itself tells them."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest
from work_trees import AUTHOR, git, repository, write

from octavo.git.info import git_info
from octavo.git.run import run_git

URL = "https://user:secret@example.com/o/r.git"


async def told_by_git(folder: Path) -> dict[str, str]:
    """The answers to the three questions, asked one by one."""
    answers = {}
    for key, question in (
        ("commit_hash", ("rev-parse", "HEAD")),
        ("branch", ("rev-parse", "--abbrev-ref", "HEAD")),
        ("repository_url", ("remote", "get-url", "origin")),
    ):
        result = await run_git(question, str(folder))
        if result.code == 0 and result.text and not (key == "branch" and result.text == "HEAD"):
            answers[key] = result.text
    return answers


async def test_commit_branch_and_address_are_told(tmp_path: Path) -> None:
    repo = repository(tmp_path, {"a": "1"})
    git(repo, "remote", "add", "origin", URL)
    info = await git_info(str(repo))
    assert info == {"commit_hash": git(repo, "rev-parse", "HEAD"), "branch": "main", "repository_url": URL}
    assert list(info) == ["commit_hash", "branch", "repository_url"]


async def test_a_repository_without_commit_and_remote_has_no_facts(tmp_path: Path) -> None:
    assert await git_info(str(repository(tmp_path))) == {}


async def test_a_repository_without_a_commit_may_have_an_address(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    git(repo, "remote", "add", "origin", URL)
    assert await git_info(str(repo)) == {"repository_url": URL}


async def test_a_detached_head_has_no_branch(tmp_path: Path) -> None:
    repo = repository(tmp_path, {})
    git(repo, "checkout", "-q", "--detach")
    assert await git_info(str(repo)) == {"commit_hash": git(repo, "rev-parse", "HEAD")}


@pytest.mark.parametrize(
    "change",
    [
        ("tag", "main"),
        ("branch", "HEAD2"),
        ("update-ref", "refs/heads/HEAD", "HEAD"),
        ("checkout", "-q", "-b", "deep/branch-name"),
        ("pack-refs", "--all"),
        ("symbolic-ref", "HEAD", "refs/heads/none"),
        ("config", "url.ssh://git@example.com/.insteadOf", "https://user:secret@example.com/"),
        ("remote", "set-url", "--add", "origin", "https://example.com/second.git"),
        ("config", "core.repositoryformatversion", "99"),
    ],
)
async def test_the_answers_are_those_of_the_single_questions(tmp_path: Path, change: tuple[str, ...]) -> None:
    repo = repository(tmp_path, {"a": "1", "HEAD": "a file of that name"})
    git(repo, "remote", "add", "origin", URL)
    git(repo, *change)
    (repo / ".git" / "main").write_text("0" * 40) if change[0] == "branch" else None
    assert (await git_info(str(repo)) or {}) == await told_by_git(repo)


async def test_a_folder_below_a_second_work_tree_and_a_bare_repository_count(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"sub/deep/a": "1"})
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    commit = git(repo, "rev-parse", "HEAD")
    assert await git_info(str(repo / "sub" / "deep")) == {"commit_hash": commit, "branch": "main"}
    assert await git_info(str(tmp_path / "side")) == {"commit_hash": commit, "branch": "side"}
    assert await git_info(str(tmp_path / "bare.git" / "refs")) == {
        "commit_hash": commit,
        "branch": "main",
        "repository_url": str(repo),
    }


def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Puts another git first in the PATH; it leaves a trace when it runs."""
    trace = tmp_path / "trace"
    write(tmp_path, {"bin/git": f"#!/bin/sh\necho \"$$ $@\" >> '{trace}'\n{script}\n"})
    (tmp_path / "bin" / "git").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return trace


async def test_outside_a_repository_no_process_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = fake_git(tmp_path, monkeypatch, "exit 0")
    (tmp_path / "plain").mkdir()
    assert await git_info(str(tmp_path / "plain")) is None
    assert not trace.exists()


async def test_what_only_looks_like_a_repository_is_none(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /gone")
    assert await git_info(str(tmp_path)) is None
    assert await git_info(str(tmp_path / "gone")) is None


async def test_a_machine_without_git_has_no_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = repository(tmp_path, {})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await git_info(str(repo)) is None


async def test_variables_that_point_to_another_repository_are_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = repository(tmp_path / "ours", {"a": "1"})
    other = repository(tmp_path / "other", {"b": "2"})
    git(other, "checkout", "-q", "-b", "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    info = await git_info(str(ours))
    assert info
    assert info["branch"] == "main"


async def test_git_sees_none_of_our_secrets_and_none_of_our_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    repository(tmp_path / "repo", {})
    trace = fake_git(tmp_path, monkeypatch, f"env > '{tmp_path}/env'; echo out; echo err >&2; exit 1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/kept")
    await git_info(str(tmp_path / "repo"))
    assert trace.exists()
    seen = (tmp_path / "env").read_text()
    assert "sk-secret" not in seen
    assert "GIT_CONFIG_GLOBAL=/kept" in seen
    assert capfd.readouterr() == ("", "")


async def test_a_question_that_takes_too_long_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = fake_git(tmp_path, monkeypatch, "sleep 1000 & sleep 1000")
    result = await run_git(("status",), "/", seconds=0.3)
    assert result.code == 124
    await _gone(int(trace.read_text().split()[0]))


async def test_a_cancelled_question_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = fake_git(tmp_path, monkeypatch, "sleep 1000 & sleep 1000")
    asking = asyncio.create_task(run_git(("status",), "/", seconds=None))
    while not (trace.exists() and trace.read_text()):
        await asyncio.sleep(0.005)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await _gone(int(trace.read_text().split()[0]))


async def _gone(group: int) -> None:
    """Returns when the kernel has done away with what was killed; never if something lives on."""
    while _group_lives(group):
        await asyncio.sleep(0.005)


def _group_lives(group: int) -> bool:
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] not in "ZX":
                return True
    return False


async def test_the_repositorys_own_programs_are_not_run(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"a": "1"})
    trap = f"touch '{tmp_path}/trapped'"
    git(repo, "config", "core.fsmonitor", trap)
    write(repo, {".git/hooks/post-index-change": f"#!/bin/sh\n{trap}\n"})
    (repo / ".git" / "hooks" / "post-index-change").chmod(0o755)
    await run_git(("status",), str(repo))
    write(repo, {"b": "2"})
    assert (await run_git(("add", "-A"), str(repo))).code == 0
    assert not (tmp_path / "trapped").exists()
    assert AUTHOR


async def test_programs_that_git_starts_are_not_taken_from_the_work_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's own filter is a bare name, of which a command may have put another one into the project."""
    repo = repository(tmp_path / "repo", {"a": "1", ".gitattributes": "a filter=mine\n", "sub/b": "1"})
    for name in ("git", "my-filter"):
        write(repo, {f".venv/bin/{name}": f"#!/bin/sh\ntouch '{tmp_path}/trapped'; cat\n"})
        (repo / ".venv" / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{repo}/.venv/bin:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "filter.mine.clean")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "my-filter")
    write(repo, {"a": "2"})
    assert (await run_git(("add", "-A"), str(repo / "sub"))).code == 0
    assert (await run_git(("add", "-A"), str(repo))).code == 0
    assert not (tmp_path / "trapped").exists()
