"""Folders reached part by part without following a link.

A command that still runs can put a link in the place of a folder at any time. Whoever works outside of the sandbox and
goes by path would be led where the command itself may not write; whoever goes by the descriptor from here is not.
Loads nothing but `os`: the patch program starts for every patch.
"""

from __future__ import annotations

import os

_ONLY_A_FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_TO_GO_ON = _ONLY_A_FOLDER | getattr(os, "O_PATH", os.O_RDONLY)  # a folder on the way need not be readable


def open_folder(path: str | bytes, above: int | None = None) -> int:
    """A descriptor to reach the folder's entries with, as `dir_fd`; the caller closes it.

    The path counts from the folder `above`, or from the root of the file system; it holds no `..`. Raises `OSError`,
    `NotADirectoryError` among others where a part is a link, `ValueError` for a NUL in the path.
    """
    return _reach(path, above, make=False)


def make_folder(path: str | bytes) -> None:
    """Create the folder and those above it, as far as they are missing.

    Raises as `open_folder` does.
    """
    os.close(_reach(path, None, make=True))


def _reach(path: str | bytes, above: int | None, make: bool) -> int:
    here = os.open("/", _TO_GO_ON) if above is None else os.dup(above)
    try:
        for part in os.fsencode(path).split(b"/"):
            if part:
                below = _open_part(part, here, make)
                os.close(here)
                here = below
    except BaseException:
        os.close(here)
        raise
    return here


def _open_part(part: bytes, here: int, make: bool) -> int:
    try:
        return os.open(part, _TO_GO_ON, dir_fd=here)
    except FileNotFoundError:
        if not make:
            raise
    try:
        os.mkdir(part, dir_fd=here)
    except FileExistsError:  # somebody else was faster; whether it is a folder shows now
        return os.open(part, _TO_GO_ON, dir_fd=here)
    return os.open(part, _TO_GO_ON, dir_fd=here)


def open_listing(name: bytes, above: int) -> int:
    """A descriptor of the folder `name` in the folder `above`, for `os.listdir` too; the caller closes it.

    Raises as `open_folder` does.
    """
    return os.open(name, os.O_RDONLY | _ONLY_A_FOLDER, dir_fd=above)
