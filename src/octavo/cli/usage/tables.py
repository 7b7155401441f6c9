"""Usage on a terminal: bars for the days, tables for models and projects (`docs/usage.md`)."""

from __future__ import annotations

from collections.abc import Mapping

from octavo.cli.styled_output import Column, print_lines, print_table
from octavo.cli.visible import one_line, with_tilde
from octavo.frontends.terminal.text.styled import CYAN, DIM, EMPTY, Style
from octavo.frontends.usage_sums import Group, Sum, bar, shown_cost, summed

_BAR_CELLS = 30
_MOST_DAYS = 31
_MOST_PROJECTS = 20


def print_tables(by_group: Mapping[Group, Sum]) -> None:
    """What was taken, from the days to the whole."""
    _print_days(summed(by_group, lambda group: group.day))
    _print_sums("Model", summed(by_group, lambda group: group.model))
    _print_sums("Project", summed(by_group, lambda group: with_tilde(group.project)))
    _print_sums("", {"Total": summed(by_group, lambda _: "")[""]})


def _print_days(sums: Mapping[str, Sum]) -> None:
    shown = sorted(sums)[-_MOST_DAYS:]
    most = max(sums[day].tokens for day in shown)
    columns = (
        Column("Day", DIM, least=10),
        _number("Tokens"),
        Column("", Style(fg=CYAN), least=1, most=_BAR_CELLS),
        _number("Cost"),
    )
    rows = [
        (day, short_number(one.tokens), bar(one.tokens, most, _BAR_CELLS), shown_cost(one))
        for day, one in ((day, sums[day]) for day in shown)
    ]
    print_table(columns, rows)


def _print_sums(title: str, sums: Mapping[str, Sum]) -> None:
    columns = (Column(title, fills=True), *map(_number, ("Answers", "Input", "Cached", "Output", "Cost")))
    ordered = sorted(sums, key=lambda name: sums[name].tokens, reverse=True)
    rows = [(one_line(name), *_numbers(sums[name])) for name in ordered[:_MOST_PROJECTS]]
    if len(ordered) > _MOST_PROJECTS:
        rows.append((f"and {len(ordered) - _MOST_PROJECTS} more", "", "", "", "", ""))
    print_lines([EMPTY])
    print_table(columns, rows)


def _number(title: str) -> Column:
    """A column that is never cut."""
    return Column(title, least=1000, right=True)


def _numbers(one: Sum) -> tuple[str, str, str, str, str]:
    share = f"{one.cached_share:.0%}"
    return str(one.answers), short_number(one.input), share, short_number(one.output), shown_cost(one)


def short_number(number: int) -> str:
    """A count to three digits: `999`, `1.23K`, `45.6M`."""
    amount, units = float(number), iter("KMBT")
    unit = ""
    while amount >= 999.5 and (larger := next(units, "")):
        amount, unit = amount / 1000, larger
    if not unit:
        return str(number)
    return f"{amount:.{2 if amount < 9.995 else 1 if amount < 99.95 else 0}f}{unit}"
