"""Adding up tokens and keeping the newest limits (`docs/protocol.md`)."""

from __future__ import annotations

from octavo.protocol.events import TokenCount
from octavo.protocol.usage import RateLimitSnapshot, TokenUsage, TokenUsageInfo


class TokenCounts:
    """What `token_count` events tell. Empty at the start of every process, also after a resume."""

    def __init__(self) -> None:
        self._info: TokenUsageInfo | None = None
        self._rate_limits: RateLimitSnapshot | None = None

    def event(self) -> TokenCount:
        """The state as an event."""
        return TokenCount(self._info, self._rate_limits)

    def take_limits(self, snapshot: RateLimitSnapshot) -> None:
        """The newest answer's limits replace what was known, also when it told none."""
        self._rate_limits = snapshot

    def add(self, usage: TokenUsage | None, window: int | None) -> None:
        """Count an answer; the window is kept from the first one on."""
        if usage is None:
            return
        if self._info is None:
            self._info = TokenUsageInfo(usage, usage, window)
        else:
            total = self._info.total_token_usage + usage
            self._info = TokenUsageInfo(total, usage, self._info.model_context_window)

    def fill_up(self, window: int | None) -> None:
        """The window is full: show it so. Nothing changes when its size is unknown."""
        if window is None:
            return
        before = self._info.total_token_usage.total_tokens if self._info else 0
        full = TokenUsage(total_tokens=window)
        self._info = TokenUsageInfo(full, TokenUsage(total_tokens=max(window - before, 0)), window)
