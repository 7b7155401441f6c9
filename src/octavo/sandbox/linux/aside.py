"""What a command left in the work tree under a name that is ours or git's to give meaning to: it is moved away.

A `.codex`, or a `.git` below another repository, would decide what runs later,
outside the sandbox. Where one exists it is closed. Where none does nothing is
put there, so a command sees the folder as it is; what stands there when the
last of its processes is gone is moved, never deleted, as it may be the user's
own. `docs/sandbox.md`.

This runs outside the sandbox in folders that commands may write: each is opened
once, and no link is followed.
"""

from __future__ import annotations

import errno
import os
import stat

from octavo.sandbox.linux.real_paths import open_real
from octavo.sandbox.linux.reopened import allow_all, reopen, try_allow_all
from octavo.sandbox.linux.repair import remove_entry

_MOST_COPIED = 64 << 20
_DEEPEST = 50
_CHUNK = 1 << 20
_TRIES = 50
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Moved = tuple[bytes, bytes]
"""What was moved, and where to: empty if it could not be moved."""


def move_aside(paths: list[bytes], home: bytes) -> list[Moved]:
    """Move what stands at `paths`, in real folders, to a new folder below `home/tmp`; tells what was there.

    A link that has come in the place of one of their folders is moved instead. `home` is a real path. Without one, or
    where it cannot be moved there, it gets another name in its own folder.
    """
    found = [(path, _moved(path, home)) for path in map(_up_to_a_link, paths)]
    return [(path, to) for path, to in found if to is not None]


def _up_to_a_link(path: bytes) -> bytes:
    """The path, or the first folder on the way to it that is a link now."""
    above = os.path.dirname(path)
    if above == path:
        return path
    return first if (first := _up_to_a_link(above)) != above or os.path.islink(above) else path


def _moved(path: bytes, home: bytes) -> bytes | None:
    """Where it is now: empty if it could not be moved, `None` if nothing was there."""
    for _ in range(_TRIES):
        try:
            folder = open_real(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
            try:
                return _moved_from(folder, path, home)
            finally:
                os.close(folder)
        except PermissionError:
            reopen([os.path.dirname(path)])  # another command may just have closed it again
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return None if error.errno == errno.ELOOP else b""
    return b""


def _moved_from(folder: int, path: bytes, home: bytes) -> bytes:
    name = os.path.basename(path)
    is_folder = stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode)
    try_allow_all(folder)
    if is_folder:
        _make_movable(folder, name)
    to = _moved_home(folder, name, home) if home else b""
    return to or _renamed(folder, path)


def _moved_home(folder: int, name: bytes, home: bytes) -> bytes:
    """Where it is now; empty if that did not work, and it is still in its place."""
    fresh = b"moved-%s-%s" % (name.lstrip(b"."), os.urandom(8).hex().encode())
    temporary = target = -1
    try:
        temporary = _opened_temporary(home)
        os.mkdir(fresh, 0o700, dir_fd=temporary)
        target = os.open(fresh, _FOLDER, dir_fd=temporary)
        _carry(folder, name, target)
    except OSError:
        if target >= 0:
            remove_entry(target, name)
            os.rmdir(fresh, dir_fd=temporary)
        return b""
    finally:
        for descriptor in (temporary, target):
            if descriptor >= 0:
                os.close(descriptor)
    return os.path.join(home, b"tmp", fresh, name)


def _opened_temporary(home: bytes) -> int:
    """The folder `tmp` of our home, made if need be; no link is followed. Raises `OSError`."""
    top = open_real(home, os.O_PATH | os.O_DIRECTORY)
    try:
        if not _is_there(top, b"tmp"):
            os.mkdir(b"tmp", 0o700, dir_fd=top)
        return os.open(b"tmp", _FOLDER, dir_fd=top)
    finally:
        os.close(top)


def _is_there(folder: int, name: bytes) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _carry(folder: int, name: bytes, target: int) -> None:
    """Move an entry of one open folder to another one. Raises `OSError`."""
    try:
        os.rename(name, name, src_dir_fd=folder, dst_dir_fd=target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(folder, name, target, _MOST_COPIED, 0)
        remove_entry(folder, name)


def _renamed(folder: int, path: bytes) -> bytes:
    name = b"%s-moved-%s" % (os.path.basename(path).lstrip(b"."), os.urandom(8).hex().encode())
    os.rename(os.path.basename(path), name, src_dir_fd=folder, dst_dir_fd=folder)
    return os.path.join(os.path.dirname(path), name)


def _make_movable(folder: int, name: bytes) -> None:
    """A folder can be moved only by who may write it; a command may have taken that away."""
    place = os.open(name, _FOLDER, dir_fd=folder)
    try:
        allow_all(place)
    finally:
        os.close(place)


def _copy(folder: int, name: bytes, target: int, room: int, depth: int) -> int:
    """Copy a file, link or folder into the folder `target`; what is left of the `room`. Raises `OSError`."""
    mode = os.lstat(name, dir_fd=folder).st_mode
    if stat.S_ISLNK(mode):
        os.symlink(os.readlink(name, dir_fd=folder), name, dir_fd=target)
    elif stat.S_ISREG(mode):
        room = _copy_file(folder, name, target, room)
    elif stat.S_ISDIR(mode):
        room = _copy_folder(folder, name, target, room, depth)
    return room - 1024  # pipes and sockets hold nothing


def _copy_file(folder: int, name: bytes, target: int, room: int) -> int:
    source = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        copy = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=target)
        try:
            while data := os.read(source, _CHUNK):
                room -= os.write(copy, data)
                _check(room)
        finally:
            os.close(copy)
    finally:
        os.close(source)
    return room


def _copy_folder(folder: int, name: bytes, target: int, room: int, depth: int) -> int:
    _check(room if depth < _DEEPEST else -1)
    source = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.mkdir(name, 0o700, dir_fd=target)
        below = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=target)
        try:
            for entry in os.listdir(source):
                room = _copy(source, os.fsencode(entry), below, room, depth + 1)
                _check(room)
        finally:
            os.close(below)
    finally:
        os.close(source)
    return room


def _check(room: int) -> None:
    if room < 0:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
