"""Opening files that commands of the model could have put there: without waiting, and never what is no plain file.

A pipe would be waited for, and a device read, for ever. A link into `/proc` leads to our own environment, keys
included, which commands cannot read themselves.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

_NO_FILES = ("proc", "sys", "dev")
_SHARED_MEMORY = ["dev", "shm"]  # a folder like any other, which may hold a project


class NotPlain(OSError):
    """A pipe, a device, or a file that only the system shows; the text says no more."""

    def __init__(self) -> None:
        super().__init__("not a regular file")


def open_regular(path: str) -> BinaryIO:
    """Open a regular file for reading.

    Raises `NotPlain`, another `OSError` for a folder and for what cannot be opened, `ValueError` for a NUL in the path.
    """
    _require_regular(os.stat(path).st_mode)  # some devices act on being opened
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _require_regular(os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def open_patiently(path: str) -> BinaryIO:
    """The same for a file of ours, and one that another program holds on to (a lease) is waited for."""
    _require_regular(os.stat(path).st_mode)
    return open(path, "rb")


def open_plain(path: str) -> BinaryIO:
    """Open a regular file of a disk: what the system shows as files in `/proc`, `/sys` and `/dev` is refused.

    Raises as `open_regular` does.
    """
    file = open_regular(path)
    parts = place_of(file).split("/")[1:]
    if parts[0:1] and parts[0] in _NO_FILES and parts[:2] != _SHARED_MEMORY:
        file.close()
        raise NotPlain
    return file


def keep_private(descriptor: int) -> None:
    """Let nobody but its owner read the file; what is no file, as `/dev/null` behind a link, stays as it is for all."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode) and stat.S_IMODE(mode) != 0o600:
        os.fchmod(descriptor, 0o600)


def place_of(file: BinaryIO) -> str:
    """The path of an open file, which no link changes any more; empty where the system does not tell."""
    try:
        return os.readlink(f"/proc/self/fd/{file.fileno()}")
    except OSError:
        return ""  # no such folder, so no such files as we would refuse


def _require_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise NotPlain
