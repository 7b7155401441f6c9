"""Placeholders for protected paths that do not exist while a command runs.

A mount can only cover what is there. So inside folders of git an empty file or
folder is put in the place, and taken away when no command needs it. Commands of several programs
share one: each holds a shared lock, the last one removes it. A placeholder is
told by its impossible age, so one that a crash left behind is taken over and
removed by the next command, and nothing that a person made is ever removed.

This runs outside the sandbox in folders that commands may write. So each
folder is opened once, checked to be the one that was meant, and only names in
it are used afterwards: a folder that is swapped for a link leads nowhere.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time

_MARK = 1_000_000_000  # nanoseconds: one second after the epoch; whole, as some file systems keep no less
_TRIES, _BETWEEN_TRIES = 100, 0.005  # seconds
EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""Errors that say nothing about a path: what meets one has not looked."""


class Placeholder:
    """One that is held: the open folder it is in, its name, and the lock on it."""

    __slots__ = ("folder", "lock", "name", "path")

    def __init__(self, path: bytes, folder: int, lock: int) -> None:
        self.path = path
        self.name = os.path.basename(path)
        self.folder = folder
        self.lock = lock


def put_placeholders(absent: list[tuple[bytes, bool]]) -> list[Placeholder]:
    """Create or join the placeholder of each `(real path, is a folder)`.

    A path that cannot be created is left out: then the command cannot create it either. Raises `OSError` when somebody
    keeps a placeholder locked, and when we may open no more files.
    """
    held: list[Placeholder] = []
    try:
        for path, is_folder in absent:
            placeholder = _joined(path, is_folder)
            if placeholder is not None:
                held.append(placeholder)
    except OSError:
        remove_placeholders(held)
        raise
    return held


def _joined(path: bytes, is_folder: bool) -> Placeholder | None:
    for _ in range(_TRIES):
        for _ in range(5):  # another program may remove it between two steps
            try:
                placeholder = _join(path, is_folder)
            except BlockingIOError:
                break
            if placeholder is not None:
                return placeholder
        else:
            return None
        time.sleep(_BETWEEN_TRIES)  # whoever removes it holds it for a moment only
    raise OSError(errno.EBUSY, "its placeholder is locked by another process", path)


def remove_placeholders(held: list[Placeholder]) -> None:
    """Let go of the placeholders, and remove those that nobody else holds and nobody has filled."""
    for placeholder in held:
        try:
            fcntl.flock(placeholder.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_held(placeholder):
                _remove(placeholder, stat.S_ISDIR(os.fstat(placeholder.lock).st_mode))
        except OSError:
            pass  # still held by another command, or filled meanwhile by its owner
        finally:
            os.close(placeholder.lock)
            os.close(placeholder.folder)


def is_placeholder(status: os.stat_result) -> bool:
    """Whether this is a placeholder's status: of this command, another one or a crashed one."""
    return status.st_mtime_ns == _MARK and (stat.S_ISDIR(status.st_mode) or status.st_size == 0)


def _join(path: bytes, is_folder: bool) -> Placeholder | None:
    folder = open_folder(path)
    if folder is None:
        return None
    name = os.path.basename(path)
    created = _create(folder, name, is_folder)
    lock = -1
    try:
        lock = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        placeholder = Placeholder(path, folder, lock)
        if _is_held(placeholder):
            return placeholder
        if created:  # a file system that does not keep the mark
            _remove(placeholder, is_folder)
    except OSError as error:
        if isinstance(error, BlockingIOError) or error.errno in EXHAUSTED:
            _close(lock, folder)
            raise
    _close(lock, folder)
    return None


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        if descriptor >= 0:
            os.close(descriptor)


def open_folder(path: bytes) -> int | None:
    """The folder that `path` lies in, if it is still the real one. Raises `OSError` if we may open no more."""
    expected = os.path.dirname(path)
    try:
        folder = os.open(expected, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise
        return None
    try:
        if os.readlink(b"/proc/self/fd/%d" % folder) == expected:
            return folder
    except OSError:  # no /proc: then there is no view either
        pass
    os.close(folder)
    return None


def _create(folder: int, name: bytes, is_folder: bool) -> bool:
    try:
        if is_folder:
            os.mkdir(name, 0o755, dir_fd=folder)
        else:
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644, dir_fd=folder))
        os.utime(name, ns=(_MARK, _MARK), dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True


def _remove(placeholder: Placeholder, is_folder: bool) -> None:
    (os.rmdir if is_folder else os.unlink)(placeholder.name, dir_fd=placeholder.folder)


def _is_held(placeholder: Placeholder) -> bool:
    now = os.lstat(placeholder.name, dir_fd=placeholder.folder)
    held = os.fstat(placeholder.lock)
    return is_placeholder(now) and (now.st_dev, now.st_ino) == (held.st_dev, held.st_ino)
