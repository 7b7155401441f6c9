"""The steps of an undoing for single paths: what is there is kept and goes, what was there comes back (`docs/undo.md`).

Files come back whole, and no link is followed on the way. What goes wrong with a path is noted and ends the work on
that one alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Collection, Mapping

import msgspec

from octavo.files.real_folder import open_folder
from octavo.undo.blobs import Blobs, Full, pour
from octavo.undo.contents import Contents, Lost
from octavo.undo.entry import NOWHERE, Entry, entry_of, name_of, saved_name
from octavo.undo.history import Net

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_FOLDER = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)

NOT_KEPT = "its former bytes were not kept"
NOT_EMPTY = "the folder is not empty"


class Left(msgspec.Struct, frozen=True):
    """A path that stays as it is, and why. `can_force` says that the user may still want it overwritten."""

    path: str
    why: str
    can_force: bool = False


class Work:
    """The steps for single paths of `doing`, each called through `attempt`. `modes` are those that folders had before
    they were opened for this. `failed` says what went wrong, `before` what was there.
    """

    def __init__(
        self, net: Mapping[str, Net], doing: Collection[str], contents: Contents, blobs: Blobs, modes: Mapping[str, int]
    ) -> None:
        self._net, self._doing, self._contents, self._blobs, self._modes = net, doing, contents, blobs, modes
        self.before: dict[str, Entry | None] = {}
        self.failed: dict[str, Left] = {}
        self._names = {
            one.wanted.inode: path
            for path, one in net.items()
            if path not in doing and one.wanted is not None and one.wanted.links > 1
        }

    def attempt(self, path: str, step: Callable[[str, int, str], None]) -> None:
        """One step for one path; what goes wrong is noted and ends the work on that path alone."""
        if path in self.failed:
            return
        folder, name = os.path.split(path)
        try:
            above = open_folder(folder)
        except OSError as error:
            # What is to be a folder may still be something else, or nothing, until it comes back.
            if error.errno not in _NO_FOLDER:
                self.failed[path] = Left(path, _reason(error))
            elif self._net[path].wanted is not None and step == self.bring_back:
                self.failed[path] = Left(path, "its folder is gone")
            return
        try:
            step(path, above, name or ".")
        except Lost:
            self.failed[path] = Left(path, NOT_KEPT)
        except Full:
            self.failed[path] = Left(path, "there is no room to keep what it would overwrite")
        except OSError as error:
            self.failed[path] = Left(path, _reason(error))
        finally:
            os.close(above)

    def open_up(self, path: str, above: int, name: str) -> None:
        """Make a folder writable for us, whose mode keeps everybody out; it gets its own back at the end."""
        status = status_of(name, above)
        if status is not None and stat.S_ISDIR(status.st_mode):
            self.keep(path, above, name)
            if (status.st_mode & 0o700) != 0o700:
                change_mode(name, above, stat.S_IMODE(status.st_mode) | 0o700)

    def keep(self, path: str, above: int, name: str) -> None:
        """Keep what is there, so that the undoing can be taken back."""
        if path not in self.before:
            kept = self._kept(path, above, name, status_of(name, above))
            self.before[path] = kept._replace(mode=self._modes[path]) if kept and path in self._modes else kept

    def make_room(self, path: str, above: int, name: str) -> None:
        """Remove what is not wanted or of another kind."""
        wanted, status = self._net[path].wanted, status_of(name, above)
        if status is None:
            return
        is_folder = stat.S_ISDIR(status.st_mode)
        if wanted is not None and is_folder == (wanted.kind == "folder"):
            return
        if not is_folder:
            os.unlink(name, dir_fd=above)
            return
        try:
            os.rmdir(name, dir_fd=above)
        except OSError as error:
            if os.path.ismount(path):
                raise
            raise OSError(error.errno, NOT_EMPTY) from None

    def bring_back(self, path: str, above: int, name: str) -> None:
        """Make the folder, write the file or the link."""
        wanted = self._net[path].wanted
        if wanted is None:
            return
        match wanted.kind:
            case "folder":
                if status_of(name, above) is None:
                    os.mkdir(name, 0o700, dir_fd=above)
            case "link":
                self._put(above, name, lambda draft: os.symlink(name_of(wanted.content), draft, dir_fd=above))
            case "file":
                self._bring_back_file(path, above, name, wanted)

    def close_again(self, path: str, above: int, name: str) -> None:
        """Give a folder its mode back."""
        wanted = self._net[path].wanted
        if wanted is not None:
            change_mode(name, above, wanted.mode)

    def _bring_back_file(self, path: str, above: int, name: str, wanted: Entry) -> None:
        status = status_of(name, above)
        if status is not None and not stat.S_ISREG(status.st_mode):
            status = None  # a link or the like, which the file takes the place of
        as_wanted = status is not None and (_differs_in_mode(status, wanted) or self._has_bytes(name, above, wanted))
        alone = wanted.links == 1 and status is not None and status.st_nlink == 1
        if status is not None and as_wanted and (alone or status.st_ino == wanted.inode):
            change_mode(name, above, wanted.mode)
        elif status is not None and status.st_nlink > 1 and status.st_ino == wanted.inode:
            self._write_in_place(name, above, wanted)  # its other names have the same bytes, before and after
        elif self._linked(path, above, name, wanted):
            change_mode(name, above, wanted.mode)
        else:
            self._put(above, name, lambda draft: self._write_draft(draft, above, wanted))
        if wanted.links > 1:
            self._names.setdefault(wanted.inode, path)

    def _has_bytes(self, name: str, above: int, wanted: Entry) -> bool:
        file = os.open(name, READ, dir_fd=above)
        try:
            return os.fstat(file).st_size == wanted.size and self._contents.is_content(file, wanted.content)
        finally:
            os.close(file)

    def _write_in_place(self, name: str, above: int, wanted: Entry) -> None:
        """By way of a draft: what is there goes only once all bytes are at hand, and found to be the right ones."""
        draft = _draft_name()
        try:
            self._write_draft(draft, above, wanted)
            source = os.open(draft, READ, dir_fd=above)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(draft, dir_fd=above)
        try:
            file = os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
            try:
                pour(source, file)
                os.ftruncate(file, wanted.size)
                os.fchmod(file, wanted.mode)
            finally:
                os.close(file)
        finally:
            os.close(source)

    def _linked(self, path: str, above: int, name: str, wanted: Entry) -> bool:
        """Make it another name of the file that it was one of, if that is still there."""
        if wanted.links < 2:
            return False
        first = self._names.get(wanted.inode)
        twins = ((first,) if first else ()) + self._net[path].wanted_twins
        return any(self._link_to(twin, above, name, wanted) for twin in twins if twin != path)

    def _link_to(self, twin: str, above: int, name: str, wanted: Entry) -> bool:
        try:
            folder = open_folder(os.path.dirname(twin))
        except OSError:
            return False
        try:
            other = os.path.basename(twin)
            status = status_of(other, folder)
            if status is None or not stat.S_ISREG(status.st_mode) or not self._has_bytes(other, folder, wanted):
                return False
            known = self._net.get(twin)
            was_one = known is not None and known.wanted is not None and known.wanted.inode == wanted.inode
            if status.st_ino != wanted.inode and known is not None and not was_one:
                return False
            if status.st_ino != wanted.inode and twin in self._doing and self._names.get(wanted.inode) != twin:
                return False  # it is still to come back, and may be one with another file until then
            self._put(
                above,
                name,
                lambda draft: os.link(other, draft, src_dir_fd=folder, dst_dir_fd=above, follow_symlinks=False),
            )
        except OSError:
            return False
        finally:
            os.close(folder)
        return True

    def _write_draft(self, draft: str, above: int, wanted: Entry) -> None:
        file = os.open(draft, _NEW, 0o600, dir_fd=above)
        try:
            self._contents.pour(wanted.content, file)
            os.fchmod(file, wanted.mode)
        finally:
            os.close(file)

    def _put(self, above: int, name: str, make: Callable[[str], None]) -> None:
        """Make something under a name of its own, then give it this one."""
        draft = _draft_name()
        try:
            make(draft)
            os.rename(draft, name, src_dir_fd=above, dst_dir_fd=above)
        finally:  # it is still there after a failure, and where both names were of one file already
            with contextlib.suppress(OSError):
                os.unlink(draft, dir_fd=above)

    def _kept(self, path: str, above: int, name: str, status: os.stat_result | None) -> Entry | None:
        """What is there now, kept before it goes."""
        if status is None:
            return None
        if stat.S_ISLNK(status.st_mode):
            return entry_of(status, saved_name(os.readlink(name, dir_fd=above)))
        expected = self._net[path].expected
        if not stat.S_ISREG(status.st_mode):
            return entry_of(status)
        if expected is not None and expected.content != NOWHERE and _looks_like(status, expected):
            return expected
        wanted = self._net[path].wanted
        if wanted is not None and _differs_in_mode(status, wanted):
            return entry_of(status, wanted.content)
        read, content = self._blobs.keep(name, above)
        return entry_of(read, content)


def _draft_name() -> str:
    return f".octavo-undo-{os.urandom(6).hex()}"


def _differs_in_mode(status: os.stat_result, wanted: Entry) -> bool:
    """Whether a file is the wanted one but for its mode, so that no bytes are needed."""
    return (status.st_ino, status.st_size, status.st_mtime_ns) == (wanted.inode, wanted.size, wanted.mtime)


def _looks_like(status: os.stat_result, entry: Entry) -> bool:
    return (status.st_ctime_ns, status.st_ino, status.st_size) == (entry.ctime, entry.inode, entry.size)


def status_of(name: str, above: int) -> os.stat_result | None:
    """The status of an entry of an open folder, None where nothing is there. Raises `OSError`."""
    try:
        return os.stat(name, dir_fd=above, follow_symlinks=False)
    except FileNotFoundError:
        return None


def change_mode(name: str, above: int, mode: int) -> None:
    """By a descriptor, as a name may become a link at any time, and one that needs no permission to read."""
    if not hasattr(os, "O_PATH"):
        file = os.open(name, READ, dir_fd=above)
        try:
            os.fchmod(file, mode)
        finally:
            os.close(file)
        return
    file = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
    try:
        if not stat.S_ISLNK(os.fstat(file).st_mode):
            os.chmod(f"/proc/self/fd/{file}", mode)
    finally:
        os.close(file)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
