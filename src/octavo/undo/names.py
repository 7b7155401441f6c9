"""Which names are to be of one file, and which not, whatever bytes they have (`docs/undo.md`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from octavo.undo.entry import Entry
from octavo.undo.history import Net


def misplaced_names(net: Mapping[str, Net], now: Callable[[str], Entry | None]) -> set[str]:
    """Names of a file that have to become names of another one: of the one that they are to be one with, or of one of
    their own where they are one with a name that they are not to be one with.

    `now` says what is at a path. Where two may not be one, the name stays that was of this very file.
    """
    files = {path: entry for path in net if (entry := now(path)) is not None and entry.kind == "file"}
    names: dict[int, list[str]] = {}
    for path, entry in files.items():
        names.setdefault(entry.inode, []).append(path)
    found = set()
    for path, entry in files.items():
        wanted = net[path].wanted
        if wanted is None or wanted.kind != "file":
            continue
        if _is_parted(path, entry, wanted, net, now) or _is_with_others(path, entry, wanted, net, names[entry.inode]):
            found.add(path)
    return found


def _is_parted(
    path: str, entry: Entry, wanted: Entry, net: Mapping[str, Net], now: Callable[[str], Entry | None]
) -> bool:
    """Whether a name that it is to be one with, and that will stay or comes before it, is of another file."""
    for twin in net[path].wanted_twins:
        other = now(twin)
        if other is None or other.kind != "file" or other.inode == entry.inode:
            continue
        comes_before = twin in net and twin < path and entry.inode != wanted.inode
        if other.inode == wanted.inode or comes_before:
            return True
    return False


def _is_with_others(path: str, entry: Entry, wanted: Entry, net: Mapping[str, Net], names: list[str]) -> bool:
    """Whether it is one with a name that it may not be one with, and that keeps the file."""
    if wanted.inode == entry.inode:
        return False
    for other in names:
        its = net[other].wanted
        if other == path or other in net[path].wanted_twins or its is None or its.kind != "file":
            continue
        if its.inode == entry.inode or other < path:
            return True
    return False
