"""Folders whose mode keeps us out, opened for an undoing (`docs/undo.md`).

A turn may close a folder after it did something in it that nobody saw. Its owner can open it through the folder
above. What is different in it from what was last seen is the turn's as long as the folder has not been touched since
it was closed: nobody could go in.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping

from octavo.files.real_folder import open_folder
from octavo.undo.entry import Entry, is_same
from octavo.undo.history import Net
from octavo.undo.restore import now_at
from octavo.undo.state import inside
from octavo.undo.work import Left, change_mode, status_of

_OPEN = 0o700


class Opened:
    """`modes` are those that folders had which are open now, `found` is what is to be done in them besides, and `left`
    what stays although it may be the turns'.
    """

    def __init__(self) -> None:
        self.modes: dict[str, int] = {}
        self.found: dict[str, Net] = {}
        self.left: list[Left] = []


@contextlib.contextmanager
def opened(
    net: Mapping[str, Net], last_seen: Callable[[], Mapping[str, Entry]], *, overwrite: bool
) -> Iterator[Opened]:
    """Open the closed folders of an undoing, and those in which it has something to do.

    Those that are still among the modes at the end get theirs back. Without `overwrite` a folder that the turns
    changed is opened only if it is as they left it. `last_seen` tells what was known of every path.
    """
    done = Opened()
    try:
        for path in sorted({*net, *map(os.path.dirname, net)}, key=len):
            one, now = net.get(path), now_at(path)
            if now is None or now.kind != "folder":
                continue
            if one is None:
                _open(path, done.modes)
                continue
            expected = one.expected
            if not (overwrite or (expected is not None and expected.mode == now.mode)):
                continue
            was_shut = not now.mode & stat.S_IXUSR and expected is not None and expected.ctime == now.ctime
            was_open = one.wanted is None or one.wanted.mode & _OPEN == _OPEN
            if _open(path, done.modes) and was_open:
                seen, is_made = last_seen(), one.wanted is None
                _look_into(path, net, seen, done, is_known=was_shut and (is_made or path in seen), is_made=is_made)
        yield done
    finally:
        for path in sorted(done.modes, reverse=True):
            _close(path, done.modes[path])


def _open(path: str, modes: dict[str, int]) -> bool:
    """Open a folder if it is closed to us; whether it was, and is not any more."""
    with contextlib.suppress(OSError), _above(path) as (above, name):
        status = status_of(name, above)
        if status is None or not stat.S_ISDIR(status.st_mode) or _is_free(name, above):
            return False
        change_mode(name, above, stat.S_IMODE(status.st_mode) | _OPEN)
        modes[path] = stat.S_IMODE(status.st_mode)
        return _is_free(name, above)
    return False


def _close(path: str, mode: int) -> None:
    with contextlib.suppress(OSError), _above(path) as (above, name):
        status = status_of(name, above)
        if status is not None and stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == mode | _OPEN:
            change_mode(name, above, mode)


def _look_into(
    folder: str, net: Mapping[str, Net], last_seen: Mapping[str, Entry], done: Opened, *, is_known: bool, is_made: bool
) -> None:
    """What is different in a folder that nobody could look into.

    `is_known`: it is the turn's for sure; `is_made`: the turn made the folder.
    """
    names: set[str] = set()
    with contextlib.suppress(OSError), _above(folder) as (above, name):
        listing = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
        try:
            names.update(os.listdir(listing))
        finally:
            os.close(listing)
    start = inside(folder)
    names.update(path.removeprefix(start) for path in last_seen if path.rpartition("/")[0] == folder)
    for name in sorted(names):
        path = start + name
        before, now = last_seen.get(path), now_at(path)
        if now is not None and now.kind == "folder":
            _open(path, done.modes)
            _look_into(path, net, last_seen, done, is_known=is_known, is_made=is_made)
        if path in net:
            if is_known:
                net[path].expected = now
        elif before is None and not is_known and not is_made:
            done.left.append(Left(path, "in a folder that was closed: nobody knows whether it was there before"))
        elif now is None or before is None or not _is_as_seen(before, now):
            done.found[path] = Net(before, now if is_known else None, foreign=not is_known)
            if before is not None and before.kind == "folder" and now is None:
                gone = (other for other in last_seen if other.startswith(inside(path)) and other not in net)
                done.found |= {other: Net(last_seen[other], None, foreign=not is_known) for other in gone}


def _is_as_seen(before: Entry, now: Entry) -> bool:
    if before.kind == "file":
        return (before.ctime, before.inode, before.size, before.mode) == (now.ctime, now.inode, now.size, now.mode)
    return is_same(before, now)


@contextlib.contextmanager
def _above(path: str) -> Iterator[tuple[int, str]]:
    folder, name = os.path.split(path)
    above = open_folder(folder)
    try:
        yield above, name or "."
    finally:
        os.close(above)


def _is_free(name: str, above: int) -> bool:
    """Whether we may list a folder, go in, and change what is in it."""
    return os.access(name, os.R_OK | os.W_OK | os.X_OK, dir_fd=above, effective_ids=True, follow_symlinks=False)
