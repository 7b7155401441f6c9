"""Shared memory of a command's own: a small file system in the place of `/dev/shm`, gone with the command.

POSIX semaphores and shared memory are files there (`multiprocessing`, browsers,
databases). Nobody else sees them, and they cannot fill the memory of the
machine. `docs/sandbox.md`.
"""

from __future__ import annotations

import os
import stat

from octavo.files.links import is_within
from octavo.sandbox.linux.real_paths import real_path
from octavo.sandbox.linux.syscalls import mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_SETUID_NO_DEVICES = 2 | 4
_OPTIONS = b"mode=1777,size=256m,nr_inodes=64k"


def shared_memory_folder() -> bytes:
    """Where this machine keeps shared memory; empty if it does not."""
    folder = real_path(b"/dev/shm")
    return folder if folder and stat.S_ISDIR(os.stat(folder).st_mode) else b""


def is_in_use(folder: bytes, paths: Iterable[bytes]) -> bool:
    """Whether one of `paths` has to do with the folder: then what is there has to stay visible."""
    return any(is_within(path, folder) or is_within(folder, path) for path in paths)


def put_private_memory(folder: bytes) -> None:
    """Cover the folder by an empty one in memory; needs a mount namespace of our own. Raises `OSError`."""
    mount(b"tmpfs", folder, _NO_SETUID_NO_DEVICES, _OPTIONS)
