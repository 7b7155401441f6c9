"""Change notices of folders (inotify), so that nobody has to look at every file after each command.

A notice says which name to look at again, no more. When notices were lost, or a folder cannot be
watched, `drain` says so, and everything has to be looked at. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

import msgspec

_CREATE, _DELETE, _MOVED_FROM, _MOVED_TO = 0x100, 0x200, 0x40, 0x80
_MODIFY, _ATTRIB, _CLOSE_WRITE = 0x2, 0x4, 0x8
_DELETE_SELF, _MOVE_SELF = 0x400, 0x800
_UNMOUNT, _OVERFLOW, _IGNORED, _IS_FOLDER = 0x2000, 0x4000, 0x8000, 0x40000000
_ONLY_FOLDER, _NO_LINK = 0x01000000, 0x02000000
_MASK = (_CREATE | _DELETE | _MOVED_FROM | _MOVED_TO | _MODIFY | _ATTRIB | _CLOSE_WRITE | _DELETE_SELF | _MOVE_SELF) | (
    _ONLY_FOLDER | _NO_LINK
)
_HEAD = struct.Struct("iIII")
_SIZE = 1 << 16


class Noticed(msgspec.Struct, frozen=True):
    """What came since the last time: names to look at again, whole folders among them; or that some were lost."""

    paths: tuple[str, ...]
    lost: bool = False


class Notices:
    """The watches of one process. Raises `OSError` where the system has none to give."""

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise OSError("change notices are there on Linux only")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._folders: dict[int, str] = {}
        self._watches: dict[str, int] = {}
        self._roots: set[str] = set()

    def watch(self, folder: str, *, is_root: bool = False) -> None:
        """Watch the entries of a folder; raises `OSError` when there are no watches left, or it is gone."""
        watch = self._checked(self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _MASK))
        self._folders[watch] = folder
        self._watches[folder] = watch
        if is_root:
            self._roots.add(folder)

    def watches(self, folder: str) -> bool:
        """Whether this folder is watched."""
        return folder in self._watches

    def drain(self) -> Noticed:
        """Everything that came since the last time."""
        found: dict[str, None] = {}
        lost = False
        while True:
            try:
                data = os.read(self._descriptor, _SIZE)
            except BlockingIOError:
                return Noticed(tuple(found), lost)
            lost |= self._take(data, found)

    def close(self) -> None:
        """Give the watches back; harmless a second time."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take(self, data: bytes, found: dict[str, None]) -> bool:
        lost, at = False, 0
        while at < len(data):
            watch, mask, _, length = _HEAD.unpack_from(data, at)
            name = data[at + _HEAD.size : at + _HEAD.size + length].rstrip(b"\0")
            at += _HEAD.size + length
            lost |= bool(mask & (_OVERFLOW | _UNMOUNT))
            folder = self._folders.get(watch)
            if folder is None:
                continue
            if mask & _IGNORED:
                self._forget(watch)
            elif not name:
                found[folder] = None
                lost |= bool(mask & (_DELETE_SELF | _MOVE_SELF)) and folder in self._roots
            else:
                path = os.path.join(folder, os.fsdecode(name))
                found[path] = None
                if mask & _IS_FOLDER and mask & _MOVED_FROM:
                    self._forget_below(path)
        return lost

    def _forget(self, watch: int) -> None:
        folder = self._folders.pop(watch, None)
        if folder is not None and self._watches.get(folder) == watch:
            del self._watches[folder]

    def _forget_below(self, path: str) -> None:
        """A watch follows its folder, so one that was moved would speak of names that are not there any more."""
        start = path + "/"
        for folder in [one for one in self._watches if one == path or one.startswith(start)]:
            watch = self._watches[folder]
            self._libc.inotify_rm_watch(self._descriptor, watch)
            self._forget(watch)

    def _checked(self, answer: int) -> int:
        if answer < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return answer
