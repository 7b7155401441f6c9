"""Which sessions keep files right now: a locked file for each, `CODEX_HOME/undo/<session>.live` (`docs/undo.md`).

The lock goes with the process that holds it, however that ends, so what a kill leaves behind says nothing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterable, Sequence

import msgspec

from octavo.undo.entry import name_of, saved_name
from octavo.undo.state import inside

_END = ".live"
_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MOST_BYTES = 1 << 16
_roots = msgspec.json.Decoder(tuple[str, ...])


class Mark:
    """That a session keeps files below some folders, for as long as it is held."""

    def __init__(self, folder: str, session: str) -> None:
        self._path = os.path.join(folder, session + _END)
        self._file = -1

    def put(self, roots: Sequence[str]) -> None:
        """Say so, or say that it is other folders now; nothing where another process says it of this session.

        Raises `OSError`.
        """
        if self._file < 0:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            self._file = _locked(self._path)
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, msgspec.json.encode(tuple(map(saved_name, roots))), 0)

    def take_away(self) -> None:
        """The session keeps nothing any more; harmless a second time."""
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            os.close(self._file)
            self._file = -1


def is_live(folder: str, session: str) -> bool:
    """Whether some process keeps files for this session, this one included."""
    return _roots_if_live(os.path.join(folder, session + _END)) is not None


def live_beside(folder: str, session: str, roots: Iterable[str]) -> tuple[str, ...]:
    """Other sessions that keep files now, below one of these roots or around it."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(_END))
    except OSError:
        return ()
    mine = tuple(map(inside, roots))
    found = []
    for name in names:
        theirs = None if name == session + _END else _roots_if_live(os.path.join(folder, name))
        starts = [inside(name_of(root)) for root in theirs or ()]
        if any(one.startswith(mine) or any(root.startswith(one) for root in mine) for one in starts):
            found.append(name.removesuffix(_END))
    return tuple(found)


def _locked(path: str) -> int:
    """The file, locked for us; negative if another one has it."""
    for _ in range(5):  # somebody may take away one that a kill left
        file = os.open(path, _FLAGS | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file).st_nlink:
                return file
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                os.close(file)
                raise
            os.close(file)
            return -1
        os.close(file)
    return -1


def _roots_if_live(path: str) -> tuple[str, ...] | None:
    try:
        file = os.open(path, _FLAGS)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            return _roots.decode(os.pread(file, _MOST_BYTES, 0))
        return ("/",)  # it is just being written
    else:
        with contextlib.suppress(OSError):
            os.unlink(path)  # what a kill left
        return None
    finally:
        os.close(file)
