"""Reads hunks back: with them and one of two texts, the other is known (`docs/apply-patch.md`, "Diffs")."""

from __future__ import annotations

import re
from typing import NamedTuple

from octavo.patch.diff import NO_NEWLINE, marked_lines

_HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Hunk(NamedTuple):
    """The lines on both sides, and how many stand before them."""

    before_old: int
    old: tuple[str, ...]
    before_new: int
    new: tuple[str, ...]


def read_hunks(diff: str) -> tuple[Hunk, ...]:
    """The hunks of a diff without file headers, as `unified_hunks` writes them."""
    hunks: list[Hunk] = []
    old: list[str] = []
    new: list[str] = []
    place = (0, 0)
    for line in (*_joined(diff), "@@ -0,0 +0,0 @@"):
        header = _HEADER.match(line)
        if header is None:
            if line[:1] in (" ", "-"):
                old.append(line[1:])
            if line[:1] in (" ", "+"):
                new.append(line[1:])
            continue
        if old or new:
            hunks.append(Hunk(place[0], tuple(old), place[1], tuple(new)))
            old, new = [], []
        # A range of no lines names the line before it.
        place = (int(header[1]) - (header[2] != "0"), int(header[3]) - (header[4] != "0"))
    return tuple(hunks)


def both_texts(text: str, diff: str) -> tuple[str, str] | None:
    """The texts before and after, where `text` is one of them; None where it is neither."""
    hunks, lines = read_hunks(diff), marked_lines(text)
    after = _other(lines, [(hunk.before_old, hunk.old, hunk.new) for hunk in hunks])
    if after is not None:
        return text, _text(after)
    before = _other(lines, [(hunk.before_new, hunk.new, hunk.old) for hunk in hunks])
    return None if before is None else (_text(before), text)


def shown_parts(diff: str) -> tuple[str, str]:
    """What the hunks show of both sides, where the whole texts are not to be had."""
    hunks = read_hunks(diff)
    return _text([line for hunk in hunks for line in hunk.old]), _text([line for hunk in hunks for line in hunk.new])


def _joined(diff: str) -> list[str]:
    """The lines, each with the mark of a missing line feed where there is one."""
    lines: list[str] = []
    for line in diff.removesuffix("\n").split("\n"):
        if line.startswith("\\") and lines:
            lines[-1] += NO_NEWLINE
        else:
            lines.append(line)
    return lines


def _other(lines: list[str], changes: list[tuple[int, tuple[str, ...], tuple[str, ...]]]) -> list[str] | None:
    made: list[str] = []
    at = 0
    for place, here, there in changes:
        if place < at or tuple(lines[place : place + len(here)]) != here:
            return None
        made += [*lines[at:place], *there]
        at = place + len(here)
    return made + lines[at:]


def _text(lines: list[str]) -> str:
    return "".join(line.removesuffix(NO_NEWLINE) if line.endswith(NO_NEWLINE) else f"{line}\n" for line in lines)
