"""Scores of all paths of a table at once (`docs/search.md`, "Scores").

Row by row as in `search.align`, but a row is an array of the places where the
character stands, through all paths. Imported on use: numpy is slow to import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from octavo.search.align import BOUNDARY, CONSECUTIVE, GAP_START, GAP_STEP, MATCH
from octavo.search.path_table import Ints, PathTable
from octavo.search.query import Word

_MOST_32 = 1 << 30


class _Row(NamedTuple):
    """The cells of one character of the word: their places in ascending order, and what they are worth."""

    places: Ints
    lines: Ints
    scores: Ints
    runs: Ints


def best_paths(
    table: PathTable, query: Sequence[Word], count: int, cancelled: Callable[[], bool]
) -> list[tuple[int, str]]:
    """The `count` best paths and their scores: of equal ones those that come first. Empty if cancelled."""
    for word in query:
        # One character finds nearly every path: looking for it first would cost more than it saves.
        if len(word.units) > 1 and len(lines := table.holding(word)) < table.size:
            table = table.only(lines)
    totals = np.zeros(table.size, np.int32)
    for word in query:
        row = _cells(table, word, cancelled)
        if row is None or not len(row.places):
            return []
        scores = np.full(table.size, -1, np.int32)
        first = np.flatnonzero(np.diff(row.lines, prepend=-1))
        scores[row.lines[first]] = np.maximum.reduceat(row.scores, first)
        totals = np.where((scores < 0) | (totals < 0), -1, totals + scores)
    return [(int(totals[line]), table.path(line)) for line in _best_lines(table, totals, count)]


def _best_lines(table: PathTable, totals: Ints, count: int) -> list[int]:
    alive = np.flatnonzero(totals >= 0)
    if len(alive) <= count:
        return list(alive)
    last = np.partition(totals[alive], len(alive) - count)[len(alive) - count]
    above = list(alive[totals[alive] > last])
    return above + table.smallest(alive[totals[alive] == last], count - len(above))


def _cells(table: PathTable, word: Word, cancelled: Callable[[], bool]) -> _Row | None:
    """The cells of the word's last character; None if cancelled."""
    row: _Row | None = None
    for unit in word.units:
        if cancelled():
            return None
        places = table.places(word, unit)
        row = _first_row(table, places, alone=len(word.units) == 1) if row is None else _next_row(table, row, places)
        if not len(row.places):
            break
    return row


def _first_row(table: PathTable, places: Ints, alone: bool) -> _Row:
    lines = table.lines(places)
    bonuses = table.bonuses_alone(places, lines) if alone else table.bonuses(places)
    return _Row(places, lines, MATCH + 2 * bonuses, bonuses)


def _next_row(table: PathTable, above: _Row, places: Ints) -> _Row:
    lines = table.lines(places)
    after = np.searchsorted(above.places, places - 1)  # how many cells above end before the one right before a place
    left = np.maximum(after - 1, 0)
    has_gap = (after > 0) & (above.lines[left] == lines)
    beside = np.minimum(after, len(above.places) - 1)
    adjoins = above.places[beside] == places - 1
    kept = has_gap | adjoins
    places, lines, left, beside = places[kept], lines[kept], left[kept], beside[kept]
    has_gap, adjoins = has_gap[kept], adjoins[kept]

    bonuses = table.bonuses(places)
    # Lines are held so far apart that no cell reaches from one into the next.
    apart = above.scores.max().astype(np.int64) + 1
    if apart * table.size + above.places[-1] < _MOST_32:
        apart = apart.astype(np.int32)
    reach = np.maximum.accumulate(above.scores + above.places * GAP_STEP + above.lines * apart)
    gaps = reach[left] - lines * apart - places * GAP_STEP - (GAP_START - 2 * GAP_STEP)
    by_gap = np.where(has_gap, np.maximum(gaps, 0) + bonuses, -1)
    runs = np.maximum(above.runs[beside], CONSECUTIVE)
    runs = np.where((bonuses >= BOUNDARY) & (bonuses > runs), bonuses, runs)
    by_run = np.where(adjoins, above.scores[beside] + np.maximum(runs, bonuses), -1)
    goes_on = by_run > by_gap
    return _Row(places, lines, np.where(goes_on, by_run, by_gap) + MATCH, np.where(goes_on, runs, bonuses))
