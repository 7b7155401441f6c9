"""What the steps of a session changed, a JSON line each: `CODEX_HOME/undo/<session>.jsonl` (`docs/undo.md`).

Written before and after each step, so that a kill in between shows: a step that was started and never ended. Then
what the files were like before it is in the file beside, `<session>.files`, and in the steps since.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Iterable, Sequence

import msgspec

from octavo.undo.entry import Entry, name_of, saved_name
from octavo.undo.keeper import Change

SavedChange = tuple[str, Entry | None, Entry | None, tuple[str, ...], tuple[str, ...]]
"""Path, before, after, and other names of the file before and after, each path as `saved_name` spells it."""


class Begun(msgspec.Struct, frozen=True, tag="begun", tag_field="type"):
    """A process began to keep the files below these folders; git objects are in these repositories.

    `skipped` are the names of folders that are left out; None: the usual ones.
    """

    time: float
    roots: tuple[str, ...]
    repositories: tuple[str, ...]
    skipped: tuple[str, ...] | None = None


class Started(msgspec.Struct, frozen=True, tag="started", tag_field="type"):
    """A step is about to run."""

    turn: int
    call_id: str
    time: float = 0.0


class Step(msgspec.Struct, frozen=True, tag="step", tag_field="type"):
    """A step has ended, and this is what is different since its start. `said` is the beginning of the user's words.

    `began` is when it started, `beside` are other sessions that kept files in the same folders meanwhile.
    """

    turn: int
    call_id: str
    time: float
    said: str
    changes: tuple[SavedChange, ...]
    began: float = 0.0
    beside: tuple[str, ...] = ()


class Between(msgspec.Struct, frozen=True, tag="between", tag_field="type"):
    """What changed while no step ran: somebody else's work."""

    changes: tuple[SavedChange, ...]


class Undone(msgspec.Struct, frozen=True, tag="undone", tag_field="type"):
    """These turns were taken back, which changed this. `left` are paths that a yes tries once more."""

    turns: tuple[int, ...]
    time: float
    changes: tuple[SavedChange, ...]
    left: tuple[str, ...] = ()


class Redone(msgspec.Struct, frozen=True, tag="redone", tag_field="type"):
    """The last undoing was taken back, which changed this."""

    turns: tuple[int, ...]
    changes: tuple[SavedChange, ...]


Record = Begun | Started | Step | Between | Undone | Redone

_records = msgspec.json.Decoder(Record)
_encode = msgspec.json.Encoder().encode
_entries = msgspec.json.Decoder(dict[str, Entry])
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Journal:
    """The journal of one session in the folder `CODEX_HOME/undo`. Every method raises `OSError`."""

    def __init__(self, folder: str, session: str) -> None:
        self.path = os.path.join(folder, f"{session}.jsonl")
        self._files = os.path.join(folder, f"{session}.files")

    def add(self, record: Record) -> None:
        """Write one line, whole."""
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        file = os.open(self.path, _APPEND, 0o600)
        try:
            line = memoryview(_encode(record) + b"\n")
            while line:
                line = line[os.write(file, line) :]
        finally:
            os.close(file)

    def read(self) -> list[Record]:
        """All records; a line that cannot be read, such as one that a kill cut, is left out."""
        try:
            file = os.open(self.path, _READ)
        except FileNotFoundError:
            return []
        with open(file, "rb") as lines:
            return list(_readable(lines))

    def keep_state(self, state: Iterable[tuple[str, Entry]]) -> None:
        """Write down what the files are like when a process begins to keep them."""
        data = zlib.compress(_encode({saved_name(path): entry for path, entry in state}), 1)
        draft = f"{self._files}.{os.urandom(6).hex()}"
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(file, "wb") as written:
            written.write(data)
        os.rename(draft, self._files)

    def state(self) -> dict[str, Entry]:
        """What the files were like when the newest process began to keep them; empty if that cannot be read."""
        try:
            with open(os.open(self._files, _READ), "rb") as file:
                saved = _entries.decode(zlib.decompress(file.read()))
        except (OSError, zlib.error, msgspec.DecodeError, UnicodeDecodeError):
            return {}
        return {name_of(path): entry for path, entry in saved.items()}

    def remove(self) -> None:
        """Forget the session."""
        for path in (self.path, self._files):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def saved_changes(changes: Iterable[Change]) -> tuple[SavedChange, ...]:
    """Changes as a record has them."""
    return tuple(
        (
            saved_name(one.path),
            one.before,
            one.after,
            tuple(map(saved_name, one.twins_before)),
            tuple(map(saved_name, one.twins_after)),
        )
        for one in changes
    )


def loaded_changes(saved: Sequence[SavedChange]) -> list[Change]:
    """Changes of a record; what names no place, as in a damaged file, is left out."""
    return [
        Change(place, before, after, tuple(_places(twins_before)), tuple(_places(twins_after)))
        for path, before, after, twins_before, twins_after in saved
        for place in _places((path,))
    ]


def _places(saved: Iterable[str]) -> Iterable[str]:
    return (path for path in map(name_of, saved) if path.startswith("/") and "\0" not in path)


def _readable(lines: Iterable[bytes]) -> Iterable[Record]:
    for line in lines:
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield _records.decode(line)
