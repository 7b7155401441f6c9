"""How far the limits of an account are used, asked without sending a message (`docs/app-server.md`, "Account")."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from octavo.account.service import AccountService, get_json
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow

_Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]


class _Window(msgspec.Struct, frozen=True):
    used_percent: _Int32
    limit_window_seconds: _Int32
    reset_after_seconds: _Int32
    reset_at: _Int32


class _RateLimit(msgspec.Struct, frozen=True):
    allowed: bool
    limit_reached: bool
    primary_window: _Window | None = None
    secondary_window: _Window | None = None


class _Usage(msgspec.Struct, frozen=True):
    plan_type: Literal["free", "go", "plus", "pro", "team", "business", "education", "quorum", "enterprise", "edu"]
    rate_limit: _RateLimit | None = None


async def read_rate_limits(service: AccountService) -> RateLimitSnapshot:
    """The limits as they are now. Raises `BackendError` and `NoAccount`."""
    usage = await get_json(service, "/usage", _Usage)
    if usage.rate_limit is None:
        return RateLimitSnapshot()
    return RateLimitSnapshot(_window(usage.rate_limit.primary_window), _window(usage.rate_limit.secondary_window))


def _window(window: _Window | None) -> RateLimitWindow | None:
    if window is None:
        return None
    minutes = -(-window.limit_window_seconds // 60)
    return RateLimitWindow(float(window.used_percent), minutes if minutes > 0 else None, window.reset_at)
