"""Folders whose mode keeps us out, opened for an undoing (`docs/undo.md`).

A turn may close a folder that it made, with what is in it never seen by anybody. Its owner can open it through the
folder above. What is in it is the turn's as long as the folder has not been touched since it was closed: nobody could
go in.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping

from octavo.files.real_folder import open_folder
from octavo.undo.history import Net
from octavo.undo.restore import now_at
from octavo.undo.work import change_mode, status_of

_OPEN = 0o700


@contextlib.contextmanager
def opened(net: Mapping[str, Net], *, overwrite: bool) -> Iterator[tuple[dict[str, int], dict[str, Net]]]:
    """Open the closed folders of an undoing: the modes that they had, and what to do with what was found in them.

    Those that the undoing leaves as they are get their mode back. Without `overwrite` only folders are opened that are
    as the turns left them.
    """
    modes: dict[str, int] = {}
    found: dict[str, Net] = {}
    try:
        for path in sorted(net, key=len):
            one, now = net[path], now_at(path)
            as_left = one.expected is not None and now is not None and one.expected.mode == now.mode
            if now is None or now.kind != "folder" or not (as_left or overwrite):
                continue
            was_shut = not now.mode & stat.S_IXUSR and one.expected is not None and one.expected.ctime == now.ctime
            if _open(path, modes) and one.wanted is None:
                _look_into(path, net, found, modes, is_known=was_shut)
        yield modes, found
    finally:
        for path in sorted(modes, reverse=True):
            _close(path, modes[path])


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
    folder: str, net: Mapping[str, Net], found: dict[str, Net], modes: dict[str, int], *, is_known: bool
) -> None:
    """What is in a folder that a turn made and nobody could look into; `is_known`: it is the turn's for sure."""
    with contextlib.suppress(OSError), _above(folder) as (above, name):
        listing = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
        try:
            names = os.listdir(listing)
        finally:
            os.close(listing)
        for entry in names:
            path = f"{folder}/{entry}"
            now = now_at(path)
            if path in net or now is None:
                continue
            found[path] = Net(None, now if is_known else None, foreign=not is_known)
            if now.kind == "folder":
                _open(path, modes)
                _look_into(path, net, found, modes, is_known=is_known)


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
