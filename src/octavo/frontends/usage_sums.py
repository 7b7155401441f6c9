"""Adding up what sessions took: by day, model and project (`docs/usage.md`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from octavo.config.schema import PriceToml
from octavo.frontends.shown_text import one_line
from octavo.rollout.usage import QUARTER, Answer, Stretch

UNKNOWN = "unknown"
_EIGHTHS = " ▏▎▍▌▋▊▉"


class Group(NamedTuple):
    """What answers are added up by: the local day (`YYYY-MM-DD`), the model, the folder."""

    day: str
    model: str
    project: str


class Sum(msgspec.Struct):
    """Tokens of some answers, and what they cost in each currency; `unpriced` are tokens of models without a price."""

    answers: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    unpriced: int = 0
    cost: dict[str, float] = msgspec.field(default_factory=dict)

    @property
    def tokens(self) -> int:
        """Input and output."""
        return self.input + self.output

    @property
    def cached_share(self) -> float:
        """How much of the input came from the cache, from 0 to 1."""
        return self.cached / self.input if self.input else 0.0

    def add(self, answer: Answer, price: PriceToml | None) -> None:
        """One answer more, or several."""
        self.answers += answer.count
        self.input += answer.input
        self.cached += answer.cached
        self.output += answer.output
        self.reasoning += answer.reasoning
        if price is None:
            self.unpriced += answer.input + answer.output
        else:
            cost = price.cost(answer.input, answer.cached, answer.output)
            self.cost[price.currency] = self.cost.get(price.currency, 0.0) + cost

    def include(self, other: Sum) -> None:
        """What another sum holds, too."""
        self.answers += other.answers
        self.input += other.input
        self.cached += other.cached
        self.output += other.output
        self.reasoning += other.reasoning
        self.unpriced += other.unpriced
        for currency, amount in other.cost.items():
            self.cost[currency] = self.cost.get(currency, 0.0) + amount


def sums(stretches: Iterable[Stretch], prices: Mapping[str, PriceToml], since: str) -> dict[Group, Sum]:
    """What was taken on `since` and later, by day, model and project, the newest day first."""
    found: dict[Group, Sum] = {}
    day_of = _days()
    for stretch in stretches:
        model, project = stretch.model or UNKNOWN, stretch.cwd or UNKNOWN
        price = prices.get(stretch.model)
        for answer in stretch.answers:
            day = day_of(answer.at)
            if day < since:
                continue
            group = Group(day, model, project)
            one = found.get(group)
            if one is None:
                one = found[group] = Sum()
            one.add(answer, price)
    ordered = sorted(found, key=lambda group: (group.model, group.project))
    return {group: found[group] for group in sorted(ordered, key=lambda group: group.day, reverse=True)}


def summed(by_group: Mapping[Group, Sum], key: Callable[[Group], str]) -> dict[str, Sum]:
    """The same, less finely."""
    found: dict[str, Sum] = {}
    for group, one in by_group.items():
        found.setdefault(key(group), Sum()).include(one)
    return found


def _days() -> Callable[[int], str]:
    """From Unix times to local days, each quarter of an hour looked up once: days begin with one in every zone."""
    known: dict[int, str] = {}

    def day(at: int) -> str:
        quarter = at // QUARTER
        if quarter not in known:
            known[quarter] = time.strftime("%Y-%m-%d", time.localtime(quarter * QUARTER))
        return known[quarter]

    return day


def shown_cost(one: Sum) -> str:
    """The cost in words: `?` stands for tokens without a price."""
    known = [f"{amount:.2f} {one_line(currency)}" for currency, amount in sorted(one.cost.items())]
    return " + ".join([*known, *(("?",) if one.unpriced else ())])


def bar(number: int, most: int, cells: int) -> str:
    """A bar of at most so many cells, to an eighth of a cell; what is not nothing shows."""
    eighths = max(round(number / most * cells * 8), 1) if number else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
