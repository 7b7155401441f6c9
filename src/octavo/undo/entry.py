"""What was at a path: its kind, what tells whether it has changed since, and where its bytes are.

Names are as the system has them, in memory; `saved_name` spells them for JSON, whatever bytes they hold.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from typing import Literal, NamedTuple

Kind = Literal["file", "link", "folder", "other"]

NOWHERE = ""
"""The content of what is not kept: too large, unreadable, or nothing that has bytes."""


class Entry(NamedTuple):
    """One path at one time. Times are in nanoseconds, `mode` has the permissions alone.

    `content` says where a file's bytes are: `sha256:<hex>` in the store, `git:<id>` in a repository, or nowhere. A
    link's is its target, in the saved spelling.
    """

    kind: Kind
    mode: int
    size: int
    mtime: int
    ctime: int
    inode: int
    links: int
    content: str = NOWHERE


def entry_of(status: os.stat_result, content: str = NOWHERE) -> Entry:
    """What a status says, with a content that the caller knows."""
    mode = status.st_mode
    kind: Kind = (
        "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "link" if stat.S_ISLNK(mode) else "other"
    )
    return Entry(
        kind,
        stat.S_IMODE(mode),
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
        status.st_nlink,
        content,
    )


def is_same(one: Entry | None, other: Entry | None, resolved: Callable[[str], str] = lambda content: content) -> bool:
    """Whether two entries say the same of what a user sees: kind, mode, content, and whether a file has other names.

    Contents that nobody kept are told apart by what the file system says. `resolved` may give contents of different
    kinds a common name.
    """
    if one is None or other is None:
        return one is other
    if one.kind != other.kind or (one.mode != other.mode and one.kind != "link"):
        return False
    if one.kind != "file":
        return one.content == other.content
    if (one.links > 1) != (other.links > 1):
        return False
    if NOWHERE in (one.content, other.content):
        return (one.size, one.mtime, one.inode) == (other.size, other.mtime, other.inode)
    return one.content == other.content or resolved(one.content) == resolved(other.content)


def saved_name(path: str) -> str:
    """A path for JSON: bytes that are no UTF-8 become `%` and two digits, and so does `%` itself."""
    if "%" not in path and path.isprintable():
        return path
    return _ODD.sub(lambda found: "".join(f"%{byte:02X}" for byte in os.fsencode(found.group())), path)


def name_of(saved: str) -> str:
    """The path that `saved_name` spelled so."""
    if "%" not in saved:
        return saved
    plain = _SPELLED.sub(lambda found: bytes([int(found.group(1), 16)]), os.fsencode(saved))
    return os.fsdecode(plain)


_ODD = re.compile("[%\x00-\x1f\x7f\udc80-\udcff]")
_SPELLED = re.compile(rb"%([0-9A-F]{2})")
