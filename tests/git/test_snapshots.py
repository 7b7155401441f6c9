"""Going back to what a work tree was."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from submodules import add_trapped, move_on
from work_trees import git, repository, tree, write

from octavo.git import snapshot as snapshots
from octavo.git.run import GitError
from octavo.git.snapshot import NotARepository, create_snapshot, restore_snapshot
from octavo.protocol.items import GhostCommit

START = {"a.txt": "a\n", "sub/b.txt": "b\n", ".gitignore": "ignored\nout/\n"}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", START)


async def test_a_snapshot_is_a_commit_that_nothing_names(repo: Path) -> None:
    write(repo, {"a.txt": "changed\n", "new.txt": "n\n", "ignored": "i\n", "out/x": "o\n"})
    before = (git(repo, "for-each-ref"), (repo / ".git" / "index").read_bytes(), git(repo, "status", "--porcelain"))
    snapshot = await create_snapshot(str(repo))
    assert (
        git(repo, "for-each-ref"),
        (repo / ".git" / "index").read_bytes(),
        git(repo, "status", "--porcelain"),
    ) == before
    assert snapshot.parent == git(repo, "rev-parse", "HEAD")
    assert snapshot.preexisting_untracked_files == ("ignored", "new.txt")
    assert snapshot.preexisting_untracked_dirs == ("out",)
    form = "%s|%an <%ae>|%cn <%ce>|%P|%b"
    who = "Codex Snapshot <snapshot@codex.local>"
    assert git(repo, "log", "-1", f"--format={form}", snapshot.id) == f"codex snapshot|{who}|{who}|{snapshot.parent}|"
    assert git(repo, "ls-tree", "-r", "--name-only", snapshot.id).split() == [
        ".gitignore",
        "a.txt",
        "new.txt",
        "sub/b.txt",
    ]
    assert git(repo, "show", f"{snapshot.id}:a.txt") == "changed"


async def test_a_snapshot_writes_nothing_where_commands_may(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o500)
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    before = shared.stat().st_mtime_ns
    names = sorted(path.name for path in (repo / ".git").iterdir())
    await create_snapshot(str(repo))
    assert shared.stat().st_mtime_ns == before
    assert sorted(path.name for path in (repo / ".git").iterdir()) == names


async def test_undoing_three_turns_in_a_row_gives_each_state_back(repo: Path) -> None:
    states, snapshots = [], []
    for number in range(3):
        states.append(tree(repo))
        snapshots.append(await create_snapshot(str(repo)))
        write(repo, {"a.txt": f"{number}\n", f"new{number}.txt": "x\n", f"dir{number}/deep/y": "y\n"})
        if number == 1:
            (repo / "sub" / "b.txt").unlink()
    for state, snapshot in zip(reversed(states), reversed(snapshots), strict=True):
        await restore_snapshot(str(repo), snapshot)
        assert tree(repo) == state
    assert not (repo / "dir0").exists() or not any((repo / "dir0").rglob("*.*"))


async def test_what_was_untracked_or_ignored_before_stays(repo: Path) -> None:
    write(repo, {"mine.txt": "mine\n", "ignored": "old\n", "out/cache": "c\n"})
    snapshot = await create_snapshot(str(repo))
    write(
        repo, {"mine.txt": "spoilt\n", "ignored": "newer\n", "out/cache": "newer\n", "out/more": "m\n", "theirs": "t\n"}
    )
    await restore_snapshot(str(repo), snapshot)
    assert tree(repo) == START | {"mine.txt": "mine\n", "ignored": "newer\n", "out/cache": "newer\n", "out/more": "m\n"}


async def test_new_ignored_files_and_folders_go(repo: Path) -> None:
    snapshot = await create_snapshot(str(repo))
    write(repo, {"ignored": "i\n", "out/x": "o\n", "new/.git-not/x": "x\n"})
    await restore_snapshot(str(repo), snapshot)
    assert tree(repo) == START
    assert not (repo / "out").exists()


async def test_edits_by_hand_are_overwritten_and_deleted_files_return(repo: Path) -> None:
    snapshot = await create_snapshot(str(repo))
    write(repo, {"a.txt": "by hand\n"})
    (repo / "sub" / "b.txt").unlink()
    git(repo, "rm", "-q", "--cached", "sub/b.txt")
    await restore_snapshot(str(repo), snapshot)
    assert tree(repo) == START


async def test_a_repository_without_a_commit_can_be_restored(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    write(repo, {"mine": "1\n"})
    snapshot = await create_snapshot(str(repo))
    assert snapshot.parent is None
    write(repo, {"mine": "2\n", "new": "n\n"})
    await restore_snapshot(str(repo), snapshot)
    assert tree(repo) == {"mine": "1\n"}


async def test_an_empty_repository_can_be_restored(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    snapshot = await create_snapshot(str(repo))
    write(repo, {"new": "n\n"})
    await restore_snapshot(str(repo), snapshot)
    assert tree(repo) == {}


async def test_only_the_folder_of_the_session_is_restored(repo: Path) -> None:
    write(repo, {"beside.txt": "mine\n"})
    snapshot = await create_snapshot(str(repo / "sub"))
    write(repo, {"sub/b.txt": "changed\n", "sub/new": "n\n", "a.txt": "outside\n"})
    await restore_snapshot(str(repo / "sub"), snapshot)
    assert tree(repo) == START | {"a.txt": "outside\n", "beside.txt": "mine\n"}


async def test_restoring_from_another_folder_touches_only_the_snapshots_own(repo: Path) -> None:
    write(repo, {"beside.txt": "mine\n"})
    snapshot = await create_snapshot(str(repo / "sub"))
    write(repo, {"sub/b.txt": "changed\n", "a.txt": "outside\n"})
    await restore_snapshot(str(repo), snapshot)
    assert tree(repo) == START | {"a.txt": "outside\n", "beside.txt": "mine\n"}


async def test_odd_names_are_just_names(repo: Path) -> None:
    names = {":(top)x": "1\n", "-q": "2\n", "*": "3\n", "new\nline": "4\n", "ünï": "5\n", " ": "6\n", '"q"': "7\n"}
    write(repo, {f"[odd] :!/{name}": text for name, text in names.items()})
    before = tree(repo)
    folder = repo / "[odd] :!"
    snapshot = await create_snapshot(str(folder))
    write(folder, {"*": "changed\n", "**": "new\n"})
    await restore_snapshot(str(folder), snapshot)
    assert tree(repo) == before


async def test_a_name_that_is_no_text_is_not_taken_for_new(repo: Path) -> None:
    write(repo, {".gitignore": "*\n"})
    odd = os.path.join(os.fsencode(repo), b"\xff\xfe.txt")
    Path(os.fsdecode(odd)).write_text("mine")
    snapshot = await create_snapshot(str(repo))
    await restore_snapshot(str(repo), snapshot)
    assert os.path.exists(odd)


async def test_links_are_removed_and_not_followed(repo: Path, tmp_path: Path) -> None:
    write(tmp_path, {"outside/precious": "p\n"})
    snapshot = await create_snapshot(str(repo))
    (repo / "link").symlink_to(tmp_path / "outside")
    (repo / "out").symlink_to(tmp_path / "outside")
    await restore_snapshot(str(repo), snapshot)
    assert not os.path.lexists(repo / "link")
    assert (tmp_path / "outside" / "precious").read_text() == "p\n"


async def test_a_folder_that_becomes_a_link_during_the_undo_leads_nowhere(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"outside/deep/precious": "p\n", "outside/top": "t\n"})
    before = await create_snapshot(str(repo))
    write(repo, {"zz/deep/precious": "n\n", "zz/top": "n\n"})
    asked = snapshots._untracked

    async def then_swapped(root: str, prefix: str) -> object:
        listed = await asked(root, prefix)
        (repo / "zz").rename(repo / "yy")
        (repo / "zz").symlink_to(tmp_path / "outside")
        return listed

    monkeypatch.setattr(snapshots, "_untracked", then_swapped)
    with pytest.raises(GitError, match=r"^a new file could not be removed: Not a directory: .*/zz/deep/precious$"):
        await restore_snapshot(str(repo), before)
    assert tree(tmp_path / "outside") == {"deep/precious": "p\n", "top": "t\n"}


async def test_files_that_were_there_survive_when_their_folder_becomes_a_repository(repo: Path) -> None:
    write(repo, {".gitignore": "mine/*\n", "mine/kept": "k\n"})
    snapshot = await create_snapshot(str(repo))
    git(repo / "mine", "init", "-q")
    write(repo, {"mine/new": "n\n", ".gitignore": ""})
    await restore_snapshot(str(repo), snapshot)
    assert (repo / "mine" / "kept").read_text() == "k\n"


async def test_a_renamed_file_in_the_index_does_not_confuse_the_list(repo: Path) -> None:
    git(repo, "mv", "a.txt", "? moved")
    write(repo, {"new": "n\n"})
    snapshot = await create_snapshot(str(repo))
    assert snapshot.preexisting_untracked_files == ("new",)


async def test_hooks_and_signing_do_not_matter(repo: Path, tmp_path: Path) -> None:
    git(repo, "config", "commit.gpgsign", "true")
    git(repo, "config", "user.signingkey", "nobody")
    git(repo, "config", "core.splitIndex", "true")
    for hook in ("pre-commit", "post-index-change", "reference-transaction"):
        write(repo, {f".git/hooks/{hook}": f"#!/bin/sh\ntouch '{tmp_path}/ran'\nexit 1\n"})
        (repo / ".git" / "hooks" / hook).chmod(0o755)
    snapshot = await create_snapshot(str(repo))
    await restore_snapshot(str(repo), snapshot)
    assert not (tmp_path / "ran").exists()


async def test_outside_a_repository_there_is_nothing_to_keep(tmp_path: Path) -> None:
    with pytest.raises(NotARepository):
        await create_snapshot(str(tmp_path))
    with pytest.raises(NotARepository):
        await restore_snapshot(str(tmp_path), GhostCommit("0" * 40))


async def test_an_unknown_snapshot_changes_nothing(repo: Path) -> None:
    write(repo, {"new": "n\n"})
    with pytest.raises(GitError, match="cat-file"):
        await restore_snapshot(str(repo), GhostCommit("0" * 40))
    assert tree(repo) == START | {"new": "n\n"}


async def test_what_git_says_is_in_the_error(repo: Path) -> None:
    git(repo, "init", "-q", "nested")
    with pytest.raises(GitError, match=r"^git add: .*nested"):
        await create_snapshot(str(repo))


@pytest.mark.parametrize("key", ["clean", "smudge", "process"])
async def test_no_filter_of_the_repository_is_run(tmp_path: Path, repo: Path, key: str) -> None:
    write(repo, {".gitattributes": "*.txt filter=a=b\n"})
    git(repo, "config", f"filter.a=b.{key}", f"touch '{tmp_path}/trapped'; cat")
    git(repo, "config", "filter.a=b.required", "true")
    snapshot = await create_snapshot(str(repo))
    write(repo, {"a.txt": "changed\n"})
    await restore_snapshot(str(repo), snapshot)
    assert (repo / "a.txt").read_text() == "a\n"
    assert not (tmp_path / "trapped").exists()


async def test_the_programs_of_a_submodule_are_not_run(tmp_path: Path, repo: Path) -> None:
    sub = add_trapped(repo, tmp_path / "trapped", "nested")
    git(repo, "config", "submodule.recurse", "true")
    git(repo, "config", "diff.submodule", "diff")
    snapshot = await create_snapshot(str(repo))
    write(repo, {"a.txt": "changed\n", "new": "n\n"})
    await restore_snapshot(str(repo), snapshot)
    assert not (tmp_path / "trapped").exists()
    assert (repo / "a.txt").read_text() == "a\n"
    assert not (repo / "new").exists()
    assert (sub / "b").read_text() == "c\n"


async def test_a_snapshot_holds_the_commits_of_submodules(tmp_path: Path, repo: Path) -> None:
    for name in ("moved", "same", "gone", "[odd] :!", "file", "sub/deep"):
        add_trapped(repo, tmp_path / "trapped", name)
    move_on(repo / "moved", tmp_path / "trapped")
    shutil.rmtree(repo / "gone")
    shutil.rmtree(repo / "file")
    write(repo, {"file": "now a file\n", "new": "n\n"})
    repository(repo / "fresh", {"x": "1\n"})
    snapshot = await create_snapshot(str(repo))
    assert not (tmp_path / "trapped").exists()
    lines = git(repo, "ls-tree", "-r", "-z", snapshot.id).split("\0")
    listed = {path: facts.split()[1:] for facts, _, path in (line.partition("\t") for line in lines) if path}
    assert {path: id for path, (kind, id) in listed.items() if kind == "commit"} == {
        name: git(repo / name, "rev-parse", "HEAD") for name in ("moved", "same", "[odd] :!", "sub/deep", "fresh")
    }
    assert {path for path, (kind, _) in listed.items() if kind == "blob"} == {*START, "file", "new"}


async def test_below_the_top_only_submodules_of_that_folder_are_looked_at(tmp_path: Path, repo: Path) -> None:
    for name in ("beside", "sub/deep"):
        add_trapped(repo, tmp_path / "trapped", name)
    for name in ("beside", "sub/deep"):
        move_on(repo / name, tmp_path / "trapped")
    write(repo, {"sub/new": "n\n", "a.txt": "outside\n"})
    snapshot = await create_snapshot(str(repo / "sub"))
    assert not (tmp_path / "trapped").exists()
    assert git(repo, "diff", "--name-only", "HEAD", snapshot.id).split() == ["sub/deep", "sub/new"]


async def test_a_pipe_in_the_place_of_an_ignore_file_is_not_waited_for(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / ".gitignore").unlink()
    os.mkfifo(repo / ".gitignore")
    monkeypatch.setattr("octavo.git.snapshot._LONGEST_S", 0.2)
    with pytest.raises(GitError, match="took too long"):
        await create_snapshot(str(repo))
