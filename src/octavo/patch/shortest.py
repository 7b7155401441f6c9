"""Finds a longest common subsequence of two lists.

Myers' divide and conquer: look from both ends for a point that lies on a
shortest path of deletions and insertions, then do the same before and after it.
Time grows with the size times the number of differences, space with the size.

A search that grows too long is ended by a budget. The lists are then cut at
elements that pair up by themselves, and where there are none, nothing is equal.
The result is still a common subsequence, only not the longest.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

Element = TypeVar("Element", str, int)

Runs = list[tuple[int, int, int]]
"""Runs of equal elements: where they start on the left and on the right, and how many; growing on both sides."""

Pairs = list[tuple[int, int]]
"""Indices of equal elements, growing on both sides."""

Box = tuple[int, int, int, int]
"""A part [0:1] of the left list and a part [2:3] of the right one."""

SHARE = 250_000
"""Steps of one search for a middle point, about 0.1 s."""

BUDGET = 2_000_000
"""Steps of a whole comparison, about 0.8 s."""


STRIDE, LONGEST_STRIDE = 32, 4096


def shortest_runs(left: list[Element], right: list[Element]) -> Runs | None:
    """What a shortest edit keeps, or None when looking for one takes too long."""
    return _runs(left, right, cut=False)


def approximate_runs(left: list[Element], right: list[Element]) -> Runs:
    """What a short edit keeps, in bounded time."""
    return _runs(left, right, cut=True) or []


def _runs(left: list[Element], right: list[Element], *, cut: bool) -> Runs | None:
    runs: Runs = []
    budget = BUDGET
    boxes: list[Box] = [(0, len(left), 0, len(right))]  # a stack: recursion could go deeper than Python lets it
    while boxes:
        a0, a1, b0, b1 = boxes.pop()
        head = equal_run(left, right, (a0, a1, b0, b1))
        if head:
            runs.append((a0, b0, head))
        a0, b0 = a0 + head, b0 + head
        tail = equal_tail(left, right, (a0, a1, b0, b1))
        a1, b1 = a1 - tail, b1 - tail
        if tail:
            boxes.append((a1, a1 + tail, b1, b1 + tail))
        if a0 == a1 or b0 == b1:
            continue
        middle, spent = _middle(left[a0:a1], right[b0:b1], min(SHARE, budget))
        budget -= spent
        if middle is not None:
            x, y = a0 + middle[0], b0 + middle[1]
            boxes += [(x, a1, y, b1), (a0, x, b0, y)]
        elif not cut:
            return None
        elif budget > -BUDGET:
            budget -= a1 - a0 + b1 - b0
            boxes += reversed(_cut((a0, a1, b0, b1), left, right))
    return runs


def _middle(left: list[Element], right: list[Element], limit: int) -> tuple[tuple[int, int] | None, int]:
    """A point that a shortest path goes through, or None after `limit` steps; and the steps taken.

    `forward[k]` is how far on the left list a path of d changes gets on diagonal
    k (left index minus right index), `backward` the same seen from the ends.
    Index -1, -2, … of these lists serve the negative diagonals.
    """
    n, m = len(left), len(right)
    delta = n - m
    left_back, right_back = left[::-1], right[::-1]
    rounds = min((n + m + 1) // 2, int(max(limit, 0) ** 0.5) + 1)
    forward = [0] * (2 * rounds + 3)
    backward = [0] * (2 * rounds + 3)
    spent = 0
    for d in range(rounds + 1):
        spent += 2 * d + 2
        if spent > limit:
            break
        # The two paths can first meet in a forward round when the size difference is odd, else in a backward one.
        lowest, highest = (delta - d + 1, delta + d - 1) if delta % 2 else (1, 0)
        for k in range(d, -d - 1, -2):
            up, down = forward[k - 1], forward[k + 1]
            start = x = down if k == -d or (k != d and up < down) else up + 1
            y = x - k
            if x < n and y < m and left[x] == right[y]:
                x += equal_run(left, right, (x, n, y, m))
            forward[k] = x
            if lowest <= k <= highest and x + backward[delta - k] >= n:
                return (start, start - k), spent
        lowest, highest = (1, 0) if delta % 2 else (delta - d, delta + d)
        for k in range(d, -d - 1, -2):
            up, down = backward[k - 1], backward[k + 1]
            x = down if k == -d or (k != d and up < down) else up + 1
            y = x - k
            if x < n and y < m and left_back[x] == right_back[y]:
                x += equal_run(left_back, right_back, (x, n, y, m))
            backward[k] = x
            if lowest <= k <= highest and x + forward[delta - k] >= n:
                return (n - x, m - x + k), spent
    return None, spent


def equal_run(left: list[Element], right: list[Element], box: Box) -> int:
    """How many elements are equal from the start of the box; long runs are compared by the slice."""
    x, x_end, y, y_end = box
    limit = min(x_end - x, y_end - y)
    count, stride = 0, STRIDE
    while stride:
        a, b = x + count, y + count
        if count + stride <= limit and left[a : a + stride] == right[b : b + stride]:
            count += stride
            stride = min(2 * stride, LONGEST_STRIDE)
        else:
            limit = min(limit, count + stride - 1)
            stride //= 2
    return count


def equal_tail(left: list[Element], right: list[Element], box: Box) -> int:
    """The same from the end of the box."""
    x, x_end, y, y_end = box
    limit = min(x_end - x, y_end - y)
    count, stride = 0, STRIDE
    while stride:
        a, b = x_end - count, y_end - count
        if count + stride <= limit and left[a - stride : a] == right[b - stride : b]:
            count += stride
            stride = min(2 * stride, LONGEST_STRIDE)
        else:
            limit = min(limit, count + stride - 1)
            stride //= 2
    return count


def _cut(box: Box, left: list[Element], right: list[Element]) -> list[Box]:
    """The box as smaller ones around pairs that keep their order, or nothing when there are none.

    Elements pair up by themselves when both sides have equally many of them.
    """
    a0, a1, b0, b1 = box
    here, there = Counter(left[a0:a1]), Counter(right[b0:b1])
    places: dict[Element, list[int]] = {}
    for j in range(b1 - 1, b0 - 1, -1):
        places.setdefault(right[j], []).append(j)
    candidates = [(i, places[left[i]].pop()) for i in range(a0, a1) if here[left[i]] == there.get(left[i])]
    boxes: list[Box] = []
    for i, j in _longest_ordered(candidates):
        boxes += [(a0, i, b0, j), (i, i + 1, j, j + 1)]
        a0, b0 = i + 1, j + 1
    return [*boxes, (a0, a1, b0, b1)] if boxes else []


def _longest_ordered(pairs: Pairs) -> Pairs:
    """A longest part of `pairs`, which grow on the left, that grows on the right as well."""
    from bisect import bisect_left  # here, since it is rarely needed

    ends: list[int] = []  # the smallest right index that ends a run of each length
    last: list[int] = []  # which pair that is
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [index]
    run: Pairs = []
    index = last[-1] if last else -1
    while index >= 0:
        run.append(pairs[index])
        index = before[index]
    return run[::-1]
