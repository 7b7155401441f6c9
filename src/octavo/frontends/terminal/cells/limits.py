"""Rate limits: how a limit is called, when it is warned of, how its row looks (`docs/terminal-cells.md`, "Limits")."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow

_THRESHOLDS = (75.0, 90.0, 95.0)
_SEGMENTS = 20
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Announced(NamedTuple):
    """The thresholds of each window that were warned of in this session."""

    primary: float = 0.0
    secondary: float = 0.0


def label(window: RateLimitWindow, unknown: str) -> str:
    """What a limit is called, by its length; `unknown` where that is not known."""
    minutes = window.window_minutes
    if minutes is None:
        return unknown
    if minutes <= 1443:
        return f"{max(1, (minutes + 3) // 60)}h"
    if minutes <= 10_083:
        return "weekly"
    return "monthly" if minutes <= 43_203 else "annual"


def windows(snapshot: RateLimitSnapshot) -> list[tuple[str, RateLimitWindow]]:
    """Those that are known, with their labels."""
    pairs = ((snapshot.primary, "5h"), (snapshot.secondary, "weekly"))
    return [(label(window, unknown), window) for window, unknown in pairs if window is not None]


def warnings(snapshot: RateLimitSnapshot, announced: Announced) -> tuple[list[str], Announced]:
    """What is to be said about a new snapshot, and what has been said after that.

    The longer window comes first; of several thresholds only the highest is told, each once, and nothing when a
    window is full: then the answer itself says so.
    """
    if any(window is not None and window.used_percent >= 100 for window in (snapshot.secondary, snapshot.primary)):
        return [], announced
    texts = []
    secondary = _reached(snapshot.secondary, announced.secondary)
    if snapshot.secondary is not None and secondary > announced.secondary:
        texts.append(_text(secondary, label(snapshot.secondary, "weekly")))
    primary = _reached(snapshot.primary, announced.primary)
    if snapshot.primary is not None and primary > announced.primary:
        texts.append(_text(primary, label(snapshot.primary, "5h")))
    return texts, Announced(primary, secondary)


def bar(window: RateLimitWindow) -> str:
    """How much of a limit is used, as a picture and as a number."""
    filled = min(max(round(window.used_percent / 100 * _SEGMENTS), 0), _SEGMENTS)
    return f"[{'█' * filled}{'░' * (_SEGMENTS - filled)}] {window.used_percent:.0f}% used"


def reset_text(window: RateLimitWindow, seen: datetime.datetime) -> str:
    """When a limit starts anew, in the time zone of `seen`, the moment the limits were told; empty when unknown."""
    if window.resets_at is None:
        return ""
    try:
        at = datetime.datetime.fromtimestamp(window.resets_at, seen.tzinfo)
    except (ValueError, OverflowError, OSError):
        return ""
    day = "" if at.date() == seen.date() else f" on {at.day} {_MONTHS[at.month - 1]}"
    return f"(resets {at:%H:%M}{day})"


def _reached(window: RateLimitWindow | None, announced: float) -> float:
    used = window.used_percent if window is not None else 0.0
    return max((threshold for threshold in _THRESHOLDS if announced < threshold <= used), default=announced)


def _text(threshold: float, name: str) -> str:
    return f"More than {threshold:.0f}% of your {name} limit is used. Type /status for the details."
