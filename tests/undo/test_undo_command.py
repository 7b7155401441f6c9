"""`octavo undo`, run as a user runs it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from octavo.undo.blobs import Blobs
from octavo.undo.held import held_by_git
from octavo.undo.journal import Begun, Between, Started, Step, saved_changes
from octavo.undo.keeper import Keeper
from octavo.undo.take_back import Store

SESSION = "019a20ed-0000-7000-8000-000000000001"


class Place:
    """A folder in which two turns changed files, and the home where that was kept."""

    def __init__(self, root: Path) -> None:
        self.home, self.folder = root / "home", root / "folder"
        self.home.mkdir()
        self.folder.mkdir()
        (self.folder / "a").write_text("0\n")
        self.store = Store(str(self.home), SESSION)
        self.store.blobs = Blobs(str(self.home / "undo" / "blobs"), room=1 << 20, largest=1 << 20)
        self.keeper = Keeper([os.path.realpath(self.folder)], self.store.blobs)
        self.keeper.begin([])
        self.store.journal.keep_state(self.keeper.state.items())
        self.store.journal.add(Begun(0.0, self.keeper.roots, ()))

    def turn(self, number: int, words: str) -> None:
        """A turn that writes its number into `a` and into a file of its own."""
        self.store.journal.add(Started(number, f"c{number}"))
        (self.folder / "a").write_text(f"{number}\n")
        (self.folder / f"new{number}").write_text("new\n")
        changes = saved_changes(self.keeper.changes())
        self.store.journal.add(Step(number, f"c{number}", 1_700_000_000.0 + number, words, changes))

    def octavo(self, *words: str) -> tuple[int, str, str]:
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.home), "CODEX_HOME": str(self.home), "TZ": "UTC"}
        command = [sys.executable, "-m", "octavo", "undo", *words]
        done = subprocess.run(
            command, cwd=self.folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.turn(1, "first \x1b[31mwords")
    made.turn(2, "second words")
    return made


def test_the_last_turn_is_taken_back_then_the_one_before(place: Place) -> None:
    assert place.octavo("--list")[1].splitlines() == [
        "   1  2023-11-14 22:13  2 paths  first \ufffd[31mwords",
        "   2  2023-11-14 22:13  2 paths  second words",
    ]
    assert place.octavo() == (0, f"restored {place.folder}/a\nremoved {place.folder}/new2\n", "")
    assert ((place.folder / "a").read_text(), sorted(os.listdir(place.folder))) == ("1\n", ["a", "new1"])
    assert place.octavo("--redo")[0] == 0
    assert (place.folder / "a").read_text() == "2\n"
    assert place.octavo(SESSION[:8], "--turn", "1")[0] == 0
    assert ((place.folder / "a").read_text(), os.listdir(place.folder)) == ("0\n", ["a"])
    code, out, err = place.octavo()
    assert (code, out) == (1, "")
    assert "no turn of this session changed a file, or all were taken back" in err


def test_a_preview_changes_nothing(place: Place) -> None:
    expected = f"would restore {place.folder}/a\nwould remove {place.folder}/new2\n"
    assert place.octavo("--preview") == (0, expected, "")
    assert (place.folder / "a").read_text() == "2\n"


def test_what_somebody_else_changed_is_left_until_the_user_says_yes(place: Place) -> None:
    (place.folder / "a").write_text("mine\n")
    code, out, _ = place.octavo()
    assert code == 1
    assert f"left {place.folder}/a: changed since by somebody else\n" in out
    assert "octavo undo --yes overwrites what somebody else changed.\n" in out
    assert (place.folder / "a").read_text() == "mine\n"
    assert not (place.folder / "new2").exists()
    assert place.octavo("--redo")[0] == 0
    assert place.octavo()[0] == 1
    assert place.octavo("--yes") == (0, f"restored {place.folder}/a\n", "")  # of this turn, not of the one before
    assert (place.folder / "new1").exists()
    assert (place.folder / "a").read_text() == "1\n"
    assert place.octavo("--redo")[0] == 0
    assert (place.folder / "a").read_text() == "mine\n"


@pytest.mark.parametrize("turn", [1, 2])
def test_the_same_command_with_a_yes_finishes_what_it_left(place: Place, turn: int) -> None:
    (place.folder / "a").write_text("mine\n")
    assert place.octavo("--turn", str(turn))[0] == 1
    assert place.octavo("--turn", str(turn), "--yes") == (0, f"restored {place.folder}/a\n", "")
    assert (place.folder / "a").read_text() == ("0\n" if turn == 1 else "1\n")


def test_the_answer_as_json(place: Place) -> None:
    code, out, _ = place.octavo("--preview", "--json")
    said: dict[str, Any] = json.loads(out)
    assert code == 0
    assert said["turns"] == [2]
    assert said["left"] == []
    assert {one["what"] for one in said["done"]} == {"restore", "remove"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--turn", "7"), "there is no turn 7 to take back; there are: 1, 2"),
        (("--turn", "x"), "--turn wants a number, not 'x'"),
        (("deadbeef",), "nothing was kept of a session deadbeef"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(place: Place, words: tuple[str, ...], why: str) -> None:
    code, out, err = place.octavo(*words)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert why in err


def test_a_folder_that_became_a_link_is_not_followed(place: Place, tmp_path: Path) -> None:
    place.store.journal.add(Started(3, "c3"))
    (place.folder / "sub").mkdir()
    (place.folder / "sub" / "f").write_text("mine\n")
    place.store.journal.add(Step(3, "c3", 1.0, "", saved_changes(place.keeper.changes())))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "f").write_text("mine\n")
    (place.folder / "sub" / "f").unlink()
    (place.folder / "sub").rmdir()
    (place.folder / "sub").symlink_to(outside)
    place.octavo("--yes")
    assert (outside / "f").read_text() == "mine\n"


def test_bytes_that_were_lost_are_told_and_what_is_there_stays(place: Place) -> None:
    for blob in (place.home / "undo" / "blobs").rglob("*"):
        if blob.is_file():
            blob.write_bytes(b"damaged")
    code, out, _ = place.octavo()
    assert code == 1
    assert f"left {place.folder}/a: its former bytes were not kept\n" in out
    assert (place.folder / "a").read_text() == "2\n"


def test_a_torn_journal_still_serves(place: Place) -> None:
    with Path(place.store.journal.path).open("ab") as journal:
        journal.write(b'{"type":"step","turn":3,"cal')
    assert place.octavo()[0] == 0


def test_what_could_not_be_done_is_tried_again_when_the_reason_is_gone(place: Place) -> None:
    place.store.journal.add(Started(3, "c3"))
    (place.folder / "made").mkdir()
    place.store.journal.add(Step(3, "c3", 1.0, "", saved_changes(place.keeper.changes())))
    (place.folder / "made" / "own").write_text("mine\n")
    assert place.octavo() == (1, f"left {place.folder}/made: the folder is not empty\n", "")
    (place.folder / "made" / "own").unlink()
    assert place.octavo("--yes") == (0, f"removed {place.folder}/made\n", "")
    assert (place.folder / "a").read_text() == "2\n"
    assert place.octavo("--yes")[0] == 0
    assert (place.folder / "a").read_text() == "1\n"


@pytest.mark.parametrize(
    "line",
    [
        '{"type":"step","turn":3,"call_id":"c","time":1e300,"said":"x","changes":[["/nowhere",null,null,[],[]]]}',
        '{"type":"step","turn":3,"call_id":"c","time":1,"said":"","changes":[["/a%00b",null,null,["%00"],["a"]]]}',
        '{"type":"begun","time":1,"roots":["rel","/x%00"],"repositories":["\\u0000","rel","/nonexist"]}',
        '{"type":"step","turn":3,"call_id":"\\ud800","time":1,"said":"","changes":[]}',
        "[" * 100_000,
    ],
)
def test_a_line_that_makes_no_sense_ends_nothing(place: Place, line: str) -> None:
    with Path(place.store.journal.path).open("a") as journal:
        journal.write(f"{line}\n")
    for words in ((), ("--list",), ("--preview",), ("--redo",), ("--yes",)):
        code, _, err = place.octavo(SESSION, *words)
        assert (code in (0, 1), "internal error" in err) == (True, False)


def test_what_is_no_journal_is_passed_over_or_told_in_a_line(place: Place) -> None:
    other = place.home / "undo" / "019a20ed-0000-7000-8000-000000000002.jsonl"
    for kind in ("folder", "pipe", "link"):
        if kind == "folder":
            other.mkdir()
        elif kind == "pipe":
            os.mkfifo(other)
        else:
            other.symlink_to(place.store.journal.path)
        assert place.octavo("--preview")[0] == 0
        code, _, err = place.octavo(other.stem)
        assert (code, err.count("\n"), "internal error" in err) == (1, 1, False)
        if kind == "folder":
            other.rmdir()
        else:
            other.unlink()


def test_the_list_has_what_a_kill_cut_short(place: Place) -> None:
    place.store.journal.add(Started(3, "c3"))
    (place.folder / "late").write_text("x")
    assert place.octavo("--list")[1].splitlines()[-1].endswith("1 path  (cut short)")


def test_a_store_that_fails_hides_no_change(place: Place) -> None:
    shutil.rmtree(place.home / "undo" / "blobs")
    (place.home / "undo" / "blobs").write_text("in the way")
    (place.folder / "a").write_text("changed\n")
    (place.folder / "fresh").write_text("new\n")
    place.turn(3, "third words")
    assert place.octavo("--list")[1].splitlines()[-1].endswith("3 paths  third words")
    assert place.keeper.unkept == {str(place.folder / name) for name in ("a", "fresh", "new3")}


def test_everything_kept_is_private(place: Place) -> None:
    for path in (place.home / "undo").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_store_over_its_limit_forgets_the_oldest_sessions(place: Place) -> None:
    from octavo.undo.space import room_in

    folder = place.home / "undo"
    for name in ("old", "new"):
        (folder / f"{name}.jsonl").write_text(
            f'{{"type":"between","changes":[],"x":"sha256:{name.encode().hex():0<64}"}}\n'
        )
        blob = folder / "blobs" / f"{name.encode().hex():0<64}"[:2] / f"{name.encode().hex():0<64}"[2:]
        blob.parent.mkdir(exist_ok=True)
        blob.write_bytes(bytes(1000))
        os.utime(blob, (1, 1))
    os.utime(folder / "old.jsonl", (1, 1))
    assert room_in(str(folder), 1500, SESSION) > 0
    assert not (folder / "old.jsonl").exists()
    assert (folder / f"{SESSION}.jsonl").exists()


def test_turns_taken_back_from_outside_are_nobody_elses_work_for_an_open_session(place: Place) -> None:
    assert place.octavo()[0] == 0
    place.store.journal.add(Between(saved_changes(place.keeper.changes())))  # what the session sees of it
    assert place.octavo()[0] == 0
    assert ((place.folder / "a").read_text(), os.listdir(place.folder)) == ("0\n", ["a"])


def test_a_file_with_two_names_keeps_its_bytes_where_the_former_ones_are_damaged(place: Place) -> None:
    os.link(place.folder / "a", place.folder / "b")
    place.keeper.changes()
    place.store.journal.add(Started(3, "c3"))
    (place.folder / "a").write_text("third\n")
    place.store.journal.add(Step(3, "c3", 1.0, "", saved_changes(place.keeper.changes())))
    for blob in (place.home / "undo" / "blobs").rglob("*"):
        if blob.is_file():
            blob.write_bytes(b"damaged")
    assert place.octavo()[0] == 1
    assert ((place.folder / "a").read_text(), sorted(os.listdir(place.folder))) == (
        "third\n",
        ["a", "b", "new1", "new2"],
    )


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_git_does_not_hold_what_it_was_told_not_to_look_at(flag: str, tmp_path: Path) -> None:
    def git(*words: str) -> None:
        names = ("-c", "user.name=n", "-c", "user.email=e")
        subprocess.run(["git", *names, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    for name in ("a", "b"):
        (tmp_path / name).write_text("committed\n")
    git("add", ".")
    git("commit", "-m", "first")
    git("update-index", flag, "a")
    (tmp_path / "a").write_text("my own\n")
    held = asyncio.run(held_by_git(os.path.realpath(tmp_path)))
    assert held is not None
    assert [os.path.basename(path) for path in held.ids] == ["b"]


def test_a_file_that_became_a_link_is_a_file_again(place: Place) -> None:
    place.store.journal.add(Started(3, "c3"))
    (place.folder / "a").unlink()
    (place.folder / "a").symlink_to("/etc/hostname")
    place.store.journal.add(Step(3, "c3", 1.0, "", saved_changes(place.keeper.changes())))
    assert place.octavo() == (0, f"restored {place.folder}/a\n", "")
    assert not (place.folder / "a").is_symlink()
    assert (place.folder / "a").read_text() == "2\n"


@pytest.mark.parametrize("steps", [1, 2])
def test_a_name_that_became_one_of_another_file_with_the_same_bytes_is_one_of_the_first_again(
    place: Place, steps: int
) -> None:
    a, b, c = (place.folder / name for name in "abc")
    os.link(a, b)
    place.keeper.changes()
    place.store.journal.add(Started(3, "c3"))
    content = b.read_bytes()
    b.unlink()
    b.write_bytes(content)
    if steps == 2:
        place.store.journal.add(Step(3, "c3", 1.0, "", saved_changes(place.keeper.changes())))
        place.store.journal.add(Started(3, "c4"))
    os.link(b, c)
    place.store.journal.add(Step(3, "c4", 1.0, "", saved_changes(place.keeper.changes())))
    assert place.octavo()[0] == 0
    assert a.samefile(b)
    assert not c.exists()


def test_names_of_one_file_that_became_two_files_with_the_same_bytes_come_apart_again(place: Place) -> None:
    a, b, c, d = (place.folder / name for name in "abcd")
    os.link(a, b)
    place.keeper.changes()
    place.store.journal.add(Started(3, "c3"))
    content = b.read_bytes()
    b.unlink()
    b.write_bytes(content)
    os.link(b, d)
    os.link(a, c)
    a.chmod(0o600)
    place.store.journal.add(Step(3, "c3", 1.0, "", saved_changes(place.keeper.changes())))
    assert place.octavo()[0] == 0
    assert a.samefile(b)
    assert place.octavo("--redo")[0] == 0
    assert (a.samefile(c), b.samefile(d), a.samefile(b)) == (True, True, False)
    assert (a.stat().st_mode & 0o777, b.stat().st_mode & 0o777) == (0o600, 0o644)


def test_a_session_that_runs_something_is_not_taken_back_under_its_hands(place: Place) -> None:
    place.store.mark.put(place.keeper.roots)
    place.store.journal.add(Started(3, "c3"))
    (place.folder / "half").write_text("done\n")
    assert place.octavo("--list")[1].count("words") == 2  # and nothing is taken for cut short
    assert place.octavo() == (
        1,
        "",
        "Error: the session runs something right now; wait for its end, or interrupt it first\n",
    )
    place.store.mark.take_away()
    assert place.octavo("--list")[1].count("(cut short)") == 1


def test_a_session_that_moved_is_found_in_the_folder_of_before(place: Place, tmp_path: Path) -> None:
    place.store.journal.add(Begun(1.0, (str(tmp_path / "elsewhere"),), ()))
    assert place.octavo("--preview")[0] == 0


def test_an_open_session_is_never_forgotten_for_room(place: Place) -> None:
    from octavo.undo.space import room_in

    place.store.mark.put(place.keeper.roots)
    room_in(str(place.home / "undo"), 1, "another")
    assert Path(place.store.journal.path).exists()
    place.store.mark.take_away()
    room_in(str(place.home / "undo"), 1, "another")
    assert not Path(place.store.journal.path).exists()


def test_a_file_that_is_too_large_to_be_kept_beside_a_turn_comes_back_by_a_redo(place: Place) -> None:
    place.store.blobs = Blobs(place.store.blobs.folder, room=1 << 20, largest=10)
    place.keeper = Keeper(place.keeper.roots, place.store.blobs)
    place.keeper.begin([])
    large = place.folder / "large"
    place.store.journal.add(Started(3, "c3"))
    large.write_text("more than ten bytes\n")
    place.store.journal.add(Step(3, "c3", 1.0, "", saved_changes(place.keeper.changes())))
    assert place.keeper.unkept == {str(large)}
    place.store.take_back()
    assert not large.exists()
    place.store.take_back(redo=True)
    assert large.read_text() == "more than ten bytes\n"


def test_what_a_kill_cut_short_leaves_out_what_the_session_did(place: Place) -> None:
    subprocess.run(["git", "init", "-q", str(place.folder)], check=True)
    (place.folder / ".gitignore").write_text("target\n")
    for name in ("target", "mine"):
        (place.folder / name).mkdir()
        (place.folder / name / "x").write_text("x\n")
    keeper = Keeper(place.keeper.roots, place.store.blobs, skipped=["mine"], is_ignored=lambda path: True)
    keeper.begin([])
    place.store.journal.keep_state(keeper.state.items())
    place.store.journal.add(Begun(1.0, keeper.roots, (), keeper.skipped))
    place.store.journal.add(Started(3, "c3"))
    (place.folder / "late").write_text("x\n")
    assert place.octavo("--yes") == (0, f"removed {place.folder}/late\n", "")


@pytest.mark.parametrize("place_of", ["sub/.gitattributes", ".git/info/attributes", "above"])
def test_git_does_not_hold_what_an_attribute_converts_wherever_it_stands(tmp_path: Path, place_of: str) -> None:
    def git(*words: str) -> None:
        names = ("-c", "user.name=n", "-c", "user.email=e")
        subprocess.run(["git", *names, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    for folder in ("sub", "sub/deep"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a").write_text("$Id$\n")
    git("add", ".")
    git("commit", "-m", "first")
    attributes = tmp_path / (".gitattributes" if place_of == "above" else place_of)
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("a ident\n")
    held = asyncio.run(held_by_git(os.path.realpath(tmp_path / "sub" / "deep")))
    assert held is not None
    assert held.ids == {}
