"""Reads and writes the files of a patch, and words what the system refuses.

Reading is strict: a file that is not UTF-8 is an error, never a guess. What is
neither a file nor a folder (a pipe, a device) is refused, since reading it could
last for ever, and so is what is larger than any text, since it would fill the memory.
"""

from __future__ import annotations

import os
import stat

from octavo.errors import OctavoError

TYPE_CHECKING = False  # as `typing` has it, whose import costs as much as all of the patch program
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO


MAX_MIB = 256
_PIECE = 1 << 20
_AT_ONCE = os.O_NONBLOCK | os.O_NOCTTY


class UnreadableFileError(OctavoError):
    """A file cannot be read; the text is the reason alone, without the path."""


class Disk:
    """What carrying out a patch does to the disk: here, by paths as they are given."""

    def read_text(self, path: str) -> str:
        """See the function of this name."""
        return read_text(path)

    def write_text(self, path: str, text: str) -> None:
        """See the function of this name."""
        write_text(path, text)

    def create_text(self, path: str, text: str, mode: int | None = None) -> None:
        """See the function of this name."""
        create_text(path, text, mode)

    def mode(self, path: str) -> int:
        """Who may do what with the file at `path`. Raises as `write_text` does."""
        return stat.S_IMODE(os.stat(path).st_mode)

    def create_parents(self, path: str) -> None:
        """Create the missing folders above `path`.

        Raises as `write_text` does.
        """
        parent = os.path.dirname(path.rstrip("/"))
        if parent:
            os.makedirs(parent, exist_ok=True)

    def remove(self, path: str) -> None:
        """Remove a file, or a link and not what it leads to.

        Raises as `write_text` does.
        """
        os.unlink(path)

    def same_entry(self, source: str, destination: str) -> bool:
        """Whether both are one file, so that removing `source` would take away what is written to `destination`."""
        here = entry_of(source)
        if here in (entry_of(destination), os.path.realpath(destination)):
            return True
        try:
            one, other = os.lstat(source), os.stat(destination)
        except OSError:
            return False
        # One link under two names: a file system that does not tell cases apart.
        return os.path.samestat(one, other) and one.st_nlink == 1


def read_text(path: str, folder: int | None = None) -> str:
    """The text of the file at `path`, line ends as they are.

    In an opened `folder` the path is a name, and no link is followed. Raises `UnreadableFileError`.
    """
    try:
        _require_file(os.stat(path, dir_fd=folder, follow_symlinks=folder is None).st_mode)
        with open(path, "rb", opener=open_at_once if folder is None else _opener_in(folder, _AT_ONCE)) as file:
            _require_file(os.fstat(file.fileno()).st_mode)
            content = read_limited(file)
        if content is None:
            raise UnreadableFileError(f"file is larger than {MAX_MIB} MiB")
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableFileError("stream did not contain valid UTF-8") from None
    except OSError as error:
        raise UnreadableFileError(error_reason(error)) from None
    except ValueError:  # what `os` says to a NUL in a path
        raise UnreadableFileError("file name contained an unexpected NUL byte") from None


def read_limited(file: BinaryIO) -> bytes | None:
    """All of an open file, or None when that is more than `MAX_MIB`; a size that the system tells is not tried."""
    limit = MAX_MIB << 20
    if os.fstat(file.fileno()).st_size > limit:
        return None
    content = bytearray()
    while piece := file.read(_PIECE):  # not by the size: it may grow, and some files do not tell theirs
        content += piece
        if len(content) > limit:
            return None
    return bytes(content)


def open_at_once(path: str, flags: int) -> int:
    """An opener for `open` that does not wait for the other end of a pipe, should one have come there meanwhile."""
    return os.open(path, flags | _AT_ONCE | os.O_CLOEXEC, 0o666)


def _opener_in(folder: int, more_flags: int = 0) -> Callable[[str, int], int]:
    """An opener for `open` that takes the path for a name in the folder, and follows no link."""

    def open_there(name: str, flags: int) -> int:
        return os.open(name, flags | more_flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=folder)

    return open_there


def write_text(path: str, text: str, folder: int | None = None) -> None:
    """Write `text` to `path`, in place, so that mode, owner and links of an existing file stay.

    In an opened `folder` the path is a name, and no link is followed. Raises `OSError` or, for a NUL in the path,
    `ValueError`.
    """
    with open(path, "wb", opener=open_at_once if folder is None else _opener_in(folder, _AT_ONCE)) as file:
        file.write(text.encode("utf-8"))


def create_text(path: str, text: str, mode: int | None = None, folder: int | None = None) -> None:
    """Write `text` to a new file; with `mode` it may be used as that says.

    In an opened `folder` the path is a name. Raises `FileExistsError` for anything that is there, a link that leads
    nowhere too, and else as `write_text` does.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o666 if mode is None else mode & 0o777, dir_fd=folder)
    with open(descriptor, "wb") as file:
        if mode is not None and stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
            _set_mode(descriptor, mode)
        file.write(text.encode("utf-8"))


def _set_mode(descriptor: int, mode: int) -> None:
    try:
        os.fchmod(descriptor, mode)
    except OSError:
        return  # a file system without modes, or a sandbox that lets nobody change them


def entry_of(path: str) -> str:
    """`path` with the links among its folders resolved, but not the last name."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def _require_file(mode: int) -> None:
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UnreadableFileError("not a regular file")


def error_reason(error: OSError) -> str:
    """What the system says, in the words of `UnreadableFileError`."""
    return f"{error.strerror} (os error {error.errno})"
