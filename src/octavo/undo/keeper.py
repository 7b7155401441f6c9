"""What the files below some folders are like now, their bytes kept, and what has changed since the last look.

The first look (`begin`) keeps what git does not hold; `changes` finds what differs from the look before, by the
system's notices where there are some, else by looking at everything, and keeps it anew. `look` does that for
single paths, wherever they lie. All of them work in a thread and none is called beside another (`docs/undo.md`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from stat import S_IMODE
from typing import NamedTuple

import msgspec

from octavo.files.real_folder import open_folder
from octavo.undo.blobs import Blobs, Full
from octavo.undo.entry import NOWHERE, Entry, entry_of, is_same, saved_name
from octavo.undo.held import TICK, Held
from octavo.undo.notices import Notices
from octavo.undo.state import State, inside
from octavo.undo.tree import SKIPPED, Skip, folders_below

MOST_ENTRIES = 500_000
_MOST_TWINS = 50
_TO_LOOK = 0o500
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class TooMany(Exception):
    """There are more files below the folders than anybody wants to keep an eye on."""


class Stopped(Exception):
    """Nobody waits for the answer any more."""


class Change(NamedTuple):
    """One path, before and after; None where nothing was there. The twins are other names that the file had then."""

    path: str
    before: Entry | None
    after: Entry | None
    twins_before: tuple[str, ...] = ()
    twins_after: tuple[str, ...] = ()


class _Seen(msgspec.Struct):
    """A look at everything: what is not as it was known, known paths that were not met, and the folders that were."""

    changed: dict[str, Entry]
    missing: list[str]
    folders: set[str]
    count: int = 0


class Keeper:
    """The files below `roots` (absolute, without links), but for folders with a `skipped` name and the `closed` paths.

    `was_skipped` and `unkept` are for telling: names of folders that were left out, and files whose bytes nobody has.
    `is_full` says that the store had no room for some.
    """

    def __init__(
        self,
        roots: Iterable[str],
        blobs: Blobs,
        *,
        skipped: Iterable[str] = SKIPPED,
        is_ignored: Callable[[str], bool] = lambda path: False,
        closed: Iterable[str] = (),
    ) -> None:
        self.roots = outermost(roots)
        self.repositories: tuple[str, ...] = ()
        self.was_skipped: set[str] = set()
        self.unkept: set[str] = set()
        self.is_full = False
        self.state = State()
        self._blobs = blobs
        self.skipped = tuple(skipped)
        self._skip = Skip(frozenset(self.skipped), is_ignored, frozenset(closed))
        self._held: tuple[Held, ...] = ()
        self._notices: Notices | None = None
        self._looked = 0
        self._with_twins: set[str] = set()
        """Names of files that have others: a change by another one is told of that one alone."""
        self._unseen: set[str] = set()
        """Folders that cannot be listed."""
        self._unknown: set[str] = set()
        """Those of them that never could: nobody knows what is in them."""
        self._made: set[str] = set()
        """Folders that came into being since the first look; what is in one did, too."""
        self._came_to_light: tuple[str, ...] = ()
        self._stop = threading.Event()

    @property
    def by_notices(self) -> bool:
        """Whether changes are told by the system; else everything is looked at each time."""
        return self._notices is not None

    def stop(self) -> None:
        """Let a look that is under way end at once with `Stopped`."""
        self._stop.set()

    def close(self) -> None:
        """Give watches back."""
        self.stop()
        self.look_at_everything()

    def look_at_everything(self) -> None:
        """Go without notices from now on."""
        if self._notices is not None:
            self._notices.close()
            self._notices = None

    def begin(self, held: Iterable[Held]) -> None:
        """Look at everything for the first time; `held` is what git says of the roots.

        Raises `TooMany`, `Stopped`, and `OSError` when the store cannot be written.
        """
        self._held = tuple(held)
        self.repositories = tuple(one.top for one in self._held)
        with contextlib.suppress(OSError):
            self._notices = Notices()
        self.state.update(self._everything().changed.items())
        self._held = ()  # from now on git may hold something else than what is there

    def assume(self, state: Mapping[str, Entry]) -> None:
        """Take this for what the last look found."""
        self.state = State(state.items())
        self._with_twins = {path for path, entry in state.items() if entry.kind == "file" and entry.links > 1}

    def changes(self) -> list[Change]:
        """What is different from the last look. Raises as `begin` does."""
        noticed = self._notices.drain() if self._notices is not None else None
        if noticed is not None and not noticed.lost:
            return self.look({*noticed.paths, *self._with_twins})
        seen = self._everything()
        found: dict[str, Entry | None] = dict(seen.changed)
        self._look_at_each(seen.missing, found)
        return self._taken(found)  # all at once: which names are of one file is told from before to after

    def look(self, paths: Iterable[str]) -> list[Change]:
        """What is different at these paths, and below those that are new folders, or none any more."""
        found: dict[str, Entry | None] = {}
        self._look_at_each(paths, found)
        for path in self._new_twins(found):
            self._look_at(path, found)
        self._looked = time.time_ns()
        return self._taken(found)

    def _look_at_each(self, paths: Iterable[str], found: dict[str, Entry | None]) -> None:
        for path in sorted(paths):  # folders before what is in them
            if path not in found:
                self._look_at(path, found)

    def _new_twins(self, found: Mapping[str, Entry | None]) -> list[str]:
        """Files that got a further name: only that one is told of."""
        linked = {entry.inode for entry in found.values() if entry and entry.kind == "file" and entry.links > 1}
        linked -= {known.inode for path in self._with_twins if path not in found and (known := self.state.get(path))}
        if not linked:
            return []
        return [path for path, known in self.state.items() if known.inode in linked and path not in found]

    def note(self, paths: Iterable[str]) -> list[Change]:
        """Like `look`, before a step; what is seen for the first time outside of the roots has not changed."""
        return [one for one in self.look(paths) if one.before is not None or self._is_inside(one.path)]

    def _taken(self, found: Mapping[str, Entry | None]) -> list[Change]:
        """Make this the state; how it differs from the one before."""
        changes = []
        before = self._twins(found)
        for path, entry in found.items():
            known = self.state.get(path)
            if entry is None:
                self.state.forget(path)
            else:
                self.state.update(((path, entry),))
            if known is None and entry is not None and path.startswith(self._came_to_light or ("//",)):
                continue  # it may have been there all the time
            if known is None and entry is not None and entry.kind == "folder":
                self._made.add(path)
            if not is_same(known, entry) or _is_a_name_of_another(known, entry):
                changes.append(Change(path, known, entry, before.get(path, ())))
        self._came_to_light = ()
        after = self._twins(found)
        return [one._replace(twins_after=after[one.path]) if one.path in after else one for one in changes]

    def _twins(self, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Other names of each of these files that has some."""
        entries = ((path, self.state.get(path)) for path in paths)
        linked = {path: known.inode for path, known in entries if known and known.kind == "file" and known.links > 1}
        if not linked:
            return {}
        names: dict[int, list[str]] = {}
        for path in sorted(self._with_twins):
            if known := self.state.get(path):
                names.setdefault(known.inode, []).append(path)
        same = {path: names.get(inode, [])[:_MOST_TWINS] for path, inode in linked.items()}
        return {path: tuple(other for other in others if other != path) for path, others in same.items()}

    # --- everything ------------------------------------------------------------------------------

    def _everything(self) -> _Seen:
        """What is not as the state has it, and the paths of the state that were not met."""
        seen = _Seen({}, [], set())
        now = time.time_ns()
        for root in self.roots:
            self._fill(root, self.state, seen)
        self._looked = now
        seen.missing += self.state.elsewhere(seen.folders)
        return seen

    def _fill(self, top: str, known: State, seen: _Seen) -> None:
        surely = self._looked - TICK
        for folder in folders_below(top, self._skip, self._entered, self.was_skipped, known.others, surely):
            if self._stop.is_set():
                raise Stopped
            path, start = folder.path, inside(folder.path)
            seen.folders.add(path)
            self._note_light(path, is_closed=folder.is_closed)
            before = known.get(path)
            if before is None or before.kind != "folder" or before.mode != S_IMODE(folder.status.st_mode):
                seen.changed[path] = entry_of(folder.status)
            for name, status in folder.changed:
                seen.changed[start + name] = self._kept(start + name, name, folder.descriptor, status)
            seen.missing += [start + name for name in folder.missing]
            seen.count += folder.count
            if seen.count > MOST_ENTRIES:
                raise TooMany

    def _note_light(self, path: str, *, is_closed: bool) -> None:
        """Remember which folders cannot be listed, and which can be for the first time."""
        if is_closed:
            self._unseen.add(path)
            if self.state.get(path) is None:
                self._unknown.add(path)
        elif path in self._unseen:
            self._unseen.discard(path)
            if path in self._unknown and path not in self._made:
                self._came_to_light = (*self._came_to_light, inside(path))
            self._unknown.discard(path)

    def _entered(self, path: str) -> None:
        if self._notices is None:
            return
        try:
            self._notices.watch(path, is_root=path in self.roots)
        except (FileNotFoundError, PermissionError):  # gone, or closed: when it opens, the folder above tells
            pass
        except OSError:  # no watches are left
            self.look_at_everything()

    # --- one path ----------------------------------------------------------------------------------

    def _look_at(self, path: str, found: dict[str, Entry | None]) -> None:
        folder, name = os.path.split(path)
        try:
            above = open_folder(folder)
        except PermissionError:
            return  # a closed folder: what is in it is still there
        except OSError:
            self._gone(path, found)
            return
        try:
            status = os.stat(name or ".", dir_fd=above, follow_symlinks=False)
            known = self.state.get(path)
            if stat.S_ISDIR(status.st_mode):
                self._look_at_folder(path, status, known, found)
            else:
                if known is not None and known.kind == "folder":
                    self._gone(path, found)
                found[path] = self._kept(path, name, above, status)
        except FileNotFoundError:
            self._gone(path, found)
        except PermissionError:
            return
        finally:
            os.close(above)

    def _look_at_folder(
        self, path: str, status: os.stat_result, known: Entry | None, found: dict[str, Entry | None]
    ) -> None:
        # One that is not watched was made anew, even if it got the number of the one before.
        is_watched = self._notices is None or self._notices.watches(path) or not self._is_inside(path)
        if known is not None and known.inode == status.st_ino and (is_watched or path in self._unseen):
            found[path] = entry_of(status)
            is_closed = (status.st_mode & _TO_LOOK) != _TO_LOOK
            if path in self._unseen and not is_closed:
                below = _Seen({}, [], set())
                self._fill(path, self.state, below)
                found |= below.changed
                inner = (one for one in self.state.folders_below(path) if one not in below.folders)
                self._look_at_each((*below.missing, *inner), found)
            elif is_closed:
                self._note_light(path, is_closed=True)
            return
        if known is not None:
            self._gone(path, found)
        name = os.path.basename(path)
        if not self._is_inside(path):
            found[path] = entry_of(status)
        elif self._skip.covers(name, path):
            self.was_skipped.add(name)
        else:
            below = _Seen({}, [], set())
            self._fill(path, State(), below)
            found |= below.changed

    def _is_inside(self, path: str) -> bool:
        return any(path == root or path.startswith(root.rstrip("/") + "/") for root in self.roots)

    def _gone(self, path: str, found: dict[str, Entry | None]) -> None:
        known = self.state.get(path)
        found[path] = None
        self._with_twins.discard(path)
        if known is not None and known.kind == "folder":
            for other in self.state.below(path):
                found[other] = None
                self._with_twins.discard(other)

    def _kept(self, path: str, name: str, above: int, status: os.stat_result) -> Entry:
        """The entry of what is no folder, its bytes kept unless git holds them."""
        if status.st_nlink > 1:
            self._with_twins.add(path)
        if stat.S_ISLNK(status.st_mode):
            try:
                return entry_of(status, saved_name(os.readlink(name, dir_fd=above)))
            except OSError:
                return entry_of(status)
        if not stat.S_ISREG(status.st_mode):
            return entry_of(status)
        for held in self._held:
            if found := held.holds(path, status):
                return entry_of(status, f"git:{found}")
        known = self.state.get(path)
        try:
            read, content = self._blobs.keep(name, above, known.content if known is not None else NOWHERE)
        except Full:
            self.is_full = True
            read, content = status, NOWHERE
        except OSError as error:  # of this file or of the store; the others are looked at all the same
            self.is_full |= error.errno in _NO_ROOM
            same = (status.st_ino, status.st_size, status.st_mtime_ns)
            is_known = known is not None and (known.inode, known.size, known.mtime) == same
            read, content = status, known.content if known is not None and is_known else NOWHERE
        if content == NOWHERE:
            self.unkept.add(path)
        else:
            self.unkept.discard(path)
        return entry_of(read, content)


def _is_a_name_of_another(known: Entry | None, entry: Entry | None) -> bool:
    """Whether a name of a file with several became one of another such file, whatever the bytes."""
    if known is None or entry is None or "file" not in (known.kind, entry.kind):
        return False
    return known.links > 1 and entry.links > 1 and known.inode != entry.inode


def outermost(roots: Iterable[str]) -> tuple[str, ...]:
    """The roots without those that lie in another one."""
    kept: list[str] = []
    for root in sorted(set(roots)):
        if not any(root.startswith(other.rstrip("/") + "/") for other in kept):
            kept.append(root)
    return tuple(kept)
