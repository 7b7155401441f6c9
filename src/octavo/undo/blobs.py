"""Bytes of files, each content once, named by its SHA-256: `CODEX_HOME/undo/blobs`.

Files are private, and are whole from the moment they have their name. Where the file system shares
bytes between copies (Btrfs, XFS), a large file costs no space until the original changes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator

from octavo.undo.entry import NOWHERE

_IN_ONE_READ = 1 << 20
_PIECE = 1 << 20
_ANY_SIZE = 1 << 62
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FICLONE = 0x40049409
_PREFIX = "sha256:"

GIT = "git:"
"""How the contents begin that a repository has."""


class Full(Exception):
    """The store may not grow any more."""


class Blobs:
    """The store in one folder. `room` is how many bytes it may still grow by, `largest` how large one file may be."""

    def __init__(self, folder: str, *, room: int, largest: int) -> None:
        self.folder, self.room, self._largest = folder, room, largest

    def of_any_size(self) -> Blobs:
        """The same store, which takes large files too."""
        return Blobs(self.folder, room=self.room, largest=_ANY_SIZE)

    def keep(self, name: str, above: int, held: str = NOWHERE) -> tuple[os.stat_result, str]:
        """Keep the file `name` of the folder with the descriptor `above`: its status while it was read, its content.

        If its bytes are those of the git object `held`, they are not kept again. The content is nowhere for what is
        too large and for what is no plain file any more. Raises `OSError` where it cannot be read or the disk is
        full, and `Full`.
        """
        file = os.open(name, _READ, dir_fd=above)
        try:
            before = os.fstat(file)
            if not stat.S_ISREG(before.st_mode) or before.st_size > self._largest:
                return before, NOWHERE
            if held.startswith(GIT) and git_id(file, held) == held:
                return os.fstat(file), held
            os.lseek(file, 0, os.SEEK_SET)
            digest = self._copied(file) if before.st_size > _IN_ONE_READ else self._written(_read_all(file))
            return os.fstat(file), _PREFIX + digest
        finally:
            os.close(file)

    def open(self, content: str) -> int:
        """A descriptor to read kept bytes from. Raises `OSError` where they are gone."""
        return os.open(self._place(content.removeprefix(_PREFIX)), _READ)

    def _written(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        place = self._place(digest)
        if os.path.lexists(place):
            return digest
        self._take_room(len(data))
        with self._draft() as (file, draft):
            view = memoryview(data)
            while view:
                view = view[os.write(file, view) :]
            self._name(draft, place)
        return digest

    def _copied(self, file: int) -> str:
        """By way of a copy, whose bytes are hashed: the original may change meanwhile."""
        size = os.fstat(file).st_size
        self._take_room(size)
        with self._draft() as (copy, draft):
            if not _shared(file, copy):
                pour(file, copy, self._largest)
            os.lseek(copy, 0, os.SEEK_SET)
            digest = hash_of(copy)
            place = self._place(digest)
            if os.path.lexists(place):
                self.room += size
            else:
                self._name(draft, place)
        return digest

    def _take_room(self, size: int) -> None:
        if size > self.room:
            raise Full
        self.room -= size

    @contextlib.contextmanager
    def _draft(self) -> Iterator[tuple[int, str]]:
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        draft = os.path.join(self.folder, f".{os.urandom(8).hex()}")
        file = os.open(draft, _NEW, 0o600)
        try:
            yield file, draft
        finally:
            os.close(file)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)

    def _name(self, draft: str, place: str) -> None:
        try:
            os.rename(draft, place)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
            os.rename(draft, place)

    def _place(self, digest: str) -> str:
        return os.path.join(self.folder, digest[:2], digest[2:])


def hash_of(file: int) -> str:
    """The SHA-256 of what a descriptor still has to read."""
    digest = hashlib.sha256()
    while piece := os.read(file, _PIECE):
        digest.update(piece)
    return digest.hexdigest()


def content_of(file: int) -> str:
    """How the store would name what a descriptor still has to read."""
    return _PREFIX + hash_of(file)


def git_id(file: int, like: str) -> str:
    """How git would name what a descriptor has to read, by the kind of hash that the name `like` has."""
    size = os.fstat(file).st_size
    digest = hashlib.sha1(usedforsecurity=False) if len(like) == len(GIT) + 40 else hashlib.sha256()
    digest.update(b"blob %d\0" % size)
    while piece := os.read(file, _PIECE):
        digest.update(piece)
    return GIT + digest.hexdigest()


def is_stored(content: str) -> bool:
    """Whether a content is one of the store's."""
    return content.startswith(_PREFIX)


def _read_all(file: int) -> bytes:
    pieces = []
    while piece := os.read(file, _PIECE):
        pieces.append(piece)
    return b"".join(pieces)


def _shared(source: int, copy: int) -> bool:
    try:
        fcntl.ioctl(copy, _FICLONE, source)
    except OSError:
        return False
    return True


def pour(source: int, copy: int, most: int = 1 << 62) -> None:
    """Copy what a descriptor still has to read, at most so many bytes: a file that grows for ever must end."""
    left = most
    while left > 0 and (piece := os.read(source, min(_PIECE, left))):
        left -= len(piece)
        view = memoryview(piece)
        while view:
            view = view[os.write(copy, view) :]
