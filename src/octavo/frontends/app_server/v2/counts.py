"""Token counts in this dialect's words. Pure functions."""

from __future__ import annotations

from octavo.frontends.app_server.v2.types.turns import ThreadTokenUsage, TokenCounts
from octavo.protocol import usage


def shown_usage(info: usage.TokenUsageInfo) -> ThreadTokenUsage:
    """Tokens so far."""
    return ThreadTokenUsage(_counts(info.total_token_usage), _counts(info.last_token_usage), info.model_context_window)


def _counts(tokens: usage.TokenUsage) -> TokenCounts:
    return TokenCounts(
        tokens.total_tokens,
        tokens.input_tokens,
        tokens.cached_input_tokens,
        tokens.output_tokens,
        tokens.reasoning_output_tokens,
    )
