"""Numbers and times as people read them (`docs/terminal-cells.md`, "Numbers")."""

from __future__ import annotations

_BASELINE = 12_000
"""Tokens that every request needs before the user has said a word."""


def clock(seconds: float) -> str:
    """How long a turn runs: `5s`, `1m 05s`, `1h 00m 05s`."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    if not minutes:
        return f"{rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m {rest:02}s" if hours else f"{minutes}m {rest:02}s"


def compact(number: int) -> str:
    """A count in three digits: `999`, `1.05K`, `20.3K`, `272K`, `1.2M`."""
    if number < 1000:
        return str(max(number, 0))
    for unit, sign in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")):
        if number >= unit:
            value = number / unit
            places = 2 if value < 10 else 1 if value < 100 else 0
            digits = f"{value:.{places}f}"
            return (digits.rstrip("0").rstrip(".") if places else digits) + sign
    return str(number)


def context_left(window: int, used: int) -> int:
    """Percent of the window that is free, beyond what every request needs."""
    room = window - _BASELINE
    if room <= 0:
        return 0
    taken = max(used - _BASELINE, 0)
    return min(max(int(100 * max(room - taken, 0) / room + 0.5), 0), 100)
