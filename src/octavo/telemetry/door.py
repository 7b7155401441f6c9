"""The door that everything told leaves by; behind it stand the exporters (`docs/telemetry.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from octavo.telemetry.values import Attributes, Measurement, Span, SpanIds


class OpenSpan(Protocol):
    """A span that has begun."""

    def end(self, attributes: Attributes, error: str | None = None) -> None:
        """It is over; `error` says what went wrong, if anything did."""

    @property
    def ids(self) -> SpanIds:
        """By what events name it."""

    @property
    def context(self) -> Mapping[str, str]:
        """What others are handed to join the trace (W3C Trace Context): names and values."""


class Tracer(Protocol):
    """Where spans go."""

    def begin(self, span: Span, parent: OpenSpan | None = None) -> OpenSpan:
        """A span begins now, inside of another or of the trace that we were started in."""

    def passed(self, span: Span, parent: OpenSpan | None, seconds: float, error: str | None = None) -> None:
        """A span that took that long is over now."""


class EventLog(Protocol):
    """Where events go."""

    def write(self, attributes: Attributes, span: OpenSpan | None = None) -> None:
        """Something happened, inside of that span if there is one."""


class Meter(Protocol):
    """Where numbers go."""

    def record(self, measurement: Measurement) -> None:
        """One more."""


class Door(Protocol):
    """What is exported; None where the user has set no exporter. No method waits or raises."""

    @property
    def events(self) -> EventLog | None:
        """For `[otel] exporter`."""

    @property
    def tracer(self) -> Tracer | None:
        """For `trace_exporter`."""

    @property
    def meter(self) -> Meter | None:
        """For `metrics_exporter`."""
