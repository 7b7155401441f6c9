"""Finds which lines differ between two versions of a file, laid out as people expect it.

Deletions stand before insertions at one place, and lines inserted beside equal
ones stand after them, joined to a neighbouring insertion that they can reach.
"""

from __future__ import annotations

from octavo.patch.shortest import approximate_pairs, shortest_pairs

Block = tuple[int, int, int, int]
"""Lines [0:1] of the old version were replaced by lines [2:3] of the new one."""


def changed_blocks(old: list[str], new: list[str]) -> list[Block]:
    """The places where `old` and `new` differ, in order; between two of them at least one line is equal.

    The edit is a shortest one, save for large files with more than about a
    thousand differences, where it is a short one found in about a second.
    """
    head = _common_head(old, new)
    tail = _common_tail(old, new, head)
    kept, added = _marks(old[head : len(old) - tail], new[head : len(new) - tail])
    same_head, same_tail = b"\1" * head, b"\1" * tail
    kept = bytearray(same_head + kept + same_tail)
    added = bytearray(same_head + added + same_tail)
    _settle(added, new)
    return _blocks(kept, added)


def _common_head(old: list[str], new: list[str]) -> int:
    for count, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return count
    return min(len(old), len(new))


def _common_tail(old: list[str], new: list[str], head: int) -> int:
    limit = min(len(old), len(new)) - head
    count = 0
    while count < limit and old[-1 - count] == new[-1 - count]:
        count += 1
    return count


def _marks(old: list[str], new: list[str]) -> tuple[bytearray, bytearray]:
    """For each line of either side 1 if it is kept, 0 if it was deleted or inserted."""
    numbers: dict[str, int] = {}
    left = [numbers.setdefault(line, len(numbers)) for line in old]
    right = [numbers.setdefault(line, len(numbers)) for line in new]
    kept_left, kept_right = bytearray(len(left)), bytearray(len(right))
    pairs = shortest_pairs(left, right)
    if pairs is None:
        # Lines that the other side does not have at all only make the search longer.
        in_left, in_right = set(left), set(right)
        places = [i for i, value in enumerate(left) if value in in_right]
        others = [j for j, value in enumerate(right) if value in in_left]
        reduced = approximate_pairs([left[i] for i in places], [right[j] for j in others])
        pairs = [(places[i], others[j]) for i, j in reduced]
    for i, j in pairs:
        kept_left[i] = kept_right[j] = 1
    return kept_left, kept_right


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
