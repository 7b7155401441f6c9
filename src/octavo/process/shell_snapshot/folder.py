"""Where scripts that shells start from lie: a folder of the program's own that commands cannot write.

Whoever could change such a script would have his words run by later commands,
so the folder is made below the home of the program (`CODEX_HOME`), open to the
user alone, and a script is compared with what was written before each use. The
folder goes with its conversation; what a killed program left is removed by the next.
"""

from __future__ import annotations

import contextlib
import os

_PREFIX = "shell-"


class SnapshotFolder:
    """A fresh folder; `path` holds no symbolic link."""

    def __init__(self, path: str, lock: int) -> None:
        self.path = path
        self._lock = lock  # held as long as we live, so that others can tell

    def write(self, path: str, text: str) -> None:
        """Write `text` to the file `path`, which lies in one folder below. Raises `OSError`."""
        with contextlib.suppress(FileExistsError):
            os.mkdir(os.path.dirname(path), 0o700)
        fresh = f"{path}.new"
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(text.encode("utf-8", "surrogateescape"))
            os.replace(fresh, path)
        except OSError:
            os.unlink(fresh)
            raise

    def remove(self) -> None:
        """Remove the folder and all in it; harmless a second time."""
        if self._lock >= 0:
            _remove(self.path)
            os.close(self._lock)
            self._lock = -1


def make_snapshot_folder(home: str) -> SnapshotFolder:
    """Make a folder below `home` (`CODEX_HOME`), and remove those of programs that were killed; raises `OSError`."""
    parent = os.path.join(os.path.realpath(home), "tmp")
    _remove_abandoned(parent)
    path = os.path.join(parent, _PREFIX + os.urandom(8).hex())
    os.makedirs(parent, 0o700, exist_ok=True)
    os.mkdir(path, 0o700)
    return SnapshotFolder(path, _locked(path))


def still_says(path: str, text: str) -> bool:
    """Whether the file holds exactly `text`."""
    try:
        with open(path, "rb") as file:
            return file.read() == text.encode("utf-8", "surrogateescape")
    except OSError:
        return False


def _remove_abandoned(parent: str) -> None:
    for name in os.listdir(parent) if os.path.isdir(parent) else ():
        if name.startswith(_PREFIX):
            with contextlib.suppress(OSError):  # it is in use
                folder = os.path.join(parent, name)
                lock = _locked(folder)
                _remove(folder)
                os.close(lock)


def _locked(folder: str) -> int:
    import fcntl  # with the first snapshot only

    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(folder: str) -> None:
    for below, _, names in os.walk(folder, topdown=False):
        for name in names:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(below, name))
        with contextlib.suppress(OSError):
            os.rmdir(below)
    with contextlib.suppress(OSError):
        os.rmdir(os.path.dirname(folder))  # fails while others use it
