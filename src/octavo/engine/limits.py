"""Counting what a turn takes, and ending it where the user's limits say so (`docs/limits.md`).

Loaded only for turns that are limited. A turn ends between two calls of the model, never
within an answer: what the answer called has run by then and is recorded, so the session
can go on. Time alone ends it at once, as an interruption does. Sub-conversations count
into the meter of the turn that started them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from octavo.config.limits import Limits
from octavo.config.schema import PriceToml
from octavo.engine.active_turn import ActiveTurn
from octavo.errors import LimitReached, OctavoError
from octavo.protocol.policy import ReviewDecision
from octavo.protocol.usage import TokenUsage

GO_ON = "Nothing is lost: send another message, or resume the session, to go on."


class NoPrice(OctavoError):
    """A cost is limited and nobody knows what the model costs."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f'max_cost is set, but what {model} costs is not known: give [prices."{model}"] in config.toml '
            "(input and output, for a million tokens)."
        )


class Meter:
    """What a turn has taken so far, with everything that it started."""

    def __init__(self, limits: Limits, prices: Mapping[str, PriceToml]) -> None:
        self._limits, self._prices = limits, prices
        self.calls = self.tokens = 0
        self.cost: dict[str, float] = {}
        self._is_untold = False
        self._clock: asyncio.Timeout | None = None
        self._questions, self._left = 0, 0.0

    def count(self, model: str, usage: TokenUsage | None) -> None:
        """The model answered."""
        self.calls += 1
        if usage is None:
            self._is_untold = True
            return
        self.tokens += usage.total_tokens
        if (price := self._prices.get(model)) is not None:
            cost = price.cost(usage.input_tokens, usage.cached_input_tokens, usage.output_tokens)
            self.cost[price.currency] = self.cost.get(price.currency, 0.0) + cost

    def check(self, model: str) -> None:
        """Pass if this model may be asked once more. Raises `LimitReached`, or `NoPrice`."""
        limits = self._limits
        if limits.max_turns is not None and self.calls >= limits.max_turns:
            raise _reached(f"calls of the model: {self.calls}, and max_turns is {limits.max_turns}")
        if limits.max_tokens is not None and self.tokens >= limits.max_tokens:
            raise _reached(f"tokens: {self.tokens:,}, and max_tokens is {limits.max_tokens:,}")
        if limits.max_cost is not None:
            if model not in self._prices:
                raise NoPrice(model)
            for currency, amount in self.cost.items():
                if amount >= limits.max_cost:
                    raise _reached(f"cost: {amount:.4f} {currency}, and max_cost is {limits.max_cost:g}")
        if self._is_untold and (limits.max_tokens is not None or limits.max_cost is not None):
            raise _reached("the service does not tell how many tokens it takes, so max_tokens and max_cost cannot hold")

    async def within_time(self, body: Callable[[], Awaitable[str | None]]) -> str | None:
        """What `body` returns. Raises `LimitReached` when the time is over, `body` having been cancelled."""
        if self._limits.time_limit is None or self._clock is not None:
            return await body()
        try:
            async with asyncio.timeout(self._limits.time_limit) as self._clock:
                return await body()
        except TimeoutError:
            if self._clock is None or not self._clock.expired():
                raise
            raise _reached(f"time_limit is over ({self._limits.time_limit:g} seconds)") from None

    async def untimed(self, answer: Awaitable[ReviewDecision]) -> ReviewDecision:
        """Wait for the user's answer, which takes none of the time."""
        if (clock := self._clock) is None:
            return await answer
        loop = asyncio.get_running_loop()
        if self._questions == 0:
            self._left = max((clock.when() or loop.time()) - loop.time(), 0.0)
            clock.reschedule(None)
        self._questions += 1
        try:
            return await answer
        finally:
            self._questions -= 1
            if self._questions == 0:
                clock.reschedule(loop.time() + self._left)


def stop_at_limit(turn: ActiveTurn, record_input: Callable[[], None]) -> None:
    """Raise `LimitReached` if the turn may not ask the model again; what the user said meanwhile is kept."""
    try:
        if turn.loop_guard is not None and turn.loop_guard.has_enough:
            raise _reached("the same call gave the same result six times in a row (loop_guard)")
        if turn.meter is not None:
            turn.meter.check(turn.context.settings.model)
    except OctavoError:
        record_input()
        raise


def _reached(what: str) -> LimitReached:
    return LimitReached(f"Stopped at a limit: {what}. {GO_ON}")
