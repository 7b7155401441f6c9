"""`octavo usage`: from the command line to a table, bars or JSON (`docs/usage.md`)."""

from __future__ import annotations

import datetime
import os
import re
import sys
from collections.abc import Mapping

from octavo.cli import start
from octavo.cli.visible import one_line, with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.config.load import ConfigFlags
from octavo.errors import UsageError
from octavo.frontends.usage_sums import Group, Sum, shown_cost, summed, sums
from octavo.protocol.json_text import readable_json
from octavo.rollout.usage_index import usage_of_all

_EVER = "0000-00-00"


def run(invocation: Invocation) -> int:
    """Bars and tables on a terminal, else lines with tabs, or JSON."""
    given = invocation.last
    since = first_day(given.text("since"), datetime.date.today())
    config = start.load(start.overrides(invocation, start.PLAIN), ConfigFlags(), start.PLAIN)
    by_group = sums(usage_of_all(config.codex_home), config.prices, since)
    if given.has("json"):
        sys.stdout.write(readable_json(_as_json(by_group)))
    elif not by_group:
        sys.stderr.write("No answers in saved sessions.\n")
    elif os.isatty(1):
        from octavo.cli.usage.tables import print_tables  # only for a terminal

        print_tables(by_group)
    else:
        for group, one in by_group.items():
            sys.stdout.write("\t".join(_cells(group, one)) + "\n")
    return 0


def first_day(text: str | None, today: datetime.date) -> str:
    """The first day that `--since` means; `1d` is today, `1w` the week that ends with it. Raises `UsageError`."""
    if text is None:
        return _EVER
    if match := re.fullmatch(r"([1-9]\d{0,4})([dw])", text, re.ASCII):
        days = int(match[1]) * (7 if match[2] == "w" else 1)
        return (today - datetime.timedelta(days=min(days - 1, today.toordinal() - 1))).isoformat()
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise UsageError(
            f"invalid value '{text}' for '--since <DAY>': a day like 2026-01-31, or 7d or 4w is needed"
        ) from None


def _cells(group: Group, one: Sum) -> tuple[str, ...]:
    numbers = (one.answers, one.input, one.cached, one.output, one.reasoning)
    project = one_line(with_tilde(group.project))
    return (group.day, one_line(group.model), project, *map(str, numbers), shown_cost(one))


def _as_json(by_group: Mapping[Group, Sum]) -> object:
    total = summed(by_group, lambda _: "").get("", Sum())
    rows = [
        {"day": group.day, "model": group.model, "project": group.project, **_numbers(one)}
        for group, one in by_group.items()
    ]
    return {"usage": rows, "total": _numbers(total)}


def _numbers(one: Sum) -> dict[str, object]:
    return {
        "answers": one.answers,
        "input_tokens": one.input,
        "cached_input_tokens": one.cached,
        "output_tokens": one.output,
        "reasoning_output_tokens": one.reasoning,
        "cached_share": round(one.cached_share, 4),
        "cost": {currency: round(amount, 6) for currency, amount in sorted(one.cost.items())},
        "unpriced_tokens": one.unpriced,
    }
