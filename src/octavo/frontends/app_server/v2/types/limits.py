"""The limits of the account."""

from __future__ import annotations

from octavo.frontends.app_server.shapes import Camel


class RateLimitWindow(Camel, frozen=True):
    """How far a limit is used, in whole percent; `resetsAt` in Unix seconds."""

    used_percent: int
    window_duration_mins: int | None = None
    resets_at: int | None = None


class RateLimits(Camel, frozen=True):
    """The limits of the account."""

    primary: RateLimitWindow | None = None
    secondary: RateLimitWindow | None = None
    credits: None = None
    plan_type: str | None = None
    limit_id: str | None = None
    limit_name: str | None = None


class RateLimitsResponse(Camel, frozen=True):
    """The limits of the account, asked for."""

    rate_limits: RateLimits


class RateLimitsUpdated(Camel, frozen=True):
    """The newest limits."""

    rate_limits: RateLimits
