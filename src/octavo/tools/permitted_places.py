"""Where a command works that a rule allows: in the project of its turn, and in no other repository.

Another repository names programs of its own, in its configuration and its hooks, and a command of the
model may have made it. So whatever folder a script could come to, whichever of its `cd` fail, has to be of
the repository that the turn works in, and git is given no other one (`docs/permissions.md`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from octavo.commands.readings import exact_commands

_MOST_CHANGES = 4
_GOES_ELSEWHERE = frozenset(
    ["push", "fetch", "pull", "clone", "ls-remote", "remote", "submodule", "archive", "bundle", "send-pack"]
)
"""git's commands that take another repository."""


class Place(NamedTuple):
    """The folder of a turn: its project, and the folder whose repository git took there when it was first looked at."""

    project: str
    repository: str | None


def repository_around(folder: str) -> str | None:
    """The nearest folder at or above `folder` that git would take for a repository or the top of one."""
    while True:
        if _may_be_repository(folder):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def stays_in(place: Place, argv: Sequence[str], cwd: str) -> bool:
    """Whether a command in `cwd` works in `place` alone, wherever it may go."""
    commands = exact_commands(argv) or ()
    folders = _folders(commands, cwd)
    if folders is None or not all(_is_of(place, folder) for folder in folders):
        return False
    return not any(_names_a_repository(words, folders) or _follows_submodules(place, words) for words in commands)


def works_in(folder: str, argv: Sequence[str], cwd: str) -> bool:
    """Whether a command in `cwd` goes nowhere but to this folder, and to those above it.

    That one stays what it is while other commands run, which could put another folder in the place of one below.
    """
    real = os.path.realpath(folder)
    folders = _folders(exact_commands(argv) or (), cwd)
    return folders is not None and all(f"{real}/".startswith(f"{one.rstrip('/')}/") for one in folders)


def _folders(commands: Sequence[Sequence[str]], cwd: str) -> set[str] | None:
    """Where commands could come to, whichever `cd` fails; None where that is anywhere."""
    folders = {os.path.realpath(cwd)}
    if sum(words[0] == "cd" for words in commands) > _MOST_CHANGES:
        return None
    for words in commands:
        if words[0] == "cd":
            if len(words) != 2 or words[1][:1] in ("/", "~", "-", ""):
                return None
            for folder in tuple(folders):  # a `cd` may fail, or hold for a part of a pipe alone
                path = os.path.join(folder, words[1])
                folders |= {os.path.realpath(path), os.path.realpath(os.path.normpath(path))}
    return folders


def _is_of(place: Place, folder: str) -> bool:
    tops = {place.project, place.repository} - {None, os.sep}
    is_inside = any(folder == top or folder.startswith(f"{top}/") for top in tops)
    return is_inside and repository_around(folder) == place.repository


def _names_a_repository(words: Sequence[str], folders: set[str]) -> bool:
    """Whether git is sent to a repository by its path, or into those below this one."""
    if words[0].rpartition("/")[2] != "git" or len(words) < 2 or words[1] not in _GOES_ELSEWHERE:
        return False
    return any(_is_a_repositorys(part, folders) for word in words[2:] for part in _parts(word))


def _follows_submodules(place: Place, words: Sequence[str]) -> bool:
    """Whether git may get new commits for submodules, too, which is what it does by itself."""
    is_asked = words[0].rpartition("/")[2] == "git" and words[1:2] in (["fetch"], ["pull"])
    if not is_asked or place.repository is None or "--no-recurse-submodules" in words:
        return False
    return os.path.lexists(os.path.join(place.repository, ".gitmodules"))


def _parts(word: str) -> Iterator[str]:
    """A word, and the value in one that is an option with its value."""
    yield word
    if word.startswith("-"):
        yield word.partition("=")[2] if word.startswith("--") else word[2:]


def _is_a_repositorys(text: str, folders: set[str]) -> bool:
    if text.startswith("--rec") and not text.endswith("=no"):
        return True  # `--recurse-submodules`: a submodule is a repository of its own
    if text.startswith(("/", "./", "../", "~", "file:")) or text in (".", "..") or "::" in text:
        return True
    paths = [os.path.join(folder, text) for folder in folders if text]
    return any(_may_be_repository(path) or _may_be_repository(f"{path}.git") for path in paths)


def _may_be_repository(folder: str) -> bool:
    if os.path.lexists(os.path.join(folder, ".git")):
        return True
    # One without a work tree; its objects may lie in another folder, which `commondir` names.
    is_bare = any(os.path.lexists(os.path.join(folder, name)) for name in ("objects", "commondir"))
    return is_bare and os.path.lexists(os.path.join(folder, "HEAD"))
