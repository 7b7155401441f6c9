"""Finding the saved sessions for the picker, step by step: folders, files, and what is not known of them yet.

`docs/sessions.md`, "Choosing one to go on with".
"""

from __future__ import annotations

import functools
import os
import stat
from collections import defaultdict, deque
from collections.abc import Callable
from typing import NamedTuple

from octavo.frontends.terminal.actions.patient_reader import Step
from octavo.frontends.terminal.views.saved_session import Order, ReadSoFar, SavedSession
from octavo.rollout.errors import os_error_text
from octavo.rollout.files import parse_file_name, sessions_folder
from octavo.rollout.listing import SCAN_LIMIT
from octavo.rollout.session_index import (
    Folders,
    ListedSession,
    load_session_index,
    read_listed,
    save_session_index,
)
from octavo.rollout.thread_names import thread_names

INTERACTIVE = ("cli", "vscode")

_FIRST_PAGE = 60
"""So many sessions are read before the next folder is looked at: the first rows come at once."""
_DAY = 3
"""How deep below the folder of all sessions the files are."""
_MOST_LATE = 2
"""Files of one folder that may be late at the same time: behind so many, others of it wait for their answer."""


class _File(NamedTuple):
    """A file with the name of a session."""

    time: str
    path: str
    size: int
    changed: int


class SessionScan:
    """The sessions of this provider, those that people began or all of them; the steps are for a `PatientReader`.

    Steps only add to what is there, so that what a late one brings is never lost.
    """

    def __init__(self, codex_home: str, provider: str, *, everything: bool = False) -> None:
        self._home, self._provider, self._everything = codex_home, provider, everything
        self.by: Order = "created"
        self._begun: list[Step] = [Step("", self._recall)]
        self._folders: list[tuple[str, int]] = [(sessions_folder(codex_home), 0)]
        self._names: list[tuple[str, str]] = []
        self._files: list[_File] = []
        self._new_files: deque[_File] = deque()
        self._is_sorted = True
        self._before: Folders = {}
        self._known: Folders = defaultdict(dict)
        self._read = self._counted = 0
        self._found: deque[SavedSession] = deque()
        self._failed: dict[str, str] = {}
        self._late: dict[str, int] = defaultdict(int)
        self._waiting: dict[str, None] = {}
        self._parked: list[_File] = []
        self._parked_names: list[tuple[str, str]] = []
        self._called: dict[str, str] = {}
        self._present: dict[str, frozenset[str]] = {}
        self._is_recalled = self._is_remembered = self._is_over = False

    # --- for the loop ---

    def prefer(self, by: Order) -> None:
        """Read those first that come first in this order."""
        self.by, self._is_sorted = by, False

    def take(self) -> list[SavedSession]:
        """The sessions that were found since the last call."""
        return [self._found.popleft() for _ in range(len(self._found))]

    @property
    def names(self) -> dict[str, str]:
        """What users called sessions, by id."""
        return self._called

    @property
    def so_far(self) -> ReadSoFar:
        """How far it is."""
        return ReadSoFar(
            left=self._left,
            ended=self._is_over,
            reached_limit=self._counted >= SCAN_LIMIT,
            waiting=tuple(map(self._shown, list(self._waiting))),
            failed=tuple((self._shown(path), why) for path, why in list(self._failed.items())),
        )

    @property
    def _left(self) -> int:
        """Files that are known and not read."""
        files = len(self._files) + len(self._new_files) + len(self._parked)
        return files + len(self._names) + len(self._parked_names)

    def _shown(self, path: str) -> str:
        """A file by its name, a folder by its day."""
        name = os.path.basename(path)
        return name if name.endswith(".jsonl") else os.path.relpath(path, os.path.dirname(sessions_folder(self._home)))

    # --- for threads ---

    def next_step(self) -> Step | None:
        """What is to be done next; None when all was done."""
        step = self._next()
        self._is_over = step is None
        return step

    def _next(self) -> Step | None:
        """First what brings rows."""
        if self._begun:
            return self._begun.pop()
        while self._new_files:
            self._files.append(self._new_files.popleft())
            self._is_sorted = False
        has_page = self._read >= _FIRST_PAGE
        if self._files and not has_page and self.by == "created":
            return self._reading()
        while self._names:
            folder, name = self._names.pop()
            if self._late[folder] < _MOST_LATE:
                return Step(os.path.join(folder, name), functools.partial(self._look_at, folder, name))
            self._parked_names.append((folder, name))
        if self._folders and self._counted < SCAN_LIMIT:
            folder, depth = self._folders.pop()
            return Step(folder, functools.partial(self._list, folder, depth))
        if self._files:
            return self._reading()
        return None if self._is_remembered else Step("", self.remember)

    def left(self, step: Step) -> None:
        """The step does not answer; others of its folder wait, once there are several."""
        if step.path:
            self._waiting[step.path] = None
            self._late[os.path.dirname(step.path)] += 1

    def came_back(self, step: Step) -> None:
        """It did."""
        if step.path in self._waiting:
            del self._waiting[step.path]
            self._late[os.path.dirname(step.path)] -= 1
            self._new_files += self._parked
            self._names += self._parked_names
            self._parked, self._parked_names = [], []

    def name_step(self) -> Step:
        """Reading the names that users gave."""

        def read() -> None:
            self._called = thread_names(self._home)

        return Step("", read)

    def remember(self) -> None:
        """Keep what was found for the next list. Of what was not looked at this time, what was known stays known."""
        self._is_remembered = True
        if not self._is_recalled:
            return  # what is there is more than what was found so far
        is_whole = not self._left and not self._folders and not self._waiting
        folders = {
            folder: {name: one for name, one in names.items() if name in self._present.get(folder, names)}
            for folder, names in self._before.items()
            if folder in self._present or not is_whole
        }
        for folder, names in list(self._known.items()):
            folders[folder] = {**folders.get(folder, {}), **names}
        folders = {folder: names for folder, names in folders.items() if names}
        if folders != self._before:
            save_session_index(self._home, folders)

    def _recall(self) -> None:
        self._before = load_session_index(self._home)
        self._is_recalled = True

    def _list(self, folder: str, depth: int) -> None:
        """What a folder holds: of the sessions, of a year, of a month, of a day. Links are not followed."""
        folders: list[tuple[int, str]] = []
        names: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if depth == _DAY:
                        names.append(entry.name)
                    elif entry.name.isascii() and entry.name.isdigit() and entry.is_dir(follow_symlinks=False):
                        folders.append((int(entry.name), entry.path))
        except FileNotFoundError:
            return
        except OSError as error:
            self._failed[folder] = os_error_text(error)
            return
        self._folders += [(path, depth + 1) for _, path in sorted(folders)]
        if depth == _DAY:
            self._present[folder] = frozenset(names)
        self._names += [(folder, name) for name in sorted(names) if name.endswith(".jsonl")]

    def _look_at(self, folder: str, name: str) -> None:
        named = parse_file_name(name)
        if named is None or self._counted >= SCAN_LIMIT:
            return
        self._counted += 1
        path = os.path.join(folder, name)
        try:
            state = os.lstat(path)
        except OSError as error:
            self._failed[path] = os_error_text(error)
            return
        if not stat.S_ISREG(state.st_mode):
            self._failed[path] = "a link" if stat.S_ISLNK(state.st_mode) else "not a file"
            return
        known = self._before.get(folder, {}).get(name)
        if known is not None and (known.size, known.changed) == (state.st_size, state.st_mtime_ns):
            self._take(path, known)
        else:
            self._new_files.append(_File(named[0], path, state.st_size, state.st_mtime_ns))

    def _reading(self) -> Step | None:
        if not self._is_sorted:
            self._is_sorted = True
            key: Callable[[_File], tuple[object, ...]] = (
                (lambda file: (file.time, file.path)) if self.by == "created" else (lambda file: (file.changed,))
            )
            self._files.sort(key=key)
        while self._files:
            file = self._files.pop()
            if self._late[os.path.dirname(file.path)] < _MOST_LATE:
                return Step(file.path, functools.partial(self._read_one, file))
            self._parked.append(file)
        return self._next()

    def _read_one(self, file: _File) -> None:
        try:
            listed = read_listed(file.path, file.size, file.changed)
        except OSError as error:
            self._failed[file.path] = os_error_text(error)
            return
        self._is_remembered = False
        self._take(file.path, listed)

    def _take(self, path: str, listed: ListedSession) -> None:
        folder, name = os.path.split(path)
        self._known[folder][name] = listed
        self._read += 1
        is_ours = (listed.provider or self._provider) == self._provider
        if listed.id and is_ours and (self._everything or listed.source in INTERACTIVE):
            self._found.append(_saved(path, listed))


def _saved(path: str, listed: ListedSession) -> SavedSession:
    return SavedSession(
        path=path,
        created=_seconds(listed.created),
        updated=_seconds(listed.updated),
        text=listed.text,
        cwd=listed.cwd,
        id=listed.id,
        branch=listed.branch,
        size=listed.size,
    )


def _seconds(moment: str) -> float | None:
    from datetime import datetime

    try:
        return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
