"""After a command: git must find the repository that it found before, and no other one.

Where `.git` of a folder is damaged git looks further: whether the folder itself
is a repository, then in the folders above. A command could put one there, with
a configuration of its own. So a `.git` that was whole is made whole enough
again to be found, and what would make a repository of the folder is taken away
(`docs/sandbox.md`).
"""

from __future__ import annotations

import os
import stat

from octavo.sandbox.linux.placeholders import open_folder
from octavo.sandbox.linux.real_paths import read_start
from octavo.sandbox.linux.reopened import allow_all, try_allow_all

_DEEPEST = 100
_HEX = frozenset(b"0123456789abcdef")


class Whole:
    """A `.git` folder that git accepts, and what its HEAD said."""

    __slots__ = ("folder", "head")

    def __init__(self, folder: bytes, head: bytes) -> None:
        self.folder = folder
        self.head = head


def whole_repository(folder: bytes) -> Whole | None:
    """The repository in a real `.git` folder, None if git would not take it for one."""
    head = _head_of(folder)
    return Whole(folder, head) if head and all(_is_usable(folder, name) for name in (b"objects", b"refs")) else None


def looks_bare(folder: bytes) -> bool:
    """Whether git might take the folder itself for a repository."""
    there = [os.path.lexists(os.path.join(folder, name)) for name in (b"HEAD", b"objects", b"refs", b"commondir")]
    return there[0] and ((there[1] and there[2]) or there[3])


def repair(before: Whole) -> None:
    """Make the repository acceptable again if it is not; nothing that is there is lost."""
    if whole_repository(before.folder) is not None:
        return
    folder = open_folder(os.path.join(before.folder, b"HEAD"))
    if folder is None:
        return
    try:
        allow_all(folder)
        for name in (b"objects", b"refs"):
            _make_usable(folder, name)
        if not _head_of(before.folder):
            _write_head(folder, before.head)
    except OSError:
        return  # somebody else is at work there
    finally:
        os.close(folder)


def remove_bare_head(root: bytes, before: tuple[int, int, int] | None) -> None:
    """Take away the HEAD that makes a repository of `root`, unless it is the one that was there `before`."""
    head = os.path.join(root, b"HEAD")
    if looks_bare(root) and identity(head) != before:
        remove_unwanted(head)


def remove_unwanted(path: bytes) -> None:
    """Remove what must not have come to be, if it has, also where rights were taken away; its folder is real."""
    folder = open_folder(path)
    if folder is None:
        return
    try:
        remove_entry(folder, os.path.basename(path))
    finally:
        os.close(folder)


def remove_entry(folder: int, name: bytes) -> None:
    """The same in an open folder."""
    _remove(folder, name, 0)


def identity(path: bytes) -> tuple[int, int, int] | None:
    """What changes when something else comes to stand at `path`; None if nothing is there."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_ctime_ns


def _remove(folder: int, name: bytes, depth: int) -> None:
    """Remove a file or a folder with all in it, as far as that goes."""
    for _ in range(2):
        try:
            if stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
                _empty(folder, name, depth)
                os.rmdir(name, dir_fd=folder)
            else:
                os.unlink(name, dir_fd=folder)
            return
        except PermissionError:
            try_allow_all(folder)
        except OSError:
            return  # it is gone, as it should be, or in use


def _empty(folder: int, name: bytes, depth: int) -> None:
    if depth > _DEEPEST:
        return
    place = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        try_allow_all(place)
        inside = os.open(b".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=place)
        try:
            for entry in os.listdir(inside):
                _remove(inside, os.fsencode(entry), depth + 1)
        finally:
            os.close(inside)
    finally:
        os.close(place)


def _head_of(folder: bytes) -> bytes:
    """The content of HEAD, as a file or as a link; empty if git would not accept it."""
    path = os.path.join(folder, b"HEAD")
    try:
        if stat.S_ISLNK(os.lstat(path).st_mode):
            target = os.readlink(path)
            return b"ref: " + target + b"\n" if target.startswith(b"refs/") else b""
        content = read_start(path, os.O_NOFOLLOW)
    except OSError:
        return b""
    said = content.strip()
    if said.startswith(b"ref:"):
        return content if said[4:].strip().startswith(b"refs/") else b""
    return content if len(said) in (40, 64) and _HEX.issuperset(said) else b""


def _is_usable(folder: bytes, name: bytes) -> bool:
    path = os.path.join(folder, name)
    return os.path.isdir(path) and os.access(path, os.X_OK)


def _make_usable(folder: int, name: bytes) -> None:
    try:
        status = os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        os.mkdir(name, 0o755, dir_fd=folder)
        return
    if not stat.S_ISDIR(status.st_mode):
        _put_aside(folder, name)
        os.mkdir(name, 0o755, dir_fd=folder)
        return
    place = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        allow_all(place)
    finally:
        os.close(place)


def _write_head(folder: int, content: bytes) -> None:
    if _exists(folder, b"HEAD"):
        _put_aside(folder, b"HEAD")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(b"HEAD", flags, 0o644, dir_fd=folder)
    try:
        os.write(file, content)
    finally:
        os.close(file)


def _put_aside(folder: int, name: bytes) -> None:
    number = 0
    while _exists(folder, aside := b"%s.damaged-%d" % (name, number)):
        number += 1
    os.rename(name, aside, src_dir_fd=folder, dst_dir_fd=folder)


def _exists(folder: int, name: bytes) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True
