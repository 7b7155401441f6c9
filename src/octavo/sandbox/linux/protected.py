"""What stays closed inside a writable root: git's code-running files and `.codex`.

A folder of git is mostly data, but its hooks, its configuration and the
`commondir` file decide what git runs later, outside the sandbox. This module
finds those paths, and answers for those that do not exist yet: inside a folder
of git an empty placeholder stands there to be sealed while a command runs; in
the work tree nothing is put, and what a command leaves there is moved away.

A command may also take away our right to look, for the next one to give it
back. So what cannot be looked into is sealed as a whole. `docs/sandbox.md`.
"""

from __future__ import annotations

import os
import stat

from octavo.sandbox.linux.mounts import is_below
from octavo.sandbox.linux.protection import Protection, folders_between
from octavo.sandbox.linux.real_paths import real_or_closed, real_path
from octavo.sandbox.linux.repair import identity, looks_bare, whole_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DEEPEST = 8
_MOST_FOLDERS = 500  # below one `modules`; one with more is sealed as a whole
_MOST_WORKTREES = 100  # each takes two open files


def find_protected(
    roots: list[bytes], projects: list[bytes], closed: list[bytes], guarded: Sequence[bytes] = ()
) -> Protection:
    """What to close below `roots` (real paths); `projects` are those of them where absent paths count too.

    `closed` are folders of ours, which stay closed unless a root was chosen inside of one; `guarded` are further paths
    that stay as they are, and what comes into being at one of them is moved away. Raises `OSError` when we
    may open no more files.
    """
    found = Protection(roots)
    for folder in closed:
        _protect_our_folder(found, folder)
    for path in guarded:
        _guard(found, path)
    for root in roots:
        _protect_root(found, root, in_project=root in projects)
    return found


def _protect_our_folder(found: Protection, folder: bytes) -> None:
    found.hold_links(folder)  # another folder must not come to be ours
    real = real_path(folder)
    if not real:
        real = real_or_closed(folder)
        if real in found.roots:
            found.whole.append(real)
            return
    is_inside = any(is_below(real, root) for root in found.roots)
    if is_inside and not any(root == real or is_below(root, real) for root in found.roots):
        found.pin(real)
        found.sealed.append(real)


def _guard(found: Protection, path: bytes) -> None:
    folder, missing = os.path.dirname(path), os.path.basename(path)
    while not (real := found.hold_links(folder)):
        if os.path.lexists(folder) or folder == b"/":  # closed to us, or a link to nothing
            return
        folder, missing = os.path.dirname(folder), os.path.join(os.path.basename(folder), missing)
    place = os.path.join(real, missing)
    if not any(is_below(place, root) for root in found.roots):
        return
    found.pin(real)
    if b"/" in missing or found.look(place) is None:
        found.aside.append(place)
    else:
        found.seal(place, folder=False, expected=False)


def _protect_root(found: Protection, root: bytes, *, in_project: bool) -> None:
    found.pin(root)
    _protect_our_settings(found, os.path.join(root, b".codex"), in_project=in_project)
    link = os.path.join(root, b".git")
    is_nested = _is_inside_a_repository(root)
    status = found.look(link)
    if status is None:
        if looks_bare(root):
            _protect_repository(found, root, expected=in_project, is_linked=False)
        elif is_nested:
            found.plain.append((root, identity(os.path.join(root, b"HEAD"))))
        if is_nested and in_project:
            found.aside.append(link)  # a new one would come before it
        return
    found.plain.append((root, identity(os.path.join(root, b"HEAD"))))
    is_linked = stat.S_ISREG(status.st_mode)
    if is_linked:
        found.sealed.append(link)
    for git_folder in _git_folders(found, link):
        if any(is_below(git_folder, other) for other in found.roots):
            found.pin(git_folder)
            _protect_repository(found, git_folder, expected=in_project, is_linked=is_linked)
            whole = None if is_linked else whole_repository(git_folder)
            if whole is not None:
                found.repositories.append(whole)


def _protect_our_settings(found: Protection, path: bytes, *, in_project: bool) -> None:
    if found.look(path) is not None:
        found.seal(path, folder=True, expected=in_project)
    elif in_project:
        found.aside.append(path)


def _is_inside_a_repository(folder: bytes) -> bool:
    while folder != b"/":
        folder = os.path.dirname(folder)
        if os.path.lexists(os.path.join(folder, b".git")):
            return True
    return False


def _protect_repository(found: Protection, git_folder: bytes, *, expected: bool, is_linked: bool) -> None:
    """`is_linked` says that a `.git` file led there: then it may be a worktree's, which has a `commondir`."""
    below = _repositories_below(found, os.path.join(git_folder, b"modules"))
    for repository in (git_folder, *below):
        found.pinned.extend(folders_between(repository, [git_folder]))
        found.seal(os.path.join(repository, b"hooks"), folder=True, expected=expected)
        found.seal(os.path.join(repository, b"config"), folder=False, expected=expected)
        found.seal(os.path.join(repository, b"config.worktree"), folder=False, expected=expected)
        for name in (b"remotes", b"branches"):  # where git looked for remotes before it had a configuration
            _seal_or_refuse(found, os.path.join(repository, name), expected=expected)
        # It sends git to another folder for its configuration.
        redirection = os.path.join(repository, b"commondir")
        if is_linked and repository == git_folder:
            _seal_or_refuse(found, redirection, expected=expected)
        elif expected:
            found.unwanted.append(redirection)  # even if it is there: perhaps another command has just made it
        _protect_worktrees(found, repository, expected=expected)


def _protect_worktrees(found: Protection, repository: bytes, *, expected: bool) -> None:
    worktrees = os.path.join(repository, b"worktrees")
    folders = found.folders_in(worktrees)
    if len(folders) > _MOST_WORKTREES:
        found.sealed.append(worktrees)
        return
    for folder in folders:
        found.pinned.extend(folders_between(folder, [repository]))
        found.seal(os.path.join(folder, b"config.worktree"), folder=False, expected=expected)
        _seal_or_refuse(found, os.path.join(folder, b"commondir"), expected=expected)


def _seal_or_refuse(found: Protection, path: bytes, *, expected: bool) -> None:
    if found.look(path) is not None:
        found.seal(path, folder=False, expected=False)
    elif expected:
        found.unwanted.append(path)


def _git_folders(found: Protection, link: bytes) -> list[bytes]:
    """The real folder behind a `.git`, and the common one if that is a linked worktree's."""
    folder = found.hold_links(link)
    if folder and found.is_file(folder):
        target = found.first_line(folder)
        if not target.startswith(b"gitdir:"):
            return []
        folder = found.hold_links(os.path.join(os.path.dirname(link), target[len(b"gitdir:") :].strip()))
    if not folder or not found.is_folder(folder):
        return []
    common = found.first_line(os.path.join(folder, b"commondir"))
    folders = [folder, found.hold_links(os.path.join(folder, common))] if common else [folder]
    return [path for path in folders if path and _is_repository(found, path)]


def _repositories_below(found: Protection, folder: bytes) -> list[bytes]:
    """Repositories of submodules; a name with a slash makes folders between, a submodule may have its own.

    Where there are too many folders, or they lie too deep, all of them are sealed.
    """
    repositories: list[bytes] = []
    seen = 0
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        children = found.folders_in(place)
        seen += len(children)
        if seen > _MOST_FOLDERS or (children and depth > _DEEPEST):
            found.sealed.append(folder)
            return []
        for child in children:
            is_repository = _is_repository(found, child)
            if is_repository:
                repositories.append(child)
            waiting.append((os.path.join(child, b"modules") if is_repository else child, depth + 1))
    return repositories


def _is_repository(found: Protection, folder: bytes) -> bool:
    # The configuration is sealed, so a command cannot make a repository unrecognisable for the next one.
    return any(found.look(os.path.join(folder, name)) is not None for name in (b"config", b"HEAD"))
