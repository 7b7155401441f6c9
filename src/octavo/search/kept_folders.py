"""What an earlier process saw in the folders below a root (`docs/search.md`, "Speed").

Of each folder its links, pipes and sockets are kept, beside the folder's inode and the
time of its last change: who finds both as they were need not read it again. A file that
cannot be read or written, or is of another format, is done without.
"""

from __future__ import annotations

import binascii
import contextlib
import os

import msgspec

from octavo.files.plain_file import open_plain
from octavo.files.private_file import replace_private_file

_FORMAT = 1
_MOST_ROOTS = 16
_MOST_BYTES = 50_000_000

Stamp = tuple[int, int]
"""The inode of a folder and when it was last changed, in nanoseconds."""


class KeptFolder(msgspec.Struct, frozen=True, array_like=True):
    """A folder: its stamp when it was read, and the names of what is neither file nor folder in it."""

    stamp: Stamp
    special: tuple[str, ...]


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    format: int
    root: str
    folders: dict[str, KeptFolder]


def folder_cache(codex_home: str) -> str:
    """Where they are kept."""
    return os.path.join(codex_home, "cache", "folders")


def read_folders(cache: str, root: str) -> dict[str, KeptFolder]:
    """The folders below a root, by their paths in it; none when nothing is kept of it."""
    try:
        with open_plain(_file_of(cache, root)) as file:
            kept = msgspec.msgpack.decode(file.read(_MOST_BYTES), type=_Kept)
    except (OSError, ValueError):
        return {}
    return kept.folders if (kept.format, kept.root) == (_FORMAT, os.path.abspath(root)) else {}


def keep_folders(cache: str, root: str, folders: dict[str, KeptFolder]) -> None:
    """Keep them in place of what was kept of this root; of many roots, those that were kept last."""
    with contextlib.suppress(OSError, UnicodeEncodeError):
        data = msgspec.msgpack.encode(_Kept(_FORMAT, os.path.abspath(root), folders))
        os.makedirs(cache, mode=0o700, exist_ok=True)
        replace_private_file(_file_of(cache, root), data)
        with os.scandir(cache) as entries:
            newest_first = sorted(entries, key=lambda entry: entry.stat(follow_symlinks=False).st_mtime, reverse=True)
        for entry in newest_first[_MOST_ROOTS:]:
            os.unlink(entry.path)


def _file_of(cache: str, root: str) -> str:
    # The file tells its root, so two roots of one name only take turns; a digest would load a library of ciphers.
    path = os.fsencode(os.path.abspath(root))
    return os.path.join(cache, f"{binascii.crc32(path):08x}{binascii.crc32(path[::-1]):08x}")
