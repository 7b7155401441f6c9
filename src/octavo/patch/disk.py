"""Reads and writes the files of a patch, and words what the system refuses.

Reading is strict: a file that is not UTF-8 is an error, never a guess. What is
neither a file nor a folder (a pipe, a device) is refused, since reading it could
last for ever.
"""

from __future__ import annotations

import os
import stat

from octavo.errors import OctavoError


class UnreadableFileError(OctavoError):
    """A file cannot be read; the text is the reason alone, without the path."""


def read_text(path: str) -> str:
    """The text of the file at `path`, line ends as they are.

    Raises `UnreadableFileError`.
    """
    try:
        _require_file(os.stat(path).st_mode)
        with open(path, "rb", opener=open_at_once) as file:
            _require_file(os.fstat(file.fileno()).st_mode)
            return file.read().decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableFileError("stream did not contain valid UTF-8") from None
    except OSError as error:
        raise UnreadableFileError(_reason(error)) from None
    except ValueError:  # what `os` says to a NUL in a path
        raise UnreadableFileError("file name contained an unexpected NUL byte") from None


def open_at_once(path: str, flags: int) -> int:
    """An opener for `open` that does not wait for the other end of a pipe, should one have come there meanwhile."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)


def write_text(path: str, text: str) -> None:
    """Write `text` to `path`, in place, so that mode, owner and links of an existing file stay.

    Raises `OSError` or, for a NUL in the path, `ValueError`.
    """
    with open(path, "wb") as file:
        file.write(text.encode("utf-8"))


def create_parents(path: str) -> None:
    """Create the missing folders above `path`.

    Raises as `write_text` does.
    """
    parent = os.path.dirname(path.rstrip("/"))
    if parent:
        os.makedirs(parent, exist_ok=True)


def same_entry(source: str, destination: str) -> bool:
    """Whether removing `source` would take away what was just written to `destination`."""
    here = _entry(source)
    if here in (_entry(destination), os.path.realpath(destination)):
        return True
    try:
        one, other = os.lstat(source), os.stat(destination)
    except OSError:
        return False
    # One link under two names: a file system that does not tell cases apart.
    return os.path.samestat(one, other) and one.st_nlink == 1


def _entry(path: str) -> str:
    """`path` with the links among its folders resolved, but not the last name."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def _require_file(mode: int) -> None:
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UnreadableFileError("not a regular file")


def _reason(error: OSError) -> str:
    return f"{error.strerror} (os error {error.errno})"
