"""Paths without symbolic links, and opening them so that none can slip in.

Commands may write some folders, and so replace a part of a path by a link at any
moment. A path is therefore resolved once, and from then on opened in a way that
fails if it holds a link. A writable root that leads through a link in a folder
that commands can write is not believed at all: a command may have put the link there, to
open what lies behind it for the next one. `docs/sandbox.md`.
"""

from __future__ import annotations

import errno
import os
import stat
import struct

from octavo.files.links import followed, is_within
from octavo.sandbox.linux.syscalls import OPENAT2, system_call

_AT_FDCWD = -100
_LONGEST_START = 4096
_NO_LINKS = 0x04 | 0x02  # RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS


def real_path(path: bytes) -> bytes:
    """`path` without symbolic links, asked of the kernel; empty if it does not exist."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.readlink(b"/proc/self/fd/%d" % place)
    except OSError:
        return os.path.realpath(path)  # no /proc
    finally:
        os.close(place)


def real_or_closed(path: bytes) -> bytes:
    """The real path, or that of the nearest folder above that keeps us from looking; empty if nothing is there."""
    while True:
        try:
            os.close(os.open(path, os.O_PATH | os.O_CLOEXEC))
        except (FileNotFoundError, NotADirectoryError):
            return b""
        except OSError:
            path = os.path.dirname(path)
            continue
        return real_path(path)


def open_real(path: bytes, flags: int = os.O_PATH) -> int:
    """A file descriptor of a real path; raises `OSError`, with `ELOOP` if there is a link in it now."""
    how = struct.pack("QQQ", flags | os.O_CLOEXEC, 0, _NO_LINKS)
    try:
        return system_call(OPENAT2, _AT_FDCWD, path, how, len(how))
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EPERM):
            raise
        return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW)  # a container that does not know the call


def read_start(path: bytes, flags: int = 0) -> bytes:
    """The first 4,096 bytes of a regular file, empty for anything else; raises `OSError` if it cannot be opened.

    Nobody is waited for: a command may have put a pipe there.
    """
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | flags)
    try:
        return os.read(file, _LONGEST_START) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(file)


def real_roots(roots: list[bytes]) -> dict[bytes, bytes]:
    """The real path of each writable root; those that do not exist or cannot be believed are left out."""
    found = {root: _followed(root) for root in roots}
    real = {root: (path, links) for root, (path, links) in found.items() if path}
    return {
        root: path
        for root, (path, links) in real.items()
        if not any(is_within(link, other) for link in links for key, (other, _) in real.items() if key != root)
    }


def _followed(root: bytes) -> tuple[bytes, list[bytes]]:
    try:
        return followed(root)
    except PermissionError:
        return b"", []
