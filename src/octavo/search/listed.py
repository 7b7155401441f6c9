"""The files below a folder as texts that can be searched at once, and whether they are still those.

Typing asks again and again within moments, so a listing serves for two seconds, unless a
folder or a file of ignore rules that it went by has changed since.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import NamedTuple

from octavo.search.shapes import END
from octavo.search.special_files import IGNORE_FILES, unchanged_since

_SERVES_S = 2.0


class Paths(NamedTuple):
    """Paths of one piece of a listing: a NUL before the first and after each, those that are no ASCII by themselves."""

    plain: str
    wide: str


class Listed(NamedTuple):
    """All paths below a root, when it was begun to read them, and what they went by."""

    pieces: tuple[Paths, ...]
    started_ns: int
    went_by: tuple[str, ...]
    not_there: tuple[str, ...]

    def still_serves(self) -> bool:
        """Whether it was read moments ago and nothing that it went by has changed."""
        if not 0 <= time.time_ns() - self.started_ns < _SERVES_S * 1e9:
            return False
        same = all(unchanged_since(path, self.started_ns) for path in self.went_by)
        return same and not any(map(os.path.lexists, self.not_there))


def paths_of(piece: bytes) -> Paths:
    """The paths of a piece, each with a NUL after it; those that are no UTF-8 are left out."""
    if piece.isascii():
        return Paths(END + piece.decode("ascii"), END)
    plain, wide = [], []
    for path in piece.split(b"\0"):
        if path.isascii():
            plain.append(path.decode("ascii"))
            continue
        try:
            wide.append(path.decode())
        except UnicodeDecodeError:
            continue
    return Paths(END + END.join(plain), END + "".join(f"{path}{END}" for path in wide))


def listed(root: str, pieces: Iterable[Paths], folders: Iterable[str], started_ns: int) -> Listed:
    """What was just read of a root; `folders` are those that were gone by."""
    pieces = tuple(pieces)
    top = root or os.curdir
    rules: dict[bool, list[str]] = {True: [], False: []}
    for path in (os.path.join(top, ".git", "info", "exclude"), *_ignore_files(top, pieces)):
        rules[os.path.lexists(path)].append(path)
    return Listed(pieces, started_ns, (*folders, *rules[True]), tuple(rules[False]))


def _ignore_files(top: str, pieces: Iterable[Paths]) -> Iterable[str]:
    """The files of ignore rules that stand at or below the root, and those above it."""
    for text in (text for piece in pieces for text in piece):
        for name in IGNORE_FILES:
            end = 0
            while (start := text.find(name + END, end)) >= 0:
                end = start + len(name)
                yield os.path.join(top, text[text.rindex(END, 0, start) + 1 : end])
    above = os.path.abspath(top)
    while (parent := os.path.dirname(above)) != above:
        above = parent
        yield from (os.path.join(above, name) for name in IGNORE_FILES)
