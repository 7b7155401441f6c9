"""Keeping the store within its limit: the oldest sessions go first, those that are open never (`docs/undo.md`)."""

from __future__ import annotations

import contextlib
import os
import re
import time
import zlib

from octavo.undo.live import is_live

_LEAVE = 0.7
"""What of the limit is taken at most after room was made."""
_STILL_NEW = 3600.0
"""Seconds in which a kept file may not be named in any journal yet."""
_NAMES = re.compile(rb"sha256:([0-9a-f]{64})")


def room_in(folder: str, limit: int, session: str) -> int:
    """How many bytes the store may still grow by, after the oldest sessions but `session` made room where needed."""
    blobs = os.path.join(folder, "blobs")
    sizes = _sizes(blobs)
    taken = sum(size for size, _ in sizes.values())
    if taken <= limit * 0.9:
        return limit - taken
    sessions = _sessions(folder)
    wanted: dict[str, set[str]] = {name: _named(folder, name) for _, name in sessions}
    busy = {session, *(name for _, name in sessions if is_live(folder, name))}
    while taken > limit * _LEAVE and (old := next((name for _, name in sessions if name not in busy), None)):
        sessions = [one for one in sessions if one[1] != old]
        _forget(folder, old)
        del wanted[old]
        taken -= _sweep(blobs, sizes, set().union(*wanted.values()))
    taken -= _sweep(blobs, sizes, set().union(*wanted.values()))
    return max(limit - taken, 0)


def _sizes(blobs: str) -> dict[str, tuple[int, float]]:
    """Size and time of each kept file, by its name."""
    sizes: dict[str, tuple[int, float]] = {}
    for first in _listed(blobs):
        for entry in _listed(os.path.join(blobs, first.name)) if first.is_dir(follow_symlinks=False) else ():
            with contextlib.suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                sizes[first.name + entry.name] = (status.st_size, status.st_mtime)
    return sizes


def _sessions(folder: str) -> list[tuple[float, str]]:
    """When each session was last written to, and its name; oldest first."""
    found = []
    for entry in _listed(folder):
        if entry.name.endswith(".jsonl"):
            with contextlib.suppress(OSError):
                found.append((entry.stat(follow_symlinks=False).st_mtime, entry.name.removesuffix(".jsonl")))
    return sorted(found)


def _named(folder: str, session: str) -> set[str]:
    """The kept files that a session's journal and its first look name."""
    names: set[str] = set()
    with contextlib.suppress(OSError), open(os.path.join(folder, f"{session}.jsonl"), "rb") as lines:
        for line in lines:
            names.update(map(bytes.decode, _NAMES.findall(line)))
    with contextlib.suppress(OSError, zlib.error), open(os.path.join(folder, f"{session}.files"), "rb") as file:
        names.update(map(bytes.decode, _NAMES.findall(zlib.decompress(file.read()))))
    return names


def _forget(folder: str, session: str) -> None:
    for end in (".jsonl", ".files"):
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(folder, session + end))


def _sweep(blobs: str, sizes: dict[str, tuple[int, float]], wanted: set[str]) -> int:
    """Remove what nobody names any more; how many bytes that gave."""
    freed, now = 0, time.time()
    for name in [one for one, (_, kept) in sizes.items() if one not in wanted and kept < now - _STILL_NEW]:
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(blobs, name[:2], name[2:]))
            freed += sizes.pop(name)[0]
    return freed


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
