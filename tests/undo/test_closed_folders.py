"""Folders that a turn has closed, taken back by an ordinary user."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_undo_command import Place

from octavo.undo.journal import Started, Step, saved_changes

_SETS = struct.Struct("6I")
_PAST_ALL_MODES = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """As one who may not do more than anybody, whoever runs the tests."""
    made = Place(tmp_path)
    (made.folder / "old").mkdir()
    (made.folder / "old" / "f").write_text("before\n")
    made.keeper.changes()
    if sys.platform != "linux" or os.geteuid() != 0:
        yield made
        return
    from octavo.sandbox.linux.syscalls import capabilities_get, capabilities_set

    given = capabilities_get()
    effective, *rest = _SETS.unpack(given)
    capabilities_set(_SETS.pack(effective & ~_PAST_ALL_MODES, *rest))
    try:
        yield made
    finally:
        capabilities_set(given)


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
