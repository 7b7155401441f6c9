"""Medians, ranges and ratios, and the table that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from cases import Case
from trial import Figures

COLUMNS = (("wall s", 1.0, 3), ("CPU s", 1.0, 3), ("peak MB", 1e6, 1))


class Series(NamedTuple):
    """The runs of one contestant in one case: the figures of the right ones, the faults of the wrong ones."""

    label: str
    right: list[Figures]
    wrong: list[str]


def table(case: Case, results: list[Series]) -> Iterator[str]:
    """The lines that show one case: median (least-most) of each figure, then ratios of medians to the first row."""
    width = max(len(series.label) for series in results)
    titles = "".join(f"{title:<24}" for title, _, _ in COLUMNS)
    yield f"{case.name}: {case.what}"
    yield f"  {'':<{width}}  runs  {titles}wall, CPU, peak against {results[0].label}"
    for series in results:
        yield f"  {series.label:<{width}}  {row(series, results[0])}"
    for series in results:
        yield from (f"  wrong: {series.label}: {fault}" for fault in series.wrong)
    yield ""


def row(series: Series, first: Series) -> str:
    if not series.right:
        return "   0  -"
    cells = "".join(f"{cell(values, index):<24}" for index, values in enumerate(zip(*series.right, strict=True)))
    return f"{len(series.right):>4}  {cells}{ratios(series, first)}"


def cell(values: tuple[float, ...], column: int) -> str:
    _, unit, digits = COLUMNS[column]
    middle, least, most = (f"{value / unit:.{digits}f}" for value in (median(values), min(values), max(values)))
    return f"{middle} ({least}-{most})"


def ratios(series: Series, first: Series) -> str:
    if not first.right:
        return "-"
    return "  ".join(f"{own / its:.2f}" for own, its in zip(medians(series), medians(first), strict=True))


def medians(series: Series) -> list[float]:
    return [median(values) for values in zip(*series.right, strict=True)]


def raw(case: Case, results: list[Series]) -> dict[str, object]:
    """One case as plain data for JSON: seconds and bytes, run by run."""
    rows = [
        {"label": series.label, "runs": [run._asdict() for run in series.right], "wrong": series.wrong}
        for series in results
    ]
    return {"name": case.name, "what": case.what, "results": rows}
