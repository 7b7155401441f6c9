"""The rule that keeps a question from being answered by keys that were meant for something else.

A key counts as an answer only after the question has stood for 350 ms without one
(`docs/terminal-views.md`, "Questions").
"""

from __future__ import annotations

QUIET_SECONDS = 0.35


class Quiet:
    """Whether a question has stood still for long enough."""

    def __init__(self) -> None:
        self._since: float | None = None

    def appear(self, now: float) -> None:
        """The question is seen from now on."""
        self._since = now

    def holds(self, now: float) -> bool:
        """Whether a key of this moment was typed before the question could be read. If so, the wait begins anew."""
        if self._since is not None and now - self._since >= QUIET_SECONDS:
            return False
        self._since = now
        return True
