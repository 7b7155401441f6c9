"""What is to be closed for one command, collected by looking; what cannot be looked at is shut (`docs/sandbox.md`)."""

from __future__ import annotations

import errno
import os
import stat

from octavo.files.links import followed
from octavo.sandbox.linux.mounts import is_below
from octavo.sandbox.linux.placeholders import EXHAUSTED, is_placeholder
from octavo.sandbox.linux.real_paths import read_start
from octavo.sandbox.linux.repair import Whole

_REFUSED = (errno.EACCES, errno.EPERM)


class Protection:
    """What to close below `roots`, as real paths.

    `pinned`: folders that must not be moved or removed. `sealed`: paths that must not be changed. `links`: symbolic
    links that must stay what they are. `absent`: what would be sealed but does not exist yet, and whether it is a
    folder. `whole`: roots that cannot be looked into at all.

    For afterwards: `aside` is what is moved away if it has come into being; `unwanted` is what must not come into being
    and for which no placeholder can stand (git reads even an empty one); `repositories` are those that git has to find
    again; `plain` are roots that must not become repositories themselves, with what stood at their HEAD.
    """

    def __init__(self, roots: list[bytes]) -> None:
        self.roots = roots
        self.pinned: list[bytes] = []
        self.sealed: list[bytes] = []
        self.links: list[bytes] = []
        self.absent: list[tuple[bytes, bool]] = []
        self.whole: list[bytes] = []
        self.aside: list[bytes] = []
        self.unwanted: list[bytes] = []
        self.repositories: list[Whole] = []
        self.plain: list[tuple[bytes, tuple[int, int, int] | None]] = []

    def seal(self, path: bytes, *, folder: bool, expected: bool) -> None:
        """Close `path`, in a real folder; if it does not exist, note it as absent where it is `expected` to stay so."""
        status = self.look(path)
        if status is not None and stat.S_ISLNK(status.st_mode):
            target = self.hold_links(path)
            if target:
                self.pin(os.path.dirname(target))
                self.sealed.append(target)
            elif expected:
                self._expect_behind(path, folder)
        elif expected and (status is None or is_placeholder(status)):
            self.absent.append((path, folder))
        elif status is not None:
            self.sealed.append(path)

    def pin(self, path: bytes) -> None:
        """Keep `path` and the folders above it, up to the root, where they are."""
        self.pinned.extend(folders_between(path, self.roots))

    def hold_links(self, path: bytes) -> bytes:
        """Keep the links that lead from `path` on, where they are; where they lead, empty if that does not exist."""
        try:
            target, links = followed(path)
        except PermissionError as error:
            self._shut(os.path.dirname(os.fsencode(error.filename)))
            return b""
        for link in links:
            if any(is_below(link, root) for root in self.roots):
                self.links.append(link)
                self.pin(os.path.dirname(link))
        return target

    def look(self, path: bytes) -> os.stat_result | None:
        """The status of `path` itself, `None` if nothing is there."""
        try:
            return os.lstat(path)
        except OSError as error:
            self._refused(error, os.path.dirname(path))
            return None

    def is_folder(self, path: bytes) -> bool:
        """Whether a folder, and no link to one, stands at `path`."""
        status = self.look(path)
        return status is not None and stat.S_ISDIR(status.st_mode)

    def is_file(self, path: bytes) -> bool:
        """Whether a file, and no link to one, stands at `path`."""
        status = self.look(path)
        return status is not None and stat.S_ISREG(status.st_mode)

    def first_line(self, path: bytes) -> bytes:
        """The first line of a file, empty where there is none."""
        try:
            return read_start(path).partition(b"\n")[0].strip()
        except OSError as error:
            self._refused(error, os.path.dirname(path))
            return b""

    def folders_in(self, folder: bytes) -> list[bytes]:
        """The folders in one, links apart."""
        try:
            with os.scandir(folder) as entries:
                return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError as error:
            self._refused(error, folder)
            return []

    def afterwards(self) -> list[bytes]:
        """All paths that are to be looked at when the command has ended."""
        heads = (*(repository.folder for repository in self.repositories), *(root for root, _ in self.plain))
        return [*self.aside, *self.unwanted, *(os.path.join(folder, b"HEAD") for folder in heads)]

    def _refused(self, error: OSError, folder: bytes) -> None:
        if error.errno in EXHAUSTED:
            raise error
        if error.errno in _REFUSED:
            self._shut(folder)

    def _shut(self, folder: bytes) -> None:
        """Seal a folder that did not let us look. What it lets us do a moment later does not count."""
        if folder in self.roots:
            self.whole.append(folder)
        elif any(is_below(folder, root) for root in self.roots):
            self.sealed.append(folder)

    def _expect_behind(self, link: bytes, folder: bool) -> None:
        """Note the first missing part of what a link leads to."""
        target = os.path.realpath(link)
        while self.look(above := os.path.dirname(target)) is None and above != target:
            target, folder = above, True
        if any(is_below(target, root) for root in self.roots):
            self.absent.append((target, folder))


def folders_between(path: bytes, tops: list[bytes]) -> list[bytes]:
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
