"""The files below a folder as texts that can be searched at once, and whether they are still those.

Typing asks again and again within moments, so a listing serves for two seconds, unless a
folder or a file of ignore rules that it went by has changed since.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Iterable
from typing import NamedTuple

from octavo.search.special_files import IGNORE_FILES, unchanged_since

END = "\0"
"""What stands before the first path of a text and after each path."""
_SERVES_S = 2.0


class Paths(NamedTuple):
    """Paths of one piece of a listing: a NUL before the first and after each, those that are no ASCII by themselves."""

    plain: str
    wide: str


class Listed:
    """All paths below a root, when it was begun to read them, and what they went by: `folders`, and files of rules."""

    def __init__(self, root: str, pieces: Iterable[Paths], folders: Iterable[str], started_ns: int) -> None:
        self.pieces = tuple(pieces)
        self._top = root or os.curdir
        self._folders = folders
        self._started_ns = started_ns
        rules: dict[bool, list[str]] = {True: [], False: []}
        for path in (os.path.join(self._top, ".git", "info", "exclude"), *_ignore_files_above(self._top)):
            rules[os.path.lexists(path)].append(path)
        self._rules, self._not_there = rules[True], rules[False]

    def still_serves(self) -> bool:
        """Whether it was read moments ago and nothing that it went by has changed."""
        if not 0 <= time.time_ns() - self._started_ns < _SERVES_S * 1e9:
            return False
        same = all(unchanged_since(path, self._started_ns) for path in self._went_by)
        return same and not any(map(os.path.lexists, self._not_there))

    @functools.cached_property
    def _went_by(self) -> tuple[str, ...]:
        """Looked up once somebody asks: an answer need not wait for it."""
        return (*self._folders, *self._rules, *_ignore_files_below(self._top, self.pieces))


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


def _ignore_files_below(top: str, pieces: Iterable[Paths]) -> Iterable[str]:
    """The files of ignore rules that stand at or below the root."""
    for text in (text for piece in pieces for text in piece):
        for name in IGNORE_FILES:
            end = 0
            while (start := text.find(name + END, end)) >= 0:
                end = start + len(name)
                yield os.path.join(top, text[text.rindex(END, 0, start) + 1 : end])


def _ignore_files_above(top: str) -> Iterable[str]:
    """Where files of ignore rules may stand above the root."""
    above = os.path.abspath(top)
    while (parent := os.path.dirname(above)) != above:
        above = parent
        yield from (os.path.join(above, name) for name in IGNORE_FILES)
