"""Finding programs that we run ourselves where commands of the model cannot have put them (`docs/sandbox.md`).

Such programs run without a sandbox. So they, and whatever they look for on the PATH in turn, never come from a
folder that commands may write: those that any conversation of this process could write so far, and the project
around the working directory. Relative folders do not count either, as they mean another place in each folder.

What is known only grows, for the whole process: a program that one conversation had planted would run for another.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable

_open: set[str] = set()


def commands_may_write(folders: Iterable[str]) -> None:
    """From now on no program of ours comes from these absolute folders, or from below them.

    One that lies below a known one, also by what it really is, adds nothing: there may be thousands.
    """
    _open.update([folder for folder in folders if folder not in _open and not _is_below_known(folder)])


def outside_path(path: str, *working_directories: str) -> str:
    """The folders of `path` (a value of PATH) that commands cannot write, links resolved.

    The projects around `working_directories` count as folders that commands can write.
    """
    return os.pathsep.join(_outside(path, _closed_to_us(working_directories)))


def find_program(name: str, path: str, *working_directories: str) -> str | None:
    """The absolute path of the first program `name` in the folders of `outside_path`; None without one.

    A link to a program that commands can write counts as one that they can write.
    """
    closed = _closed_to_us(working_directories)
    for folder in _outside(path, closed):
        program = os.path.join(folder, name)
        if (
            os.path.isfile(program)
            and os.access(program, os.X_OK)
            and not _is_within(os.path.realpath(program), closed)
        ):
            return program
    return None


def may_be_written(path: str, *working_directories: str) -> bool:
    """Whether an absolute path, or what it leads to, lies in a folder that commands can write."""
    closed = _closed_to_us(working_directories)
    return _is_within(os.path.normpath(path), closed) or _is_within(os.path.realpath(path), closed)


def project_around(folder: str) -> str:
    """The outermost folder at or above `folder` that holds `.git`, else `folder` itself.

    The outermost, as a command can make a repository in any folder below. The user's home is no project.
    """
    found = place = os.path.abspath(folder)
    home = os.path.realpath(os.environ.get("HOME") or "/")
    while (parent := os.path.dirname(place)) != place:
        if os.path.lexists(os.path.join(place, ".git")) and os.path.realpath(place) != home:
            found = place
        place = parent
    return found


def _is_below_known(folder: str) -> bool:
    above = [known for known in _open if folder.startswith(f"{known}/")]
    if not above or os.path.normpath(folder) != folder:
        return False
    real = os.path.realpath(folder)
    return any(_is_within(real, (os.path.realpath(known),)) for known in above)


def _closed_to_us(working_directories: Iterable[str]) -> tuple[str, ...]:
    """Each as it is written and as it really is: either may stand in a PATH. `/` would leave no program at all."""
    named = {*_open, *map(project_around, working_directories)}
    folders = [folder for folder in named if "\0" not in folder]  # no folder at all, and none must spoil the others
    places = {place for folder in folders for place in (os.path.abspath(folder), os.path.realpath(folder))}
    return tuple(sorted(places - {"/"}))


@functools.lru_cache(maxsize=64)
def _outside(path: str, closed: tuple[str, ...]) -> tuple[str, ...]:
    folders = [folder for folder in path.split(os.pathsep) if os.path.isabs(folder)]
    real = ((os.path.normpath(folder), os.path.realpath(folder)) for folder in folders)
    return tuple(there for written, there in real if not _is_within(written, closed) and not _is_within(there, closed))


def _is_within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
