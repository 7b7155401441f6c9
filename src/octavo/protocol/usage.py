"""Token counts and rate limits (`docs/protocol.md`)."""

from __future__ import annotations

import msgspec


class TokenUsage(msgspec.Struct, frozen=True):
    """Tokens of one answer, or the sum over a session."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_output_tokens: int = 0
    total_tokens: int = 0

    def __add__(self, other: TokenUsage) -> TokenUsage:
        return TokenUsage(
            self.input_tokens + other.input_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_output_tokens + other.reasoning_output_tokens,
            self.total_tokens + other.total_tokens,
        )

    @property
    def in_window(self) -> int:
        """Tokens that stay in the context window: all but the reasoning."""
        return max(self.total_tokens - self.reasoning_output_tokens, 0)

    @property
    def blended(self) -> int:
        """Tokens that cost something: input that was not cached, and output."""
        return max(self.input_tokens - self.cached_input_tokens, 0) + self.output_tokens


class TokenUsageInfo(msgspec.Struct, frozen=True):
    """Usage so far; the window is the one that was in force when the first usage arrived."""

    total_token_usage: TokenUsage
    last_token_usage: TokenUsage
    model_context_window: int | None = None


class RateLimitWindow(msgspec.Struct, frozen=True):
    """How far one limit is used; `resets_at` is absolute, in Unix seconds."""

    used_percent: float
    window_minutes: int | None = None
    resets_at: int | None = None


class RateLimitSnapshot(msgspec.Struct, frozen=True):
    """The limits as the newest answer told them; null where it told none."""

    primary: RateLimitWindow | None = None
    secondary: RateLimitWindow | None = None
