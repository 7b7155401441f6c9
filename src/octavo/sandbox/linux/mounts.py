"""A view of the file system, for one process tree, in which only the writable roots can be changed.

Landlock cannot forbid metadata changes, nor take a folder out of a writable
one. A mount namespace can: in it everything is read-only, the writable roots
are put back over themselves, and protected paths are sealed inside them. With
the right to mount (root) nothing else changes; an ordinary user also needs a
user namespace, in which the user and the group keep their numbers.
`docs/sandbox.md`.
"""

from __future__ import annotations

import os
import stat
import struct

from octavo.sandbox.linux.real_paths import open_real
from octavo.sandbox.linux.syscalls import (
    MOUNT_SETATTR,
    MOVE_MOUNT,
    OPEN_TREE,
    PR_SET_DUMPABLE,
    mount,
    prctl,
    system_call,
    unshare,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    Namespace = Literal["none", "mount", "user"]
    """Where a view can stand: nowhere, in a mount namespace, in one below a user namespace."""

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
_OPEN_TREE_CLONE, _OPEN_TREE_CLOEXEC = 1, os.O_CLOEXEC
_MOVE_FROM_EMPTY_PATH, _MOVE_TO_EMPTY_PATH = 0x04, 0x40
_READ_ONLY, _SLAVE = 1, 1 << 19
_INERT = _READ_ONLY | 2 | 4 | 8
"""Nothing there can be changed, gives rights, is a device or can be run."""


def enter_user_namespace() -> None:
    """Get the rights over namespaces that an ordinary user lacks; user and group keep their numbers.

    Raises `OSError`.
    """
    user, group = os.geteuid(), os.getegid()
    # The files below belong to root as long as this process must not be dumped.
    prctl(PR_SET_DUMPABLE, 1)
    unshare(_CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    _write("/proc/self/uid_map", f"{user} {user} 1")


def enter_mount_namespace() -> None:
    """Leave the mounts of everybody else, but hear of new ones; needs root's rights, or a user namespace's."""
    unshare(_CLONE_NEWNS)
    _set_attributes(_AT_FDCWD, b"/", _AT_RECURSIVE, 0, _SLAVE)


def show_read_only(
    *, writable: list[bytes], pinned: list[bytes], sealed: list[bytes], links: Sequence[bytes] = ()
) -> None:
    """Make everything read-only but `writable`; `pinned` folders cannot be moved, `sealed` paths not be changed.

    All exist and hold no symbolic link, except that `links` are such links, and stay what they are. Raises `OSError`
    with the path it is about.
    """
    # Copied before the rest turns read-only, so that each keeps what it allows now.
    outermost = sorted(_outermost(writable))
    copies = [(path, tree) for path in outermost if path != b"/" and (tree := _copy(path)) >= 0]
    _set_attributes(_AT_FDCWD, b"/", _AT_RECURSIVE, 0 if b"/" in outermost else _READ_ONLY, _SLAVE)
    for path, tree in copies:
        _place(tree, path)
    closed = set(sealed)
    for path in sorted({*pinned, *sealed} - {path for path, _ in copies}):
        tree = _copy(path)
        if tree < 0:
            continue
        if path in closed:
            _set_attributes(tree, b"", _AT_EMPTY_PATH | _AT_RECURSIVE, _READ_ONLY, 0)
        _place(tree, path)
    for link in dict.fromkeys(links):
        tree = _copy(link, os.O_NOFOLLOW)
        if tree >= 0:
            _place(tree, link, os.O_NOFOLLOW)


def hide(paths: Sequence[bytes], inside: Sequence[bytes] = ()) -> None:
    """Make files at these real paths unreadable, and folders empty; what is no longer there is left out.

    A file is covered by a device that nobody may open there, which holds for root too. The folders on the way to them
    that lie inside of the folders `inside` cannot be moved: the next command would find another path, which no rule
    names. Raises `OSError` with the path.
    """
    for folder in sorted(_on_the_way(paths, inside)):
        tree = _copy(folder)
        if tree >= 0:
            _place(tree, folder)
    for path in paths:
        try:
            place = open_real(path, os.O_PATH | os.O_NOFOLLOW)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from error
        try:
            if stat.S_ISDIR(os.fstat(place).st_mode):
                mount(b"tmpfs", b"/proc/self/fd/%d" % place, _INERT, b"mode=000,size=4k,nr_inodes=2")
                continue
            tree = _copy(b"/dev/null")
            try:
                _set_attributes(tree, b"", _AT_EMPTY_PATH, _INERT, 0)
                system_call(MOVE_MOUNT, tree, b"", place, b"", _MOVE_FROM_EMPTY_PATH | _MOVE_TO_EMPTY_PATH)
            finally:
                os.close(tree)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from error
        finally:
            os.close(place)


def _on_the_way(paths: Sequence[bytes], inside: Sequence[bytes]) -> set[bytes]:
    """The folders above the paths that lie inside of one of some folders, but for those that are mounts anyway."""
    found: set[bytes] = set()
    for path in paths:
        folder = os.path.dirname(path)
        while folder not in found and any(is_below(folder, top) for top in inside):
            found.add(folder)
            folder = os.path.dirname(folder)
    return {folder for folder in found if not os.path.ismount(folder)}


def rehearse(paths: list[bytes]) -> None:
    """Take copies, as `show_read_only` does, and drop them. Raises `OSError`."""
    for path in _outermost(paths):
        os.close(_copy(path))


def _outermost(paths: list[bytes]) -> set[bytes]:
    """The paths that lie below no other one."""
    return {path for path in paths if not any(is_below(path, other) for other in paths)}


def is_below(path: bytes, folder: bytes) -> bool:
    """Whether `path` lies inside `folder`, and is not the folder itself."""
    return path != folder and path.startswith(folder.rstrip(b"/") + b"/")


def _copy(path: bytes, flags: int = 0) -> int:
    """A detached copy of the mounts at `path`; negative if it has just vanished."""
    try:
        place = open_real(path, os.O_PATH | flags)
    except FileNotFoundError:
        return -1
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error
    try:
        return system_call(
            OPEN_TREE, place, b"", _OPEN_TREE_CLONE | _OPEN_TREE_CLOEXEC | _AT_RECURSIVE | _AT_EMPTY_PATH
        )
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error
    finally:
        os.close(place)


def _place(tree: int, path: bytes, flags: int = 0) -> None:
    target = -1
    try:
        target = open_real(path, os.O_PATH | flags)
        system_call(MOVE_MOUNT, tree, b"", target, b"", _MOVE_FROM_EMPTY_PATH | _MOVE_TO_EMPTY_PATH)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error
    finally:
        os.close(tree)
        if target >= 0:
            os.close(target)


def _set_attributes(folder: int, path: bytes, flags: int, attributes: int, propagation: int) -> None:
    wanted = struct.pack("QQQQ", attributes, 0, propagation, 0)
    system_call(MOUNT_SETATTR, folder, path, flags, wanted, len(wanted))


def _write(path: str, text: str) -> None:
    target = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(target, text.encode())
    finally:
        os.close(target)
