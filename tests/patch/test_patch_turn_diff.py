"""The diff of a turn, as patches come in one after the other."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from octavo.patch.program import run_self_invoked
from octavo.patch.turn_diff import TurnDiffTracker
from octavo.patch.verify import verify
from octavo.protocol.changes import AddedFile, FileChange

ZEROS = "0" * 40
Turn = Callable[..., str | None]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


@pytest.fixture
def turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Turn:
    """Apply one patch in the turn and give the diff so far."""
    monkeypatch.chdir(tmp_path)
    tracker = TurnDiffTracker(git_blob_id)

    def patch(*lines: str) -> str | None:
        verified = verify("\n".join(["*** Begin Patch", *lines, "*** End Patch"]), str(tmp_path))
        tracker.on_patch_begin(verified.changes)
        run_self_invoked(["octavo", "flag", verified.text], io.BytesIO(), io.BytesIO())
        return tracker.unified_diff()

    return patch


def git_blob_id(root: str, path: str, content: bytes) -> str | None:
    argv = ["git", "hash-object", "--stdin", "--path", os.path.relpath(path, root)]
    return subprocess.run(argv, cwd=root, input=content, capture_output=True, check=True).stdout.decode().strip()


@pytest.mark.usefixtures("repository")
def test_a_new_file_starts_from_nothing(turn: Turn) -> None:
    assert turn("*** Add File: b.txt", "+b") == (
        "diff --git a/b.txt b/b.txt\nnew file mode 100644\n"
        f"index {ZEROS}..61780798228d17af2d34fce4cfbdf35556832472\n"
        "--- /dev/null\n+++ b/b.txt\n@@ -0,0 +1 @@\n+b\n"
    )


@pytest.mark.usefixtures("repository")
def test_a_file_that_comes_and_goes_in_one_turn_leaves_no_diff(turn: Turn) -> None:
    assert turn("*** Add File: a", "+x") is not None
    assert turn("*** Delete File: a") is None


def test_a_deleted_file_ends_in_nothing(repository: Path, turn: Turn) -> None:
    (repository / "a").write_text("one")
    (repository / "a").chmod(0o755)
    assert turn("*** Delete File: a") == (
        "diff --git a/a b/a\ndeleted file mode 100755\n"
        f"index 43dd47ea691c90a5fa7827892c70241913351963..{ZEROS}\n"
        "--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n\\ No newline at end of file\n"
    )


def test_a_moved_file_shows_both_names_and_keeps_its_mode(repository: Path, turn: Turn) -> None:
    (repository / "a.txt").write_text("one\nx\n")
    (repository / "a.txt").chmod(0o755)
    assert turn("*** Update File: a.txt", "*** Move to: n/a2.txt", "@@", "-one", "+two") == (
        "diff --git a/a.txt b/n/a2.txt\n"
        "index 292ff6938d747033475548d8c0588a90ed085a8b..7033b75ed0ca170c4110b9e00690dd2184124fc1\n"
        "--- a/a.txt\n+++ b/n/a2.txt\n@@ -1,2 +1,2 @@\n-one\n+two\n x\n"
    )


def test_a_move_without_a_change_of_content_is_no_difference(repository: Path, turn: Turn) -> None:
    (repository / "a").write_text("one\n")
    assert turn("*** Update File: a", "*** Move to: b", "@@", " one") is None


def test_a_moved_file_is_followed_and_its_old_name_is_free_again(repository: Path, turn: Turn) -> None:
    (repository / "a").write_text("one\n")
    turn("*** Update File: a", "*** Move to: b", "@@", "-one", "+two")
    turn("*** Update File: b", "@@", "-two", "+three")
    diff = turn("*** Add File: a", "+new")
    assert diff is not None
    assert [line for line in diff.splitlines() if line.startswith(("diff", "-", "+"))] == [
        *("diff --git a/a b/a", "--- /dev/null", "+++ b/a", "+new"),
        *("diff --git a/a b/b", "--- a/a", "+++ b/b", "-one", "+three"),
    ]


def test_moving_there_and_back_leaves_no_diff(repository: Path, turn: Turn) -> None:
    (repository / "a").write_text("one\n")
    turn("*** Update File: a", "*** Move to: b", "@@", "-one", "+two")
    assert turn("*** Update File: b", "*** Move to: a", "@@", "-two", "+one") is None


def test_a_move_that_could_not_be_made_is_no_difference(repository: Path, turn: Turn) -> None:
    (repository / "a").write_text("one\n")
    (repository / "file").write_text("x\n")
    assert turn("*** Update File: a", "*** Move to: file/b", "@@", "-one", "+two") is None


def test_files_are_in_the_order_of_their_names_whatever_the_order_of_patches(repository: Path, turn: Turn) -> None:
    (repository / "sub").mkdir()
    turn("*** Add File: z", "+1")
    turn("*** Add File: sub/k", "+2")
    diff = turn("*** Add File: a b", "+3")
    assert diff is not None
    assert [line for line in diff.splitlines() if line.startswith("diff")] == [
        "diff --git a/a b b/a b",
        "diff --git a/sub/k b/sub/k",
        "diff --git a/z b/z",
    ]


def test_outside_a_repository_names_are_absolute(tmp_path: Path, turn: Turn) -> None:
    diff = turn("*** Add File: a", "+x")
    assert diff is not None
    assert diff.startswith(f"diff --git a/{tmp_path}/a b/{tmp_path}/a\nnew file mode 100644\n")
    assert f"..587be6b4c3f93f93c489c0111bba5596147a26cb\n--- /dev/null\n+++ b/{tmp_path}/a\n" in diff


def test_the_nearest_repository_counts_also_with_a_git_file(repository: Path, turn: Turn) -> None:
    (repository / "linked").mkdir()
    (repository / "linked/.git").write_text("gitdir: ../.git\n")
    diff = turn("*** Add File: linked/a", "+x")
    assert diff is not None
    assert diff.startswith("diff --git a/a b/a\n")


def test_a_link_shows_the_path_it_holds(repository: Path, turn: Turn) -> None:
    (repository / "a").write_text("one\n")
    (repository / "l").symlink_to("a")
    assert turn("*** Delete File: l") == (
        "diff --git a/l b/l\ndeleted file mode 120000\n"
        f"index 2e65efe2a145dda7ee51d1741299f848e5bf752e..{ZEROS}\n"
        "--- a/l\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\\ No newline at end of file\n"
    )


def test_bytes_that_are_not_text_differ_without_hunks(repository: Path, turn: Turn) -> None:
    (repository / "a").write_text("one\n")
    turn("*** Update File: a", "@@", "-one", "+two")
    (repository / "a").write_bytes(b"\xff\n")  # by a command of the same turn
    diff = turn("*** Add File: b")
    assert diff is not None
    assert diff.startswith("diff --git a/a b/a\nindex 5626abf0f72e58d7a153368ba57db4c673c0e171..")
    assert "--- a/a\n+++ b/a\nBinary files differ\ndiff --git a/b b/b\n" in diff


@pytest.mark.usefixtures("repository")
def test_an_empty_new_file_has_a_header_only(turn: Turn) -> None:
    assert turn("*** Add File: e") == (
        f"diff --git a/e b/e\nnew file mode 100644\nindex {ZEROS}..e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n"
    )


def test_ids_are_those_that_git_gives_after_its_filters(repository: Path, turn: Turn) -> None:
    subprocess.run(["git", "config", "core.autocrlf", "true"], cwd=repository, check=True)
    (repository / "a").write_bytes(b"one\r\nx\r\n")
    diff = turn("*** Update File: a", "@@", "-one", "+two")
    assert diff is not None
    assert "index 292ff6938d747033475548d8c0588a90ed085a8b..7033b75ed0ca170c4110b9e00690dd2184124fc1\n" in diff
    assert diff.endswith("@@ -1,2 +1,2 @@\n-one\r\n+two\r\n x\r\n")


def test_an_unchanged_file_in_front_adds_an_empty_line(repository: Path, turn: Turn) -> None:
    (repository / "a").write_text("one\n")
    assert turn("*** Update File: a", "@@", " one") is None
    diff = turn("*** Add File: b", "+x")
    assert diff is not None
    assert diff.startswith("\ndiff --git a/b b/b\n")


def test_one_file_under_two_spellings_is_shown_once(repository: Path, turn: Turn) -> None:
    (repository / "d").mkdir()
    turn("*** Add File: d/../x", "+x")
    diff = turn("*** Update File: x", "@@", "-x", "+y")
    assert diff is not None
    assert diff.count("diff --git") == 1
    assert diff.endswith("@@ -0,0 +1 @@\n+y\n")


def test_what_commands_write_to_a_touched_file_is_seen(repository: Path, turn: Turn) -> None:
    turn("*** Add File: a", "+x")
    (repository / "a").write_text("written by a command\n")
    (repository / "other").write_text("not touched by a patch\n")
    diff = turn("*** Add File: b", "+b")
    assert diff is not None
    assert "+written by a command\n" in diff
    assert "other" not in diff


@pytest.mark.usefixtures("repository")
def test_git_applies_the_diff_of_a_turn(tmp_path: Path, turn: Turn) -> None:
    (tmp_path / "u").write_text("".join(f"{number}\n" for number in range(40)))
    (tmp_path / "d").write_text("gone\n")
    before = tmp_path / "before"
    before.mkdir()
    for name in ("u", "d"):
        (before / name).write_bytes((tmp_path / name).read_bytes())
    turn("*** Update File: u", "@@", "-3", "+three", "@@", "-30", "+x", "+y", "*** Delete File: d")
    diff = turn("*** Add File: n/new", "+a")
    assert diff is not None
    subprocess.run(["git", "apply", "-"], cwd=before, input=diff.encode(), check=True, env={"GIT_DIR": "/nowhere"})
    assert sorted(os.listdir(before)) == ["n", "u"]
    assert (before / "u").read_bytes() == (tmp_path / "u").read_bytes()


@pytest.mark.usefixtures("repository")
def test_of_a_huge_file_only_the_change_is_told(tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    huge.touch()
    os.truncate(huge, 200 << 30)
    tracker = TurnDiffTracker(git_blob_id)
    tracker.on_patch_begin({str(huge): FileChange(add=AddedFile("b\n"))})
    assert tracker.unified_diff() is None
    huge.write_text("b\n")
    assert tracker.unified_diff() == (
        f"diff --git a/huge b/huge\nindex {ZEROS}..61780798228d17af2d34fce4cfbdf35556832472\n"
        "--- a/huge\n+++ b/huge\nBinary files differ\n"
    )
