"""How far a batch is, on a terminal (`docs/batch.md`, "While it runs")."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable

from octavo.frontends.batch.results import Result

_BAR = 24
_EVERY_S = 0.1


class Progress:
    """A bar in one row of stderr; nothing where that is no terminal."""

    def __init__(self, total: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.done = self.failed = self.tokens = self.running = 0
        self._total, self._clock = total, clock
        self._began, self._drawn = clock(), float("-inf")
        self._is_shown = sys.stderr.isatty()

    def began(self) -> None:
        """A task begins."""
        self.running += 1
        self._draw()

    def ended(self, result: Result) -> None:
        """A task is over."""
        self.running -= 1
        self.done += 1
        self.failed += result.status == "failed"
        self.tokens += 0 if result.usage is None else result.usage.total_tokens
        self._draw(force=self.done == self._total)

    def clear(self) -> None:
        """Make room for other words."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def row(self) -> str:
        """The row as it is now."""
        share = self.done / self._total if self._total else 1.0
        bar = "█" * int(share * _BAR)
        seconds = self._clock() - self._began
        left = f", {_clock_text(seconds / self.done * (self._total - self.done))} left" if self.done else ""
        failed = f", {self.failed} failed" if self.failed else ""
        tokens = f", {self.tokens:,} tokens" if self.tokens else ""
        counts = f"{self.done}/{self._total}{failed}, {self.running} running{tokens}"
        return f"{bar:░<{_BAR}} {counts}, {_clock_text(seconds)}{left}"

    def _draw(self, *, force: bool = False) -> None:
        now = self._clock()
        if not self._is_shown or (now - self._drawn < _EVERY_S and not force):
            return
        self._drawn = now
        columns = shutil.get_terminal_size().columns
        sys.stderr.write(f"\r{self.row()[: columns - 1]}\x1b[K")
        sys.stderr.flush()


def _clock_text(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
