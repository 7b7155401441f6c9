"""What a turn may take at most, as the user wrote it (`docs/limits.md`). Loaded only where a limit is set."""

from __future__ import annotations

import math
import re

import msgspec

from octavo.errors import ConfigError


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """None is no limit. A cost is in the currency of the model's price, a time in seconds."""

    max_turns: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    time_limit: float | None = None
    loop_guard: bool = False


def checked_limits(
    max_turns: int | None,
    max_tokens: int | None,
    max_cost: float | None,
    time_limit: str | int | None,
    *,
    loop_guard: bool,
) -> Limits:
    """The limits, a time as a number of seconds. `ConfigError` for one that nothing could keep."""
    for name, value in (("max_turns", max_turns), ("max_tokens", max_tokens), ("max_cost", max_cost)):
        if value is not None and not (value > 0 and math.isfinite(value)):
            raise ConfigError(f"invalid value: `{value}` for `{name}`, expected a number above 0")
    seconds = None if time_limit is None else seconds_of(time_limit)
    return Limits(
        max_turns=max_turns, max_tokens=max_tokens, max_cost=max_cost, time_limit=seconds, loop_guard=loop_guard
    )


def seconds_of(text: str | int) -> float:
    """From `90s`, `10m`, `1h30m` or a number of seconds. `ConfigError` for anything else."""
    written = str(text).strip()
    parts = re.fullmatch(r"(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s?)?", written, re.ASCII)
    seconds = 0 if parts is None else sum(int(n or 0) * s for n, s in zip(parts.groups(), (3600, 60, 1), strict=True))
    if seconds <= 0:
        raise ConfigError(f"invalid value: `{text}` for `time_limit`, expected a time like 90s, 10m or 1h30m")
    return float(seconds)
