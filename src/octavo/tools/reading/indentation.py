"""Which lines belong to the block around a line, judged by indentation alone (`docs/tool-output.md`)."""

from __future__ import annotations

from collections.abc import Sequence

TAB_WIDTH = 4
LEVEL_WIDTH = 4
_COMMENTS = ("#", "//", "--")
# `str.strip` would also take the separators U+001C to U+001F, which are no white space in Unicode.
_BLANK = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" + (
    "\u2028\u2029\u202f\u205f\u3000"
)


def block_around(
    lines: Sequence[str], anchor: int, *, cap: int, max_levels: int, include_siblings: bool, include_header: bool
) -> tuple[int, int]:
    """The block around line `anchor` (counted from 0) as its first line and the line after its last.

    At most `cap` lines. It grows one line up, one line down in turn, as long as lines are indented at least as far
    as `max_levels` enclosing blocks (0: all of them) are. Blank lines at its edges are left out.
    """
    cap = min(cap, len(lines))
    if cap == 1:
        return anchor, anchor + 1
    indents = effective_indents(lines)
    floor = max(0, indents[anchor] - LEVEL_WIDTH * max_levels) if max_levels else 0
    first, last = anchor, anchor + 1
    can_rise = can_sink = True
    edges_above = edges_below = 0
    while last - first < cap:
        can_rise = can_rise and first > 0 and indents[first - 1] >= floor
        if can_rise and indents[first - 1] == floor and not include_siblings:
            is_header = include_header and _is_comment(lines[first - 1])
            can_rise = is_header or edges_above == 0
            edges_above += 1
        first -= can_rise
        if last - first >= cap:
            break
        can_sink = can_sink and last < len(lines) and indents[last] >= floor
        if can_sink and indents[last] == floor and not include_siblings:
            can_sink = edges_below == 0
            edges_below += 1
        last += can_sink
        if not (can_rise or can_sink):
            break
    return _without_blank_edges(lines, first, last)


def effective_indents(lines: Sequence[str]) -> list[int]:
    """The columns of white space before each line's text; a blank line has those of the line before it."""
    indents = []
    current = 0
    for line in lines:
        if line.strip(_BLANK):
            space = line[: len(line) - len(line.lstrip(" \t"))]
            current = len(space) + (TAB_WIDTH - 1) * space.count("\t")
        indents.append(current)
    return indents


def _is_comment(line: str) -> bool:
    return line.lstrip(_BLANK).startswith(_COMMENTS)


def _without_blank_edges(lines: Sequence[str], first: int, last: int) -> tuple[int, int]:
    while first < last and not lines[first].strip(_BLANK):
        first += 1
    while first < last and not lines[last - 1].strip(_BLANK):
        last -= 1
    return first, last
