"""`exec --worktree` and `octavo worktree`: work beside the checkout that comes back whole, or stays."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from exec_model_server import answer, runs, says
from exec_place import Place

IDENTITY = ("-c", "user.name=U", "-c", "user.email=u@localhost")


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repo(place: Place) -> Path:
    """The workspace as a repository with one file."""
    git(place.workspace, "init", "-q", "-b", "main")
    (place.workspace / "a.txt").write_text("one\n")
    git(place.workspace, "add", "-A")
    git(place.workspace, "commit", "-qm", "first")
    return place.workspace


def work(place: Place, script: str, *words: str, name: str = "fix") -> Path:
    """A run in the worktree `name` whose model runs this script; the folder of the worktree."""
    place.model(answer(runs(script)), answer(says("Done")))
    result = place.octavo("exec", "--full-auto", "--worktree", "--worktree-name", name, *words, "go")
    assert (result.code, result.out) == (0, b"Done\n"), result.err
    return place.workspace.parent / "ws.worktrees" / name


def test_the_work_is_beside_the_checkout_until_it_is_merged(place: Place, repo: Path) -> None:
    tree = work(place, "echo two >> a.txt; echo new > b.txt")
    assert (repo / "a.txt").read_text() == "one\n"
    assert (tree / "a.txt").read_text() == "one\ntwo\n"
    listed = json.loads(place.octavo("worktree", "list", "--json").out)
    assert [(one["name"], one["branch"], one["changed"], one["ahead"]) for one in listed] == [
        ("fix", "octavo/fix", 2, 0)
    ]
    merged = place.octavo("worktree", "merge", "fix")
    assert (merged.code, merged.err) == (0, "")
    assert (repo / "a.txt").read_text() == "one\ntwo\n"
    assert (repo / "b.txt").read_text() == "new\n"
    assert place.octavo("worktree", "remove", "fix").out == b"Removed worktree fix.\n"
    assert not tree.exists()
    assert "octavo/" not in git(repo, "branch")


def test_a_worktree_with_changes_is_not_removed(place: Place, repo: Path) -> None:
    tree = work(place, "echo new > b.txt")
    refused = place.octavo("worktree", "remove", "fix")
    assert refused.code == 1
    assert "changes that no commit holds (1); it stays" in refused.err
    assert (tree / "b.txt").read_text() == "new\n"


def test_commits_that_were_not_merged_stay_on_their_branch(place: Place, repo: Path) -> None:
    tree = work(place, "echo new > b.txt")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "by hand")
    assert b"the branch octavo/fix stays" in place.octavo("worktree", "remove", "fix").out
    assert git(repo, "show", "octavo/fix:b.txt") == "new\n"


def test_a_conflict_is_taken_back(place: Place, repo: Path) -> None:
    tree = work(place, "echo theirs > a.txt")
    (repo / "a.txt").write_text("ours\n")
    git(repo, "commit", "-qam", "ours")
    refused = place.octavo("worktree", "merge", "fix")
    assert refused.code == 1
    assert "both sides changed a.txt; nothing was merged" in refused.err
    assert (repo / "a.txt").read_text() == "ours\n"
    assert git(repo, "status", "--porcelain") == ""
    assert (tree / "a.txt").read_text() == "theirs\n"


def test_uncommitted_work_here_is_not_overwritten(place: Place, repo: Path) -> None:
    work(place, "echo theirs > a.txt")
    (repo / "a.txt").write_text("not yet committed\n")
    assert place.octavo("worktree", "merge", "fix").code == 1
    assert (repo / "a.txt").read_text() == "not yet committed\n"


def test_a_repository_inside_is_not_lost_in_a_merge(place: Place, repo: Path) -> None:
    tree = work(place, "true")
    inner = tree / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / "x").write_text("x\n")
    git(inner, "add", "-A")
    git(inner, "commit", "-qm", "x")
    refused = place.octavo("worktree", "merge", "fix")
    assert refused.code == 1
    assert "inner is a repository of its own" in refused.err
    assert place.octavo("worktree", "remove", "fix").code == 1
    assert (inner / "x").exists()


def test_the_same_name_goes_on_in_the_same_place_and_subfolders_are_kept(place: Place, repo: Path) -> None:
    (repo / "sub").mkdir()
    (repo / "sub" / "x").write_text("x\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "sub")
    work(place, "echo 1 > n", "-C", "sub")
    tree = work(place, "cat n > m", "-C", "sub")
    assert (tree / "sub" / "m").read_text() == "1\n"


def test_without_a_name_it_is_named_after_the_session(place: Place, repo: Path) -> None:
    place.model(answer(runs("echo new > b.txt")), answer(says("Done")))
    result = place.octavo("exec", "--json", "--full-auto", "--worktree", "go")
    session = result.events[0]["thread_id"]
    name = session.rpartition("-")[2]
    assert (repo.parent / "ws.worktrees" / name / "b.txt").exists()
    assert f"Working in worktree {name}" in result.err
    meta = json.loads(place.rollouts()[0].read_text().splitlines()[0])["payload"]
    assert (meta["id"], meta["cwd"]) == (session, str(repo.parent / "ws.worktrees" / name))


def test_a_named_session_goes_on_in_its_worktree(place: Place, repo: Path) -> None:
    done = answer(says("Done"))
    place.model(answer(runs("echo new > b.txt")), done, answer(runs("mv b.txt c.txt")), done)
    session = place.octavo("exec", "--json", "--full-auto", "--worktree", "go").events[0]["thread_id"]
    (place.home / "session_index.jsonl").write_text(json.dumps({"id": session, "thread_name": "my fix"}) + "\n")
    again = place.octavo("exec", "--full-auto", "--worktree", "resume", "my fix", "on")
    assert again.code == 0, again.err
    assert (repo.parent / "ws.worktrees" / session.rpartition("-")[2] / "c.txt").exists()
    gone = place.octavo("exec", "--worktree", "resume", "no such name", "on")
    assert (gone.code, "Traceback" in gone.err) == (1, False)


def test_hooks_of_the_repository_do_not_run(place: Place, repo: Path) -> None:
    for hook in ("post-checkout", "pre-commit", "post-merge", "pre-merge-commit"):
        path = repo / ".git" / "hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch {place.root}/{hook}\nexit 1\n")
        path.chmod(0o755)
    work(place, "echo new > b.txt")
    assert place.octavo("worktree", "merge", "fix").code == 0
    assert list(place.root.glob("*-*")) == []


@pytest.mark.parametrize("name", ["../x", "-x", "a/b", "", "a..b", "x.lock", "\u00e9"])
def test_a_name_that_is_none_is_refused(place: Place, repo: Path, name: str) -> None:
    place.model()
    result = place.octavo("exec", f"--worktree-name={name}", "go")
    assert result.code == 1
    assert "cannot name a worktree" in result.err


def test_outside_of_a_repository_there_is_none(place: Place) -> None:
    place.model()
    result = place.exec("--worktree", "go")
    assert (result.code, result.out) == (1, b"")
    assert "a worktree needs a git repository" in result.err


# --- nothing saved -------------------------------------------------------------------------


def test_an_ephemeral_run_saves_nothing(place: Place) -> None:
    place.model(answer(runs("true")), answer(says("Hi")))
    result = place.exec("--json", "--ephemeral", "go")
    assert (result.code, result.types[0]) == (0, "thread.started")
    assert [path for path in place.home.rglob("*") if path.is_file() and path.name != "config.toml"] == []


def test_an_ephemeral_resume_leaves_the_session_as_it_is(place: Place) -> None:
    server = place.model(answer(says("one")), answer(says("two")))
    place.exec("first")
    (saved,) = place.rollouts()
    before = saved.read_bytes()
    assert place.exec("--ephemeral", "resume", "--last", "second").out == b"two\n"
    assert server.input_texts()[-3:] == ["first", "one", "second"]
    assert place.rollouts() == [saved]
    assert saved.read_bytes() == before
