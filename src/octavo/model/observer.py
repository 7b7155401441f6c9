"""What telemetry wants to know about model calls; without an observer nothing of it is gathered (`docs/models.md`)."""

from __future__ import annotations

from typing import Protocol

from octavo.protocol.usage import TokenUsage


class ModelObserver(Protocol):
    """Told of requests and of events as they happen. Durations are whole milliseconds."""

    def request_sent(
        self, attempt: int, duration_ms: int, status: int | None, error: str | None, cf_ray: str | None
    ) -> None:
        """The head of an answer came, or none did. `error` says what is wrong with it, if anything is."""

    def event_read(self, kind: str | None, duration_ms: int | None, error: str | None = None) -> None:
        """An event came after that time of waiting, or something broke instead; then there may be no kind."""

    def answer_completed(self, usage: TokenUsage) -> None:
        """The whole answer came, and its usage was told."""

    def call_ended(self, error: str | None) -> None:
        """The call is over, all its requests included; the last thing that is told. `error` says why it failed."""
