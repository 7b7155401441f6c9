"""The disk for a patch that somebody agreed to: only the real places that were shown then are read, written or removed.

Outside of the sandbox a path must not be gone by again: a command that still runs can put a link in the place of a
folder meanwhile. Each place is reached from the root of the file system, part by part, without following a link; where
one has come in, the section fails. The places come in front of the patch on standard input, as an argument
could not hold those of a large one.
"""

from __future__ import annotations

import errno
import os
import stat

from octavo.files.real_folder import make_folder, open_folder
from octavo.patch.disk import Disk, UnreadableFileError, create_text, error_reason, read_text, write_text

_ENCODING = ("utf-8", "surrogateescape")  # of names; the patch program runs in UTF-8 mode

Place = tuple[str, str]
"""Of a path: where it leads, and the entry itself, which may be a link there; no folder of either is a link."""


def place_of(path: str) -> Place:
    """Where the absolute `path` leads as the disk is now."""
    folder, name = os.path.split(path)
    try:
        return os.path.realpath(path), os.path.join(os.path.realpath(folder), name)
    except (OSError, ValueError):
        # A link that goes or comes right now; a NUL, or what is no character. Should the path itself be no real place,
        # it will not be reached.
        return path, path


def with_places(cwd: str, places: dict[str, Place], patch: bytes) -> bytes:
    """The patch behind the places of its paths; `cwd` is what relative ones count from."""
    fields = [cwd.encode(*_ENCODING)]
    for path, place in places.items():
        try:
            encoded = [name.encode(*_ENCODING) for name in (path, *place)]
        except UnicodeEncodeError:
            continue  # no file can have that name
        if not any(b"\0" in name for name in encoded):
            fields += encoded
    return b"\0".join(fields) + b"\0\0" + patch


def places_and_patch(given: bytes) -> tuple[ApprovedDisk, bytes]:
    """What `with_places` put together."""
    head, _, patch = given.partition(b"\0\0")
    cwd, *names = (field.decode(*_ENCODING) for field in head.split(b"\0"))
    triples = zip(names[::3], names[1::3], names[2::3], strict=True)
    return ApprovedDisk(cwd, {path: (place, entry) for path, place, entry in triples}), patch


class ApprovedDisk(Disk):
    """Goes to the places alone; a path without one is refused."""

    def __init__(self, cwd: str, places: dict[str, Place]) -> None:
        self._cwd = cwd
        self._places = places

    def read_text(self, path: str) -> str:
        """See `Disk`."""
        try:
            folder, name = self._reach(path)
        except OSError as error:
            raise UnreadableFileError(error_reason(error)) from None
        try:
            return read_text(name, folder)
        finally:
            os.close(folder)

    def write_text(self, path: str, text: str) -> None:
        """See `Disk`."""
        folder, name = self._reach(path)
        try:
            write_text(name, text, folder)
        finally:
            os.close(folder)

    def create_text(self, path: str, text: str, mode: int | None = None) -> None:
        """See `Disk`."""
        folder, name = _opened(self._place(path)[1])
        try:
            create_text(name, text, mode, folder)
        finally:
            os.close(folder)

    def mode(self, path: str) -> int:
        """See `Disk`."""
        folder, name = self._reach(path)
        return stat.S_IMODE(_status(folder, name).st_mode)

    def create_parents(self, path: str) -> None:
        """See `Disk`."""
        if os.path.join(self._cwd, path) in self._places:  # else writing is what is refused
            make_folder(os.path.dirname(self._place(path)[1]))

    def remove(self, path: str) -> None:
        """See `Disk`."""
        folder, name = _opened(self._place(path)[1])
        try:
            os.unlink(name, dir_fd=folder)
        finally:
            os.close(folder)

    def same_entry(self, source: str, destination: str) -> bool:
        """See `Disk`."""
        here = self._place(source)[1]
        if here in self._place(destination):
            return True
        try:
            one, other = _status(*_opened(here)), _status(*self._reach(destination))
        except OSError:
            return False
        return os.path.samestat(one, other) and one.st_nlink == 1

    def _place(self, path: str) -> Place:
        place = self._places.get(os.path.join(self._cwd, path))
        if place is None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return place

    def _reach(self, path: str) -> tuple[int, str]:
        """The opened folder and the name of the file to read or write: where the link leads if the path is one."""
        place, entry = self._place(path)
        folder, name = _opened(entry)
        if place == entry:
            return folder, name
        try:
            is_link = stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode)
        except FileNotFoundError:
            is_link = False  # an earlier section has removed it
        except BaseException:
            os.close(folder)
            raise
        if not is_link:
            return folder, name
        os.close(folder)
        return _opened(place)


def _opened(place: str) -> tuple[int, str]:
    """The opened folder of a place, which the caller closes, and the name in it."""
    folder, name = os.path.split(place)
    if name in ("", os.curdir, os.pardir):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return open_folder(folder), name


def _status(folder: int, name: str) -> os.stat_result:
    try:
        return os.lstat(name, dir_fd=folder)
    finally:
        os.close(folder)
