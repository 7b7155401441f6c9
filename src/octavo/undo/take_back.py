"""Taking turns of a session back, and an undoing itself (`docs/undo.md`). What `/undo` and `octavo undo` do."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from octavo.undo.beside import mark_shared
from octavo.undo.blobs import Blobs
from octavo.undo.closed import opened
from octavo.undo.contents import Contents
from octavo.undo.entry import Entry, saved_name
from octavo.undo.held import Ignored
from octavo.undo.history import (
    ChangedTurn,
    Net,
    last_undone,
    net_of,
    net_of_left,
    net_of_undone,
    repositories_of,
    roots_of,
    skipped_in,
    turns_of,
    unfinished,
)
from octavo.undo.journal import (
    Begun,
    Between,
    Journal,
    Record,
    Redone,
    Step,
    Undone,
    loaded_changes,
    saved_changes,
)
from octavo.undo.keeper import Keeper
from octavo.undo.live import Mark, is_live
from octavo.undo.restore import Outcome, Plan, apply, plan

CUT_SHORT = "(cut short)"


class NothingToUndo(Exception):
    """No turn of the session changed anything, or all were taken back."""


class Undoing(msgspec.Struct, frozen=True):
    """What would be done, and which turns that takes back."""

    turns: tuple[int, ...]
    planned: Plan


class Store:
    """The folder `CODEX_HOME/undo` and one session in it. Every method raises `OSError`."""

    def __init__(self, codex_home: str, session: str, *, room: int = 1 << 40, largest: int = 1 << 34) -> None:
        self.folder = folder_of(codex_home)
        self.journal = Journal(self.folder, session)
        self.mark = Mark(self.folder, session)
        self._session = session
        self.blobs = Blobs(os.path.join(self.folder, "blobs"), room=room, largest=largest)

    def turns(self) -> list[ChangedTurn]:
        """The turns that can be taken back, oldest first."""
        return turns_of(self.journal.read())

    def preview(
        self, first: int | None = None, *, overwrite: bool = False, redo: bool = False, finish: bool = False
    ) -> Undoing:
        """What taking back the turns from `first` on (by default the last one), or the last undoing, would do.

        With `finish`, without `first` or with that of the last undoing, it is about what that left to the user, if it
        did. Raises `NothingToUndo`.
        """
        records = self.journal.read()
        with self._contents(records) as contents:
            turns, net, _ = _wanted(records, first, redo, finish, contents)
            self._mark_shared(net, records, turns, redo=redo)
            return Undoing(turns, plan(net, contents, overwrite=overwrite))

    def take_back(
        self, first: int | None = None, *, overwrite: bool = False, redo: bool = False, finish: bool = False
    ) -> tuple[Undoing, Outcome]:
        """Do it, and write it down. Raises `NothingToUndo`."""
        records = self.journal.read()
        with self._contents(records) as contents:
            turns, net, begun = _wanted(records, first, redo, finish, contents)
            self._mark_shared(net, records, turns, redo=redo)
            last_seen = functools.cache(lambda: _replayed(records, self.journal.state()))
            with opened(net, last_seen, overwrite=overwrite) as done:
                net, modes = {**net, **done.found}, done.modes
                planned = plan(net, contents, overwrite=overwrite, modes=modes)
                # What is too large to be kept beside a turn is kept here: it goes only once, and at the user's word.
                blobs = self.blobs.of_any_size()
                outcome = apply(net, planned, contents, blobs, modes)
                outcome = msgspec.structs.replace(outcome, left=(*outcome.left, *done.left))
                self.blobs.room = blobs.room
                for path in outcome.done:  # these have the mode that they are to have
                    modes.pop(path, None)
        changes = saved_changes(outcome.changes)
        if redo:
            self.journal.add(Redone(turns, changes))
        else:  # what is finished counts as one undoing, so it is one that can be taken back
            tried_in_vain = begun is not None and not outcome.done
            left = (
                ()
                if tried_in_vain
                else tuple(saved_name(one.path) for one in outcome.left if one.path not in outcome.done)
            )
            self.journal.add(Undone(turns, time.time(), (*(begun.changes if begun else ()), *changes), left))
        return Undoing(turns, planned), outcome

    def recover(self) -> bool:
        """Find out what a step did that a kill cut short; whether there was one.

        What is different from what was known before it is noted as that step's, and as somebody else's too: nobody
        can tell them apart, so it takes a yes to take it back.
        """
        records = self.journal.read()
        started = unfinished(records)
        if started is None or is_live(self.folder, self._session):
            return False
        closed = (os.path.dirname(self.folder),)
        keeper = Keeper(roots_of(records), self.blobs, skipped=skipped_in(records), is_ignored=Ignored(), closed=closed)
        state = self.journal.state()
        if not state:
            return False
        keeper.assume(_replayed(records, state))
        changes = saved_changes(keeper.changes())
        keeper.close()
        self.journal.add(Step(started.turn, started.call_id, time.time(), CUT_SHORT, changes))
        self.journal.add(Between(changes))
        return True

    def is_running(self) -> bool:
        """Whether a step runs right now, in whatever process."""
        return is_live(self.folder, self._session) and unfinished(self.journal.read()) is not None

    def _mark_shared(
        self, net: Mapping[str, Net], records: Sequence[Record], turns: Sequence[int], *, redo: bool
    ) -> None:
        if not redo:
            mark_shared(net, records, turns, lambda other: Journal(self.folder, other).read())

    @contextlib.contextmanager
    def _contents(self, records: list[Record]) -> Iterator[Contents]:
        contents = Contents(self.blobs, repositories_of(records))
        try:
            yield contents
        finally:
            contents.close()


def folder_of(codex_home: str) -> str:
    """Where everything about undoing is kept."""
    return os.path.join(codex_home, "undo")


def _wanted(
    records: list[Record], first: int | None, redo: bool, finish: bool, contents: Contents
) -> tuple[tuple[int, ...], Mapping[str, Net], Undone | None]:
    """The turns, what is to be done, and the undoing that this finishes."""
    undone = last_undone(records)
    if redo:
        if undone is None:
            raise NothingToUndo("there is no undoing that could be taken back")
        return undone.turns, net_of_undone(undone), None
    if finish and undone is not None and undone.left and first in (None, min(undone.turns, default=None)):
        return undone.turns, net_of_left(records, undone, contents.resolved), undone
    turns = turns_of(records)
    if not turns:
        raise NothingToUndo("no turn of this session changed a file, or all were taken back")
    chosen = turns[-1].number if first is None else first
    numbers = tuple(turn.number for turn in turns if turn.number >= chosen)
    if chosen not in numbers:
        known = ", ".join(str(turn.number) for turn in turns)
        raise NothingToUndo(f"there is no turn {chosen} to take back; there are: {known}")
    return numbers, net_of(records, chosen, contents.resolved), None


def _replayed(records: list[Record], state: dict[str, Entry]) -> dict[str, Entry]:
    """The state of the first look brought up to the last that is known."""
    since = max((place for place, record in enumerate(records) if isinstance(record, Begun)), default=0)
    for record in records[since:]:
        if isinstance(record, Step | Between | Undone | Redone):
            for change in loaded_changes(record.changes):
                if change.after is None:
                    state.pop(change.path, None)
                else:
                    state[change.path] = change.after
    return state
