"""What the two outputs of `exec` have in common."""

from __future__ import annotations

from typing import Protocol

from octavo.protocol.events import Event


class EventPrinter(Protocol):
    """Shows a conversation; a pure translator from events to text, which it queues for output."""

    def __call__(self, event: Event) -> None:
        """Show one event; most kinds show nothing and cost nothing."""

    def finish(self) -> None:
        """Show what stands at the end of the run, also of an interrupted one."""
