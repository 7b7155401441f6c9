"""Token counts and limits in this dialect's words. Pure functions."""

from __future__ import annotations

from octavo.frontends.app_server.v2.types.from_server import ThreadTokenUsage, TokenCounts
from octavo.frontends.app_server.v2.types.results import RateLimits, RateLimitWindow
from octavo.protocol import usage


def shown_usage(info: usage.TokenUsageInfo) -> ThreadTokenUsage:
    """Tokens so far."""
    return ThreadTokenUsage(_counts(info.total_token_usage), _counts(info.last_token_usage), info.model_context_window)


def shown_limits(limits: usage.RateLimitSnapshot) -> RateLimits:
    """How far the account's limits are used."""
    return RateLimits(_window(limits.primary), _window(limits.secondary))


def _counts(tokens: usage.TokenUsage) -> TokenCounts:
    return TokenCounts(
        tokens.total_tokens,
        tokens.input_tokens,
        tokens.cached_input_tokens,
        tokens.output_tokens,
        tokens.reasoning_output_tokens,
    )


def _window(window: usage.RateLimitWindow | None) -> RateLimitWindow | None:
    if window is None:
        return None
    return RateLimitWindow(round(window.used_percent), window.window_minutes, window.resets_at)
