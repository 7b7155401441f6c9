"""Usage on a terminal: bars for the days, tables for models and projects (`docs/usage.md`)."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from octavo.cli.usage.report import shown_cost
from octavo.cli.usage.sums import Group, Sum, summed
from octavo.cli.visible import one_line, with_tilde

_BAR_CELLS = 30
_MOST_DAYS = 31
_MOST_PROJECTS = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"


def print_tables(by_group: Mapping[Group, Sum]) -> None:
    """What was taken, from the days to the whole."""
    console = Console()
    console.print(_days(summed(by_group, lambda group: group.day)))
    for title, sums in (
        ("Model", summed(by_group, lambda group: group.model)),
        ("Project", summed(by_group, lambda group: with_tilde(group.project))),
    ):
        console.print()
        console.print(_sums(title, sums))
    console.print()
    console.print(_sums("", {"Total": summed(by_group, lambda _: "")[""]}))


def _days(sums: Mapping[str, Sum]) -> Table:
    shown = sorted(sums)[-_MOST_DAYS:]
    most = max(sums[day].tokens for day in shown)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Day", no_wrap=True, style="dim")
    table.add_column("Tokens", no_wrap=True, justify="right")
    table.add_column("", no_wrap=True, style="cyan", overflow="crop")
    table.add_column("Cost", no_wrap=True, justify="right")
    for day in shown:
        one = sums[day]
        table.add_row(day, short_number(one.tokens), bar(one.tokens, most), Text(shown_cost(one)))
    return table


def _sums(title: str, sums: Mapping[str, Sum]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, no_wrap=True, overflow="ellipsis", ratio=1)
    for name in ("Answers", "Input", "Cached", "Output", "Cost"):
        table.add_column(name, no_wrap=True, justify="right")
    ordered = sorted(sums, key=lambda name: sums[name].tokens, reverse=True)
    for name in ordered[:_MOST_PROJECTS]:
        one = sums[name]
        share = f"{one.cached_share:.0%}"
        numbers = (str(one.answers), short_number(one.input), share, short_number(one.output))
        table.add_row(Text(one_line(name)), *numbers, Text(shown_cost(one)))
    if len(ordered) > _MOST_PROJECTS:
        table.add_row(Text(f"and {len(ordered) - _MOST_PROJECTS} more", style="dim"))
    return table


def bar(number: int, most: int) -> str:
    """A bar of at most 30 cells, to an eighth of a cell; what is not nothing shows."""
    eighths = max(round(number / most * _BAR_CELLS * 8), 1) if number else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def short_number(number: int) -> str:
    """A count to three digits: `999`, `1.23K`, `45.6M`."""
    amount, units = float(number), iter("KMBT")
    unit = ""
    while amount >= 999.5 and (larger := next(units, "")):
        amount, unit = amount / 1000, larger
    if not unit:
        return str(number)
    return f"{amount:.{2 if amount < 9.995 else 1 if amount < 99.95 else 0}f}{unit}"
