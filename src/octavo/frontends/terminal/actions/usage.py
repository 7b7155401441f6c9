"""What sessions took, for `/usage` (`docs/usage.md`)."""

from __future__ import annotations

import datetime

from octavo.config.config import Config
from octavo.frontends.usage_sums import Sum, summed, sums
from octavo.rollout.find import find_session
from octavo.rollout.usage import read_usage, split_copies
from octavo.rollout.usage_index import usage_of_all

DAYS = 7

_EVER = "0000-00-00"


def usage_of_session(config: Config, rollout_path: str) -> Sum | None:
    """What the session took itself: a fork does not count what it copied. None where it cannot be read."""
    try:
        usage = read_usage(rollout_path)
        stretches = usage.stretches
        source = find_session(config.codex_home, usage.source) if usage.source else None
        if source is not None:
            stretches = split_copies(usage, read_usage(source))[1]
    except OSError:
        return None
    return summed(sums(stretches, config.prices, _EVER), lambda _: "").get("", Sum())


def usage_of_days(config: Config, today: datetime.date) -> tuple[list[tuple[str, Sum]], Sum]:
    """What all saved sessions took, day by day, the newest first, and together."""
    since = (today - datetime.timedelta(days=DAYS - 1)).isoformat()
    by_group = sums(usage_of_all(config.codex_home), config.prices, since)
    by_day = summed(by_group, lambda group: group.day)
    return sorted(by_day.items(), reverse=True), summed(by_group, lambda _: "").get("", Sum())
