"""What stays closed inside a writable root: git's code-running files and `.codex`.

A folder of git is mostly data, but its hooks, its configuration and the
`commondir` file decide what git runs later, outside the sandbox. This module
finds those paths, and answers for those that do not exist yet: while a command
runs an empty placeholder stands there to be sealed, and goes with the command.
`docs/sandbox.md`.
"""

from __future__ import annotations

import os
import stat

from octavo.sandbox.mounts import is_below
from octavo.sandbox.placeholders import is_placeholder
from octavo.sandbox.real_paths import real_path

_DEEPEST = 8
_MOST_REPOSITORIES = 500  # below one root; a tree with more is sealed as a whole


class Protection:
    """What to close, as real paths.

    `pinned`: folders that must not be moved or removed. `sealed`: paths that must not be changed. `absent`: what
    would be sealed but does not exist yet, and whether it is a folder. `unwanted`: files that must not come into
    being and for which no placeholder can stand (git reads even an empty one).
    """

    def __init__(self) -> None:
        self.pinned: list[bytes] = []
        self.sealed: list[bytes] = []
        self.absent: list[tuple[bytes, bool]] = []
        self.unwanted: list[bytes] = []

    def seal(self, path: bytes, *, folder: bool, expected: bool) -> None:
        """Close `path`, in a real folder; if it does not exist, note it as absent where it is `expected` to stay so."""
        status = lstat(path)
        if status is not None and stat.S_ISLNK(status.st_mode):
            path = real_path(path)
            if path:
                self.sealed.append(path)
        elif expected and (status is None or is_placeholder(status)):
            self.absent.append((path, folder))
        elif status is not None:
            self.sealed.append(path)


def find_protected(roots: list[bytes], projects: list[bytes], closed: list[bytes]) -> Protection:
    """What to close below `roots` (real paths); `projects` are those of them where absent paths count too.

    `closed` are folders of ours (real paths), which stay closed unless a root was chosen inside of one.
    """
    found = Protection()
    for folder in closed:
        if any(is_below(folder, root) for root in roots) and not any(
            root == folder or is_below(root, folder) for root in roots
        ):
            found.pinned.extend(_folders_between(folder, roots))
            found.sealed.append(folder)
    for root in roots:
        in_project = root in projects
        found.pinned.extend(_folders_between(root, roots))
        found.seal(os.path.join(root, b".codex"), folder=True, expected=in_project)
        link = os.path.join(root, b".git")
        status = lstat(link)
        if status is None:
            continue
        if stat.S_ISREG(status.st_mode):
            found.sealed.append(link)
        for git_folder in _git_folders(link):
            if any(is_below(git_folder, other) for other in roots):
                found.pinned.extend(_folders_between(git_folder, roots))
                _protect_repository(found, git_folder, expected=in_project)
    return found


def _protect_repository(found: Protection, git_folder: bytes, *, expected: bool) -> None:
    below = _repositories_below(os.path.join(git_folder, b"modules"), 0, found.sealed)
    for repository in (git_folder, *below):
        found.pinned.extend(_folders_between(repository, [git_folder]))
        found.seal(os.path.join(repository, b"hooks"), folder=True, expected=expected)
        found.seal(os.path.join(repository, b"config"), folder=False, expected=expected)
        for folder in (repository, *_folders_in(os.path.join(repository, b"worktrees"))):
            found.pinned.extend(_folders_between(folder, [repository]))
            found.seal(os.path.join(folder, b"config.worktree"), folder=False, expected=expected)
            # It sends git to another folder for its configuration.
            redirection = os.path.join(folder, b"commondir")
            if lstat(redirection) is not None:
                found.seal(redirection, folder=False, expected=False)
            elif expected:
                found.unwanted.append(redirection)


def _git_folders(link: bytes) -> list[bytes]:
    """The real folder behind a `.git`, and the common one if that is a linked worktree's."""
    folder = link
    if os.path.isfile(link):
        target = _first_line(link)
        if not target.startswith(b"gitdir:"):
            return []
        folder = os.path.join(os.path.dirname(link), target[len(b"gitdir:") :].strip())
    if not os.path.isdir(folder):
        return []
    common = _first_line(os.path.join(folder, b"commondir"))
    folders = [folder, os.path.join(folder, common)] if common else [folder]
    return [path for path in map(real_path, folders) if path and _is_repository(path)]


def _repositories_below(folder: bytes, depth: int, sealed: list[bytes]) -> list[bytes]:
    """Repositories of submodules; a name with a slash makes folders between, a submodule may have its own."""
    found: list[bytes] = []
    for child in _folders_in(folder):
        is_repository = _is_repository(child)
        if is_repository:
            found.append(child)
        if depth < _DEEPEST:
            inner = os.path.join(child, b"modules") if is_repository else child
            found.extend(_repositories_below(inner, depth + 1, sealed))
        if len(found) > _MOST_REPOSITORIES:
            sealed.append(folder)
            return []
    return found


def _is_repository(folder: bytes) -> bool:
    # The configuration is sealed, so a command cannot make a repository unrecognisable for the next one.
    return any(os.path.isfile(os.path.join(folder, name)) for name in (b"config", b"HEAD"))


def _folders_in(folder: bytes) -> list[bytes]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _folders_between(path: bytes, tops: list[bytes]) -> list[bytes]:
    """`path`'s parents below the outermost of `tops`, and `path` itself if it lies below one."""
    tops = [top for top in tops if is_below(path, top)]
    if not tops:
        return []
    outermost = min(tops, key=len)
    folders = []
    while path != outermost:
        folders.append(path)
        path = os.path.dirname(path)
    return folders


def lstat(path: bytes) -> os.stat_result | None:
    """The status of `path` itself, `None` if nothing is there."""
    try:
        return os.lstat(path)
    except OSError:
        return None


def _first_line(path: bytes) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.readline(4096).strip()
    except OSError:
        return b""
