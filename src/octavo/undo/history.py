"""What a journal says of turns: which can be taken back, and what that means for each path (`docs/undo.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from octavo.undo.entry import Entry, is_same, name_of
from octavo.undo.journal import Begun, Between, Record, Redone, Started, Step, Undone, loaded_changes
from octavo.undo.keeper import Change
from octavo.undo.tree import SKIPPED


class ChangedTurn(msgspec.Struct, frozen=True):
    """A turn that changed files and was not taken back. `time` is that of its last step, in seconds."""

    number: int
    said: str
    time: float
    steps: int
    paths: int


class Net(msgspec.Struct):
    """What taking turns back means for a path: what is `wanted`, and what should be there now if all is as known.

    `foreign` says that somebody else changed it in between, `shared` that another session may have. The twins are other
    names that the wanted and the expected file had.
    """

    wanted: Entry | None
    expected: Entry | None
    foreign: bool = False
    shared: bool = False
    wanted_twins: tuple[str, ...] = ()
    expected_twins: tuple[str, ...] = ()


def turns_of(records: Iterable[Record]) -> list[ChangedTurn]:
    """The turns that can be taken back, oldest first."""
    steps: dict[int, list[Step]] = {}
    for record in _standing(list(records)):
        if isinstance(record, Step) and record.changes:
            steps.setdefault(record.turn, []).append(record)
    return [
        ChangedTurn(
            number, of_turn[0].said, of_turn[-1].time, len(of_turn), len({one[0] for s in of_turn for one in s.changes})
        )
        for number, of_turn in sorted(steps.items())
    ]


def next_number(records: Iterable[Record]) -> int:
    """The number of the next turn that changes something."""
    numbers = (record.turn for record in records if isinstance(record, Step | Started))
    return max(numbers, default=0) + 1


def repositories_of(records: Iterable[Record]) -> tuple[str, ...]:
    """Every repository that may hold bytes of files, newest first."""
    begun = [record for record in records if isinstance(record, Begun)]
    return tuple(dict.fromkeys(path for record in reversed(begun) for path in record.repositories))


def roots_of(records: Iterable[Record]) -> tuple[str, ...]:
    """The folders that the newest process kept."""
    begun = [record for record in records if isinstance(record, Begun)]
    return tuple(path for path in begun[-1].roots if path.startswith("/") and "\0" not in path) if begun else ()


def skipped_in(records: Iterable[Record]) -> tuple[str, ...]:
    """The names of folders that the newest process left out."""
    begun = [record for record in records if isinstance(record, Begun)]
    return begun[-1].skipped if begun and begun[-1].skipped is not None else SKIPPED


def every_root_of(records: Iterable[Record]) -> tuple[str, ...]:
    """Every folder that the session worked in, for it may have moved."""
    begun = (record for record in records if isinstance(record, Begun))
    return tuple(dict.fromkeys(path for record in begun for path in roots_of((record,))))


def net_of(records: Sequence[Record], first: int, resolved: Callable[[str], str]) -> dict[str, Net]:
    """What taking back all turns from number `first` on means for each path; `resolved` is that of `is_same`."""
    net: dict[str, Net] = {}
    brought_back: dict[str, Entry | None] = {}
    for record in _standing(records):
        if isinstance(record, Step) and record.turn >= first:
            for change in loaded_changes(record.changes):
                _follow(net, change, resolved)
        elif isinstance(record, Undone | Redone):  # a session that is open sees that only later, from outside
            brought_back |= {change.path: change.after for change in loaded_changes(record.changes)}
        elif isinstance(record, Between):
            for change in loaded_changes(record.changes):
                if change.path in net:
                    ours = change.path in brought_back and is_same(brought_back[change.path], change.after, resolved)
                    net[change.path].foreign |= not ours
                    net[change.path].expected = change.after
    return net


def net_of_left(records: Sequence[Record], undone: Undone, resolved: Callable[[str], str]) -> dict[str, Net]:
    """What finishing an undoing means for the paths that it left alone."""
    before = records[: max(place for place, record in enumerate(records) if record is undone)]
    net = net_of(before, min(undone.turns), resolved)
    return {path: net[path] for path in map(name_of, undone.left) if path in net}


def last_undone(records: Sequence[Record]) -> Undone | None:
    """The undoing that can be taken back: the last one, while nothing has been changed since."""
    for record in reversed(records):
        match record:
            case Undone():
                return record
            case Step() | Redone():
                return None
    return None


def net_of_undone(undone: Undone) -> dict[str, Net]:
    """What taking back an undoing means for each path."""
    changes = loaded_changes(undone.changes)
    return {change.path: _net(change) for change in changes}


def unfinished(records: Sequence[Record]) -> Started | None:
    """The step that a kill cut short, if the newest one was."""
    ended: set[str] = set()
    for record in reversed(records):
        match record:
            case Step():
                ended.add(record.call_id)
            case Started() if record.call_id not in ended:
                return record
            case Started() | Undone() | Begun():
                return None
    return None


def _follow(net: dict[str, Net], change: Change, resolved: Callable[[str], str]) -> None:
    known = net.get(change.path)
    if known is None:
        net[change.path] = _net(change)
        return
    known.foreign |= not is_same(known.expected, change.before, resolved)
    known.expected, known.expected_twins = change.after, change.twins_after


def _net(change: Change) -> Net:
    return Net(change.before, change.after, wanted_twins=change.twins_before, expected_twins=change.twins_after)


def _standing(records: Sequence[Record]) -> list[Record]:
    """The records but for those of turns that were taken back."""
    gone: dict[int, int] = {}
    standing: list[Record | None] = []
    for record in records:
        match record:
            case Undone():
                for number in record.turns:
                    gone[number] = len(standing)
            case Redone():
                for number in record.turns:
                    gone.pop(number, None)
        standing.append(record)
    return [
        record
        for place, record in enumerate(standing)
        if record is not None and not (isinstance(record, Step) and gone.get(record.turn, -1) > place)
    ]
