"""Folders that a turn has closed, taken back by an ordinary user."""

from __future__ import annotations

import contextlib
import os
import random
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_random_changes import Vandal, begun, bytes_of, whole
from test_undo_command import Place

from octavo.undo.journal import Between, Started, Step, saved_changes
from octavo.undo.keeper import Keeper

SEEDS = range(1500) if os.environ.get("OCTAVO_SOAK") else range(12)
_SETS = struct.Struct("6I")
_PAST_ALL_MODES = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH"""


@contextlib.contextmanager
def ordinary_rights() -> Iterator[None]:
    """As one who may not do more than anybody, whoever runs the tests."""
    if sys.platform != "linux" or os.geteuid() != 0:
        yield
        return
    from octavo.sandbox.linux.syscalls import capabilities_get, capabilities_set

    given = capabilities_get()
    effective, *rest = _SETS.unpack(given)
    capabilities_set(_SETS.pack(effective & ~_PAST_ALL_MODES, *rest))
    try:
        yield
    finally:
        capabilities_set(given)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    (made.folder / "old").mkdir()
    (made.folder / "old" / "f").write_text("before\n")
    made.store.journal.add(Between(saved_changes(made.keeper.changes())))
    with ordinary_rights():
        yield made


def end_turn(place: Place, number: int = 1) -> None:
    place.store.journal.add(Step(number, "c", 1.0, "", saved_changes(place.keeper.changes())))


def make_shut(place: Place) -> Path:
    """A closed folder with a file, and with another closed folder in it."""
    shut = place.folder / "shut"
    (shut / "sub").mkdir(parents=True)
    (shut / "f").write_text("made\n")
    (shut / "sub" / "g").write_text("made too\n")
    (shut / "sub").chmod(0)
    shut.chmod(0)
    return shut


def test_a_folder_that_a_turn_made_and_closed_goes_with_all_that_is_in_it_and_comes_back(place: Place) -> None:
    place.store.journal.add(Started(1, "c"))
    shut = make_shut(place)
    end_turn(place)
    _, outcome = place.store.take_back()
    assert (outcome.left, shut.exists()) == ((), False)
    _, outcome = place.store.take_back(redo=True)
    assert (outcome.left, shut.stat().st_mode & 0o777) == ((), 0)
    shut.chmod(0o700)
    assert ((shut / "f").read_text(), (shut / "sub").stat().st_mode & 0o777) == ("made\n", 0)


def test_a_folder_that_was_closed_after_it_was_seen_goes_too(place: Place) -> None:
    place.store.journal.add(Started(1, "c"))
    shut = place.folder / "shut"
    shut.mkdir()
    (shut / "f").write_text("made\n")
    end_turn(place)
    place.store.journal.add(Started(1, "c"))
    shut.chmod(0)
    end_turn(place)
    _, outcome = place.store.take_back()
    assert (outcome.left, shut.exists()) == ((), False)


def test_a_folder_of_before_that_a_turn_closed_is_as_it_was(place: Place) -> None:
    place.store.journal.add(Started(1, "c"))
    old = place.folder / "old"
    (old / "f").write_text("after\n")
    end_turn(place)
    place.store.journal.add(Started(1, "c"))
    old.chmod(0)
    end_turn(place)
    assert place.store.preview().planned.left == ()
    assert old.stat().st_mode & 0o777 == 0
    _, outcome = place.store.take_back()
    assert (outcome.left, old.stat().st_mode & 0o777, (old / "f").read_text()) == ((), 0o755, "before\n")


def test_a_closed_folder_that_somebody_opened_since_waits_for_a_yes(place: Place) -> None:
    place.store.journal.add(Started(1, "c"))
    shut = make_shut(place)
    end_turn(place)
    shut.chmod(0o700)
    (shut / "mine").write_text("mine\n")
    shut.chmod(0)
    _, outcome = place.store.take_back()
    assert {left.path: left.can_force for left in outcome.left}[str(shut / "mine")]
    assert shut.stat().st_mode & 0o777 == 0
    _, outcome = place.store.take_back(overwrite=True, finish=True)
    assert (outcome.left, shut.exists()) == ((), False)


@pytest.mark.parametrize("notices", [True, False])
def test_what_was_in_a_closed_folder_before_is_not_taken_for_the_turns(place: Place, notices: bool) -> None:
    old = place.folder / "old"
    old.chmod(0)
    place.keeper = Keeper(place.keeper.roots, place.store.blobs)
    place.keeper.begin([])
    assert place.keeper.by_notices or sys.platform != "linux"
    if not notices:
        place.keeper.look_at_everything()
    place.store.journal.add(Started(1, "c"))
    old.chmod(0o755)
    end_turn(place)
    _, outcome = place.store.take_back(overwrite=True)
    assert (outcome.left, old.stat().st_mode & 0o777) == ((), 0)
    old.chmod(0o755)
    assert (old / "f").read_text() == "before\n"


def test_what_a_step_did_in_a_folder_before_it_closed_it_is_taken_back(place: Place) -> None:
    place.store.journal.add(Started(1, "c"))
    old = place.folder / "old"
    (old / "f").write_text("after\n")
    (old / "new").write_text("new\n")
    old.chmod(0)
    end_turn(place)
    _, outcome = place.store.take_back()
    assert (outcome.left, (old / "f").read_text(), (old / "new").exists()) == ((), "before\n", False)
    _, outcome = place.store.take_back(redo=True)
    assert (outcome.left, old.stat().st_mode & 0o777) == ((), 0)
    old.chmod(0o755)
    assert ((old / "f").read_text(), (old / "new").read_text()) == ("after\n", "new\n")


class Closing(Vandal):
    """A vandal that also closes folders, and opens some again."""

    def act(self) -> None:
        if self.chance.random() < 0.15:
            folders = self.paths(lambda path: path.is_dir() and not path.is_symlink())
            if folders:
                self.chance.choice(folders).chmod(self.chance.choice((0, 0, 0o500, 0o700)))
            return
        with contextlib.suppress(PermissionError):
            super().act()


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_tree_with_closed_folders_comes_back_or_it_is_said(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    root, home = tmp_path / "root", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    vandal = Closing(chance, root)
    vandal.links = False
    for _ in range(chance.choice((0, 10))):
        Vandal.act(vandal)
    before = whole(root)
    with ordinary_rights():
        keeper, store = await begun(root, home, notices=chance.random() < 0.5)
        for turn in range(1, 4):
            for step in range(2):
                for _ in range(chance.randrange(6)):
                    vandal.act()
                store.journal.add(Step(turn, f"{turn}-{step}", 0.0, "", saved_changes(keeper.changes())))
        keeper.close()
        told = False
        while not told and store.turns():
            told = bool(store.take_back(overwrite=True)[1].left)
    assert told or bytes_of(whole(root)) == bytes_of(before)
