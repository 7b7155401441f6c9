"""Following symbolic links by hand, to know each one on the way.

Imported by the launcher, so it imports next to nothing.
"""

from __future__ import annotations

import os
import stat

_MOST_LINKS = 40


def followed(path: bytes) -> tuple[bytes, list[bytes]]:
    """The real path, empty if there is none, and the real paths of the links on the way.

    Raises `PermissionError` where a folder on the way does not let us look.
    """
    waiting = path.split(b"/")[::-1]
    place = b"/"
    links: list[bytes] = []
    while waiting:
        name = waiting.pop()
        if name in (b"", b"."):
            continue
        if name == b"..":
            place = os.path.dirname(place)
            continue
        step = os.path.join(place, name)
        try:
            is_link = stat.S_ISLNK(os.lstat(step).st_mode)
            target = os.readlink(step) if is_link else b""
        except PermissionError:
            raise
        except (OSError, ValueError):  # the latter for a NUL in the path
            return b"", links
        if not is_link:
            place = step
            continue
        links.append(step)
        if len(links) > _MOST_LINKS:
            return b"", links
        if target.startswith(b"/"):
            place = b"/"
        waiting += target.split(b"/")[::-1]
    return place, links


def is_within(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` or lies below it."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
