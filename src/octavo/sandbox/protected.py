"""What stays closed inside a writable root: git's code-running files and `.codex`.

A folder of git is mostly data, but its hooks, its configuration and the
`commondir` file decide what git runs later, outside the sandbox. This module
finds those paths, and answers for those that do not exist yet: while a command
runs an empty placeholder stands there to be sealed, and goes with the command.

A command may also take away our right to look, for the next one to give it
back. So what cannot be looked into is sealed as a whole. `docs/sandbox.md`.
"""

from __future__ import annotations

import errno
import os
import stat

from octavo.sandbox.links import followed
from octavo.sandbox.mounts import is_below
from octavo.sandbox.placeholders import is_placeholder
from octavo.sandbox.real_paths import real_or_closed, real_path

_DEEPEST = 8
_MOST_REPOSITORIES = 500  # below one root; a tree with more is sealed as a whole
_REFUSED = (errno.EACCES, errno.EPERM)


class Protection:
    """What to close below `roots`, as real paths.

    `pinned`: folders that must not be moved or removed. `sealed`: paths that must not be changed. `links`: symbolic
    links that must stay what they are. `absent`: what would be sealed but does not exist yet, and whether it is a
    folder. `unwanted`: what must not come into being and for which no placeholder can stand (git reads even an empty
    one). `whole`: roots that cannot be looked into at all. `plain`: roots that must not become repositories themselves.
    """

    def __init__(self, roots: list[bytes]) -> None:
        self.roots = roots
        self.pinned: list[bytes] = []
        self.sealed: list[bytes] = []
        self.links: list[bytes] = []
        self.absent: list[tuple[bytes, bool]] = []
        self.unwanted: list[bytes] = []
        self.whole: list[bytes] = []
        self.plain: list[bytes] = []

    def seal(self, path: bytes, *, folder: bool, expected: bool) -> None:
        """Close `path`, in a real folder; if it does not exist, note it as absent where it is `expected` to stay so."""
        status = self.look(path)
        if status is not None and stat.S_ISLNK(status.st_mode):
            target = self.hold_links(path)
            if target:
                self.pin(os.path.dirname(target))
                self.sealed.append(target)
            elif expected and any(is_below(os.path.realpath(path), root) for root in self.roots):
                self.absent.append((os.path.realpath(path), folder))
        elif expected and (status is None or is_placeholder(status)):
            self.absent.append((path, folder))
        elif status is not None:
            self.sealed.append(path)

    def pin(self, path: bytes) -> None:
        """Keep `path` and the folders above it, up to the root, where they are."""
        self.pinned.extend(_folders_between(path, self.roots))

    def hold_links(self, path: bytes) -> bytes:
        """Keep the links that lead from `path` on; where they lead, empty if that does not exist."""
        target, links = followed(path)
        self.links.extend(link for link in links if any(is_below(link, root) for root in self.roots))
        return target

    def shut(self, path: bytes) -> None:
        """Seal what keeps us from looking at `path`."""
        closed = real_or_closed(path)
        if closed in self.roots:
            self.whole.append(closed)
        elif closed:
            self.sealed.append(closed)

    def look(self, path: bytes) -> os.stat_result | None:
        """The status of `path` itself, `None` if nothing is there; shuts what cannot be looked at."""
        try:
            return os.lstat(path)
        except OSError as error:
            if error.errno in _REFUSED:
                self.shut(path)
            return None

    def first_line(self, path: bytes) -> bytes:
        """The first line of a file, empty where there is none."""
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would wait for a writer
        except OSError as error:
            if error.errno in _REFUSED:
                self.shut(path)
            return b""
        try:
            start = os.read(file, 4096) if stat.S_ISREG(os.fstat(file).st_mode) else b""
        except OSError:
            start = b""
        finally:
            os.close(file)
        return start.partition(b"\n")[0].strip()

    def folders_in(self, folder: bytes) -> list[bytes]:
        """The folders in one, links apart."""
        try:
            with os.scandir(folder) as entries:
                return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError as error:
            if error.errno in _REFUSED:
                self.shut(folder)
            return []


def find_protected(roots: list[bytes], projects: list[bytes], closed: list[bytes]) -> Protection:
    """What to close below `roots` (real paths); `projects` are those of them where absent paths count too.

    `closed` are folders of ours, which stay closed unless a root was chosen inside of one.
    """
    found = Protection(roots)
    for folder in closed:
        _protect_our_folder(found, folder)
    for root in roots:
        in_project = root in projects
        found.pin(root)
        found.seal(os.path.join(root, b".codex"), folder=True, expected=in_project)
        link = os.path.join(root, b".git")
        status = found.look(link)
        if status is None or is_placeholder(status):
            if in_project and _is_inside_a_repository(root):
                found.absent.append((link, True))  # a new one would come before it
            continue
        if stat.S_ISREG(status.st_mode):
            found.sealed.append(link)
        elif not looks_bare(root):
            found.plain.append(root)
        for git_folder in _git_folders(found, link):
            if any(is_below(git_folder, other) for other in roots):
                found.pin(git_folder)
                _protect_repository(found, git_folder, expected=in_project)
    return found


def looks_bare(folder: bytes) -> bool:
    """Whether git would take the folder itself for a repository."""
    parts = [os.path.join(folder, name) for name in (b"objects", b"refs")]
    return os.path.lexists(os.path.join(folder, b"HEAD")) and all(map(os.path.isdir, parts))


def _is_inside_a_repository(folder: bytes) -> bool:
    while folder != b"/":
        folder = os.path.dirname(folder)
        if os.path.lexists(os.path.join(folder, b".git")):
            return True
    return False


def _protect_our_folder(found: Protection, folder: bytes) -> None:
    real = real_path(folder)
    if not real:
        found.shut(folder)
    elif any(is_below(real, root) for root in found.roots) and not any(
        root == real or is_below(root, real) for root in found.roots
    ):
        found.pin(real)
        found.sealed.append(real)


def _protect_repository(found: Protection, git_folder: bytes, *, expected: bool) -> None:
    below = _repositories_below(found, os.path.join(git_folder, b"modules"), 0)
    for repository in (git_folder, *below):
        found.pinned.extend(_folders_between(repository, [git_folder]))
        found.seal(os.path.join(repository, b"hooks"), folder=True, expected=expected)
        found.seal(os.path.join(repository, b"config"), folder=False, expected=expected)
        for name in (b"remotes", b"branches"):  # where git looked for remotes before it had a configuration
            _seal_or_refuse(found, os.path.join(repository, name), expected=expected)
        for folder in (repository, *found.folders_in(os.path.join(repository, b"worktrees"))):
            found.pinned.extend(_folders_between(folder, [repository]))
            found.seal(os.path.join(folder, b"config.worktree"), folder=False, expected=expected)
            # It sends git to another folder for its configuration.
            _seal_or_refuse(found, os.path.join(folder, b"commondir"), expected=expected)


def _seal_or_refuse(found: Protection, path: bytes, *, expected: bool) -> None:
    if found.look(path) is not None:
        found.seal(path, folder=False, expected=False)
    elif expected:
        found.unwanted.append(path)


def _git_folders(found: Protection, link: bytes) -> list[bytes]:
    """The real folder behind a `.git`, and the common one if that is a linked worktree's."""
    folder = found.hold_links(link)
    if os.path.isfile(folder):
        target = found.first_line(folder)
        if not target.startswith(b"gitdir:"):
            return []
        folder = os.path.join(os.path.dirname(link), target[len(b"gitdir:") :].strip())
    if not os.path.isdir(folder):
        return []
    common = found.first_line(os.path.join(folder, b"commondir"))
    folders = [folder, os.path.join(folder, common)] if common else [folder]
    return [path for path in map(real_path, folders) if path and _is_repository(found, path)]


def _repositories_below(found: Protection, folder: bytes, depth: int) -> list[bytes]:
    """Repositories of submodules; a name with a slash makes folders between, a submodule may have its own."""
    repositories: list[bytes] = []
    for child in found.folders_in(folder):
        is_repository = _is_repository(found, child)
        if is_repository:
            repositories.append(child)
        if depth < _DEEPEST:
            inner = os.path.join(child, b"modules") if is_repository else child
            repositories.extend(_repositories_below(found, inner, depth + 1))
        if len(repositories) > _MOST_REPOSITORIES:
            found.sealed.append(folder)
            return []
    return repositories


def _is_repository(found: Protection, folder: bytes) -> bool:
    # The configuration is sealed, so a command cannot make a repository unrecognisable for the next one.
    return any(found.look(os.path.join(folder, name)) is not None for name in (b"config", b"HEAD"))


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
