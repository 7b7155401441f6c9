"""Tokens and limits as the events of a session told them (`docs/terminal-cells.md`, "Limits")."""

from __future__ import annotations

import datetime

from octavo.frontends.terminal.cells.limits import Announced, warnings, windows
from octavo.frontends.terminal.cells.status import Usage
from octavo.frontends.terminal.text.amounts import context_left
from octavo.protocol.events import TokenCount
from octavo.protocol.usage import RateLimitSnapshot, TokenUsageInfo


class UsageSoFar:
    """What is known, and what was warned of. Limits stay as they are when an answer tells none."""

    def __init__(self) -> None:
        self.tokens: TokenUsageInfo | None = None
        self.limits: RateLimitSnapshot | None = None
        self._seen = 0.0
        self._is_answered = False
        self._announced = Announced()

    def told(self, msg: TokenCount, now: float) -> list[str]:
        """Take in what an answer told; the warnings that are due."""
        if msg.info is not None:
            self.tokens, self._is_answered = msg.info, True
        if msg.rate_limits is None or not windows(msg.rate_limits):
            return []
        self.limits, self._seen = msg.rate_limits, now
        texts, self._announced = warnings(msg.rate_limits, self._announced)
        return texts

    def forget_tokens(self) -> None:
        """The history is about to be summarised: what is known of its size does not hold any longer."""
        self.tokens = None

    def context_left(self, window: int | None) -> int:
        """Percent of the context window that is free; `window` counts where the events told none."""
        tokens = self.tokens
        window = (tokens.model_context_window if tokens else None) or window
        if tokens is None or window is None:
            return 100
        return context_left(window, tokens.last_token_usage.in_window)

    def shown(self, now: float, today: datetime.datetime) -> Usage:
        """For the card of `/status`: `now` is the monotonic time at the local time `today`."""
        seen = today - datetime.timedelta(seconds=now - self._seen) if self.limits is not None else None
        return Usage(self.tokens, self.limits, seen, self._is_answered)
