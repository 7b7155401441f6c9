"""Copies of folders, to work in without touching them."""

from __future__ import annotations

import os
import shutil
import stat

from octavo.errors import OctavoError


class NotCopied(OctavoError):
    """The folder cannot be copied, or would take too much room."""


def copy_folder(source: str, to: str, largest: int) -> None:
    """Copy all files of `source`, links as links, to a new folder. Sockets and pipes are left out.

    Raises `NotCopied`, also for more than `largest` bytes; nothing is left behind then.
    """
    _check_size(source, largest)
    try:
        shutil.copytree(source, to, symlinks=True, ignore=_odd_files)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(to, ignore_errors=True)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)[:200]
        raise NotCopied(f"{source} cannot be copied: {reason}") from None


def _check_size(source: str, largest: int) -> None:
    total = 0
    for folder, _, names in os.walk(source):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                continue
        if total > largest:
            raise NotCopied(f"{source} holds more than {largest >> 20} MiB")


def _odd_files(folder: str, names: list[str]) -> list[str]:
    odd = []
    for name in names:
        try:
            mode = os.lstat(os.path.join(folder, name)).st_mode
        except OSError:
            continue
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
            odd.append(name)
    return odd
