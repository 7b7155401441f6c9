"""The limits of an account in this dialect's words. Pure functions."""

from __future__ import annotations

from octavo.frontends.app_server.v2.types.limits import RateLimits, RateLimitWindow
from octavo.protocol import usage


def shown_limits(limits: usage.RateLimitSnapshot) -> RateLimits:
    """How far the account's limits are used."""
    return RateLimits(_window(limits.primary), _window(limits.secondary))


def _window(window: usage.RateLimitWindow | None) -> RateLimitWindow | None:
    if window is None:
        return None
    return RateLimitWindow(round(window.used_percent), window.window_minutes, window.resets_at)
