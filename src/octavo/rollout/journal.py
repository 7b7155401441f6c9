"""The side journal of a rollout: items that were shown but are not in the rollout yet (`docs/rollouts.md`).

A rollout gets the items of an answer in one batch at the answer's end. Until
then each of them stands here, so that a process that is killed loses nothing it
has shown. The journal is a hidden file in the rollout's folder. Its name does not
hold the session's id, not even letter by letter: programs that look for a session
by fuzzy search over file names must not hit it.

One line per item: `{"at":<size of the rollout when the first item came>,"item":{…}}`.
The writer holds a lock on the file, so another process that opens the same session
leaves it alone. Whether there is one, a lock on the rollout itself tells.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections import Counter
from functools import cache

import msgspec

from octavo.rollout.lines import BAD_JSON

logger = logging.getLogger(__name__)

_NO_HEX_DIGITS = str.maketrans("0123456789abcdef", "ghijklmnopqrstuv")


def journal_path(rollout_path: str) -> str:
    """Where the journal of a rollout lies; its name is the rollout's with hex digits written as `g` to `v`."""
    folder, name = os.path.split(rollout_path)
    return os.path.join(folder, f".{name.translate(_NO_HEX_DIGITS)}.pending")


class Entry(msgspec.Struct, frozen=True):
    """One shown item; `at` is the size in bytes of the rollout when the first item of its batch was shown."""

    at: int
    item: msgspec.Raw


@cache
def _entries() -> msgspec.json.Decoder[Entry]:
    return msgspec.json.Decoder(Entry)


def read_entries(rollout_path: str) -> tuple[Entry, ...]:
    """What the journal holds; a torn last line does not count. No journal is an empty one."""
    try:
        with open(journal_path(rollout_path), "rb") as file:
            return parse_entries(file.read())
    except OSError:
        return ()


def parse_entries(data: bytes) -> tuple[Entry, ...]:
    """The entries that are whole."""
    entries = []
    for line in data.split(b"\n"):
        try:
            entries.append(_entries().decode(line))
        except BAD_JSON:
            continue
    return tuple(entries)


class Journal:
    """The writing side. It never fails the session: when it cannot write, it is off for good."""

    def __init__(self, rollout_path: str) -> None:
        self._path = journal_path(rollout_path)
        self._fd = -1
        self._off = False
        self._unsaved: Counter[bytes] = Counter()
        self._at = 0

    def turn_off(self) -> None:
        """Keep nothing from here on."""
        self._off = True

    def note(self, item: bytes, rollout_size: int) -> None:
        """Keep the JSON text of an item until `saved` or `forget`."""
        if self._off:
            return
        if not self._unsaved:
            self._at = rollout_size
        self._unsaved[item] += 1
        line = b'{"at":%d,"item":%s}\n' % (self._at, item)
        try:
            if self._fd < 0:
                self._open()
            if os.write(self._fd, line) != len(line):
                raise OSError("the journal could not be written whole")
        except OSError as error:
            logger.warning("shown items are not protected against a kill: %s", error)
            self._off = True

    def saved(self, items: list[bytes]) -> None:
        """These items are in the rollout now. What is left of an earlier batch stays."""
        if not self._unsaved:
            return
        self._unsaved -= Counter(items)
        if not self._unsaved:
            self._empty()

    def forget(self) -> None:
        """The items belong to an attempt that was given up."""
        if self._unsaved:
            self._unsaved.clear()
            self._empty()

    def close(self, keep: bool) -> None:
        """Let go of the file; `keep` leaves it for the next opening of the session."""
        if self._fd < 0:
            return
        if not keep:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)
        os.close(self._fd)
        self._fd = -1
        self._off = True

    def _open(self) -> None:
        fd = lock_journal(self._path, create=True)
        if fd is None:
            raise OSError("another process is writing this session")
        self._fd = fd
        # Nobody is left to write what the file may hold, and our own turn has begun since: it would come out of order.
        os.ftruncate(fd, 0)

    def _empty(self) -> None:
        if self._fd < 0:
            return
        try:
            os.ftruncate(self._fd, 0)
        except OSError as error:
            # Harmless: what also stands in the rollout is not taken twice.
            logger.warning("the journal could not be emptied: %s", error)


def lock_journal(path: str, create: bool) -> int | None:
    """A descriptor of the journal with its lock; None when it is missing or another process holds it.

    Raises `OSError` when it cannot be opened for another reason.
    """
    import fcntl

    flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
    try:
        fd = os.open(path, flags, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    if os.fstat(fd).st_nlink:
        return fd
    # Its owner removed it between our opening and our locking.
    os.close(fd)
    return lock_journal(path, create)


# --- who has the rollout itself open: a lock that keeps nobody out ---


def mark_in_use(fd: int) -> bool:
    """Mark the file as in use until the descriptor is closed; whether somebody else had marked it.

    Where the file system has no locks, nobody else is seen.
    """
    import fcntl

    is_shared = _is_marked(fd)
    with contextlib.suppress(OSError):  # none can be had, or somebody looks just now
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return is_shared


def is_in_use(path: str) -> bool:
    """Whether somebody has the file marked. Leaves no mark."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return _is_marked(fd)
    finally:
        os.close(fd)


def _is_marked(fd: int) -> bool:
    import fcntl

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
