"""Finds which lines differ between two versions of a file, laid out as people expect it.

Deletions stand before insertions at one place, and lines inserted beside equal
ones stand after them, joined to a neighbouring insertion that they can reach.
"""

from __future__ import annotations

from octavo.patch.shortest import Runs, approximate_runs, equal_run, equal_tail, shortest_runs

Block = tuple[int, int, int, int]
"""Lines [0:1] of the old version were replaced by lines [2:3] of the new one."""


def changed_blocks(old: list[str], new: list[str]) -> list[Block]:
    """The places where `old` and `new` differ, in order; between two of them at least one line is equal.

    The edit is a shortest one, save for large files with more than about a
    thousand differences, where it is a short one found in about a second.
    """
    head = equal_run(old, new, (0, len(old), 0, len(new)))
    tail = equal_tail(old, new, (head, len(old), head, len(new)))
    kept, added = _marks(old[head : len(old) - tail], new[head : len(new) - tail])
    same_head, same_tail = b"\1" * head, b"\1" * tail
    kept = bytearray(same_head + kept + same_tail)
    added = bytearray(same_head + added + same_tail)
    _settle(added, new)
    return _blocks(kept, added)


def _marks(old: list[str], new: list[str]) -> tuple[bytearray, bytearray]:
    """For each line of either side 1 if it is kept, 0 if it was deleted or inserted."""
    kept_left, kept_right = bytearray(len(old)), bytearray(len(new))
    runs = shortest_runs(old, new)
    for i, j, count in _short_runs(old, new) if runs is None else runs:
        kept_left[i : i + count] = kept_right[j : j + count] = b"\1" * count
    return kept_left, kept_right


def _short_runs(old: list[str], new: list[str]) -> Runs:
    """What a short edit keeps where a shortest one cannot be found in time; each run is one line."""
    numbers: dict[str, int] = {}  # many comparisons follow, and those of numbers are quicker
    left = [numbers.setdefault(line, len(numbers)) for line in old]
    right = [numbers.setdefault(line, len(numbers)) for line in new]
    # Lines that the other side does not have at all only make the search longer.
    in_left, in_right = set(left), set(right)
    places = [i for i, value in enumerate(left) if value in in_right]
    others = [j for j, value in enumerate(right) if value in in_left]
    reduced = approximate_runs([left[i] for i in places], [right[j] for j in others])
    return [(places[i + step], others[j + step], 1) for i, j, count in reduced for step in range(count)]


def _settle(marks: bytearray, lines: list[str]) -> None:
    """Move each run of inserted lines up, then down, as far as equal lines let it; runs that meet become one.

    Only insertions move: among equal deletions the search has already found
    the one that clients are used to.
    """
    start = marks.find(0)
    while start >= 0:
        end = marks.find(1, start)
        end = len(marks) if end < 0 else end
        while start > 0 and lines[start - 1] == lines[end - 1]:
            start, end = start - 1, end - 1
            marks[start], marks[end] = 0, 1
            while start > 0 and not marks[start - 1]:
                start -= 1
        while end < len(marks) and lines[start] == lines[end]:
            marks[start], marks[end] = 1, 0
            start, end = start + 1, end + 1
            while end < len(marks) and not marks[end]:
                end += 1
        start = marks.find(0, end)


def _blocks(kept: bytearray, added: bytearray) -> list[Block]:
    """The runs of unkept lines on either side; as many lines are kept on one side as on the other."""
    blocks: list[Block] = []
    a = b = 0
    while a < len(kept) or b < len(added):
        a1, b1 = _after_zeros(kept, a), _after_zeros(added, b)
        if a1 > a or b1 > b:
            blocks.append((a, a1, b, b1))
        a_next, b_next = kept.find(0, a1), added.find(0, b1)
        step = min((a_next if a_next >= 0 else len(kept)) - a1, (b_next if b_next >= 0 else len(added)) - b1)
        a, b = a1 + step, b1 + step
    return blocks


def _after_zeros(marks: bytearray, start: int) -> int:
    end = marks.find(1, start)
    return len(marks) if end < 0 else end
