"""What stands at a path: a file, a link or nothing, with mode, bytes and git's name for it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

import msgspec

from octavo.patch.disk import open_at_once, read_limited

ABSENT_ID = "0" * 40

BlobId = Callable[[str, str, bytes], str | None]
"""Root of a repository, absolute path in it, bytes: the blob id that git gives them there, or None.

Git's filters (line ends, clean filters) may make it differ from the plain one.
"""


class Snapshot(msgspec.Struct, frozen=True):
    """One path at one time; `mode` as git writes it, or None when nothing a diff can show stands there.

    The content of a link is the path it holds. Of a file that is larger than patches may be, `huge` tells the state
    (size and time of the last change in nanoseconds) in place of the content.
    """

    mode: str | None
    content: bytes
    huge: tuple[int, int] | None = None


ABSENT = Snapshot(None, b"")


def snapshot(path: str) -> Snapshot:
    """What stands at `path` now; a folder, a device and what cannot be read count as nothing."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return Snapshot("120000", os.fsencode(os.readlink(path)))
        if not stat.S_ISREG(status.st_mode):
            return ABSENT
        with open(path, "rb", opener=open_at_once) as file:
            mode = "100755" if status.st_mode & 0o111 else "100644"
            content = read_limited(file)
            if content is None:
                now = os.fstat(file.fileno())
                return Snapshot(mode, b"", (now.st_size, now.st_mtime_ns))
            return Snapshot(mode, content)
    except (OSError, ValueError):
        return ABSENT


def plain_blob_id(content: bytes) -> str:
    """The id of a blob with these bytes, 40 hexadecimal digits."""
    import hashlib  # only turns with patches need it

    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def git_root(path: str) -> str | None:
    """The nearest folder above `path` that holds `.git`, as a file or a folder."""
    folder = os.path.dirname(path)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder
