"""Bringing paths back to what they were (`docs/undo.md`).

What is there now is looked at first: a path that is not as the turns left it is left alone, unless the user said
yes. Nothing is removed before the bytes that take its place are at hand, files come back whole, and no link is
followed on the way. What is overwritten is kept too, so an undoing can be taken back.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Literal

import msgspec

from octavo.files.real_folder import open_folder
from octavo.undo.blobs import Blobs
from octavo.undo.contents import Contents
from octavo.undo.entry import NOWHERE, Entry, entry_of, saved_name
from octavo.undo.history import Net
from octavo.undo.keeper import Change
from octavo.undo.names import misplaced_names
from octavo.undo.work import NOT_KEPT, READ, Left, Work, status_of

Doing = Literal["restore", "recreate", "remove"]

CHANGED = "changed since by somebody else"
SHARED = "another session may have changed it at the same time"


class Plan(msgspec.Struct, frozen=True):
    """What is to be done for each path, and what is left alone."""

    doing: dict[str, Doing]
    left: tuple[Left, ...]


class Outcome(msgspec.Struct, frozen=True):
    """What was done, what could not be, and the changes for the journal."""

    done: dict[str, Doing]
    left: tuple[Left, ...]
    changes: tuple[Change, ...]


def plan(
    net: Mapping[str, Net], contents: Contents, *, overwrite: bool = False, modes: Mapping[str, int] | None = None
) -> Plan:
    """Compare with what is there now. With `overwrite`, what somebody else changed is done like the rest.

    What lies in a closed folder counts as the turns left it, as nobody can look. `modes` are those that folders had
    which are open just for this.
    """
    doing: dict[str, Doing] = {}
    left: list[Left] = []
    misplaced = misplaced_names(net, now_at)
    for path, one in sorted(net.items()):
        now = now_at(path, one.expected)
        if now is not None and modes and path in modes:
            now = now._replace(mode=modes[path])
        if _is_as(path, now, one.wanted, contents) and path not in misplaced:
            continue
        if (one.foreign or not _is_as(path, now, one.expected, contents)) and not overwrite:
            left.append(Left(path, CHANGED, can_force=True))
        elif one.shared and not overwrite:
            left.append(Left(path, SHARED, can_force=True))
        elif one.wanted is None:
            doing[path] = "remove"
        elif not _can_come_back(now, one.wanted, contents):
            left.append(Left(path, NOT_KEPT))
        else:
            doing[path] = "recreate" if now is None else "restore"
    return Plan(doing, tuple(left))


def apply(net: Mapping[str, Net], planned: Plan, contents: Contents, blobs: Blobs, modes: Mapping[str, int]) -> Outcome:
    """Do it: first room is made, then folders come back, then files and links, and the modes of folders last."""
    doing = planned.doing
    work = Work(net, doing, contents, blobs, modes)
    for path in sorted((path for path in doing if _wants_folder(net[path])), key=len):
        work.attempt(path, work.open_up)
    for path in sorted(doing):  # all before the first goes: then a file has all its names still
        work.attempt(path, work.keep)
    for path in sorted(doing, reverse=True):  # what is in a folder before the folder
        work.attempt(path, work.make_room)
    again = {path: None for path in sorted(doing) if _is_another_name(path, net[path])}
    for path in (*(path for path in sorted(doing) if path not in again), *again):
        work.attempt(path, work.bring_back)
    after = {path: now_at(path) for path in doing}  # as long as every folder is open
    apart = {path: _apart(path, net[path]) for path in doing}
    for path in sorted((path for path in doing if _wants_folder(net[path])), reverse=True):
        work.attempt(path, work.close_again)
        after[path] = now_at(path, after[path])
    done = {path: what for path, what in doing.items() if path not in work.failed}
    changes = tuple(
        Change(path, work.before.get(path), after[path], net[path].expected_twins, net[path].wanted_twins)
        for path in sorted(done)
    )
    return Outcome(
        done, (*planned.left, *work.failed.values(), *(left for path in done for left in apart[path])), changes
    )


def _is_another_name(path: str, one: Net) -> bool:
    """Whether the path is to be a further name of a file that has to be as it was first."""
    if one.wanted is None or one.wanted.kind != "file" or one.wanted.links < 2:
        return False
    now = now_at(path)
    return now is None or now.inode != one.wanted.inode


def _apart(path: str, one: Net) -> list[Left]:
    """Names that were of one file with this one, and are not any more although they are there."""
    if one.wanted is None or one.wanted.kind != "file":
        return []
    now = now_at(path)
    others = [(twin, now_at(twin)) for twin in one.wanted_twins]
    parted = [twin for twin, other in others if now is not None and other is not None and other.inode != now.inode]
    return [Left(path, f"has its bytes again, but is no longer one file with {twin}") for twin in parted[:1]]


def now_at(path: str, unseen: Entry | None = None) -> Entry | None:
    """What is at a path, without its bytes, of a link with its target; `unseen` where a folder is closed to us."""
    folder, name = os.path.split(path)
    try:
        above = open_folder(folder)
    except PermissionError:
        return unseen
    except OSError:
        return None
    try:
        status = status_of(name or ".", above)
        if status is None:
            return None
        return entry_of(
            status, saved_name(os.readlink(name, dir_fd=above)) if stat.S_ISLNK(status.st_mode) else NOWHERE
        )
    except PermissionError:
        return unseen
    except OSError:
        return None
    finally:
        os.close(above)


def _is_as(path: str, now: Entry | None, entry: Entry | None, contents: Contents) -> bool:
    """Whether what is there now is what an entry says."""
    if now is None or entry is None:
        return now is entry
    if now.kind != entry.kind or (now.kind != "link" and now.mode != entry.mode):
        return False
    match now.kind:
        case "link":
            return now.content == entry.content
        case "file" if (now.links > 1) != (entry.links > 1):
            return False
        case "file":
            same_status = (now.ctime, now.inode, now.size) == (entry.ctime, entry.inode, entry.size)
            return same_status or (now.size == entry.size and _has_content(path, entry.content, contents))
        case _:
            return True


def _can_come_back(now: Entry | None, wanted: Entry, contents: Contents) -> bool:
    if wanted.kind != "file":
        return wanted.kind != "other"
    as_it_was = (wanted.inode, wanted.size, wanted.mtime)
    only_mode = now is not None and (now.inode, now.size, now.mtime) == as_it_was
    return only_mode or contents.has(wanted.content)


def _has_content(path: str, content: str, contents: Contents) -> bool:
    folder, name = os.path.split(path)
    try:
        above = open_folder(folder)
    except OSError:
        return False
    try:
        file = os.open(name, READ, dir_fd=above)
    except OSError:
        return False
    finally:
        os.close(above)
    try:
        return contents.is_content(file, content)
    finally:
        os.close(file)


def _wants_folder(one: Net) -> bool:
    return one.wanted is not None and one.wanted.kind == "folder"
