"""After a command: folders that it closed to us are opened again, so that what lies in them is seen to.

An ordinary user who takes the rights to a folder from himself takes them from
us as well: what the command left behind it would be there once he gives them
back. `docs/sandbox.md`.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def reopen(folders: Iterable[bytes]) -> None:
    """Give the owner all rights on what keeps us from looking into real `folders`, as far as that goes."""
    for folder in dict.fromkeys(folders):
        try:
            os.stat(os.path.join(folder, b"."))
        except PermissionError:
            _reopen_on_the_way(folder)
        except OSError:
            continue  # it is gone


def allow_all(place: int) -> None:
    """Give the owner all rights on a folder that is open, whatever its name leads to by now. Raises `OSError`."""
    mode = stat.S_IMODE(os.fstat(place).st_mode)
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        os.chmod(b"/proc/self/fd/%d" % place, mode | stat.S_IRWXU)


def try_allow_all(place: int) -> None:
    """The same, as far as that goes."""
    try:
        allow_all(place)
    except OSError:
        return  # it is not ours


def _reopen_on_the_way(folder: bytes) -> None:
    place = os.open(b"/", _FOLDER)
    try:
        for name in (*filter(None, folder.split(b"/")), b"."):
            below = _opened(place, name)
            os.close(place)
            place = below
    except OSError:
        return  # it is gone, a link by now, or not ours
    finally:
        os.close(place)


def _opened(place: int, name: bytes) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=place)
    except PermissionError:
        allow_all(place)
        return os.open(name, _FOLDER, dir_fd=place)
