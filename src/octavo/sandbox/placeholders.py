"""Placeholders for protected paths that do not exist while a command runs.

A mount can only cover what is there. So an empty file or folder is put in the
place, and taken away when no command needs it. Commands of several programs
share one: each holds a shared lock, the last one removes it. A placeholder is
told by its impossible age, so one that a crash left behind is taken over and
removed by the next command, and nothing that a person made is ever removed.
"""

from __future__ import annotations

import fcntl
import os
import stat

_MARK = 1_000_000_000  # nanoseconds: one second after the epoch; whole, as some file systems keep no less


def put_placeholders(absent: list[tuple[bytes, bool]]) -> list[tuple[bytes, int]]:
    """Create or join the placeholder of each `(path, is a folder)`; returns what `remove_placeholders` needs.

    A path that cannot be created is left out: then the command cannot create it either.
    """
    held = []
    for path, folder in absent:
        for _ in range(5):  # another program may remove it between two steps
            lock = _join(path, folder)
            if lock is not None:
                held.append((path, lock))
                break
    return held


def remove_placeholders(held: list[tuple[bytes, int]]) -> None:
    """Let go of the placeholders, and remove those that nobody else holds and nobody has filled."""
    for path, lock in held:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_held(path, lock):
                _remove(path, stat.S_ISDIR(os.fstat(lock).st_mode))
        except OSError:
            pass  # still held by another command, or filled meanwhile by its owner
        finally:
            os.close(lock)


def is_placeholder(status: os.stat_result) -> bool:
    """Whether this is a placeholder's status: of this command, another one or a crashed one."""
    return status.st_mtime_ns == _MARK and (stat.S_ISDIR(status.st_mode) or status.st_size == 0)


def _join(path: bytes, folder: bool) -> int | None:
    created = _create(path, folder)
    try:
        lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if _is_held(path, lock):
            return lock
        if created:  # a file system that does not keep the mark
            _remove(path, folder)
    except OSError:
        pass
    os.close(lock)
    return None


def _create(path: bytes, folder: bool) -> bool:
    try:
        if folder:
            os.mkdir(path, 0o755)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644))
        os.utime(path, ns=(_MARK, _MARK), follow_symlinks=False)
    except OSError:
        return False
    return True


def _remove(path: bytes, folder: bool) -> None:
    (os.rmdir if folder else os.unlink)(path)


def _is_held(path: bytes, lock: int) -> bool:
    now, held = os.lstat(path), os.fstat(lock)
    return is_placeholder(now) and (now.st_dev, now.st_ino) == (held.st_dev, held.st_ino)
