"""Spans, numbers and (over gRPC) events by OpenTelemetry's SDK, each with a worker that sends batches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk.resources import Resource

from octavo import __version__
from octavo.telemetry.door import OpenSpan
from octavo.telemetry.metrics import INSTRUMENTS
from octavo.telemetry.values import Attributes, Measurement, Span, SpanIds

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter

_SCOPE = "octavo"


def resource(environment: str) -> Resource:
    """Who tells; `OTEL_RESOURCE_ATTRIBUTES` adds to it."""
    # The name is a fixed one, whatever the front end, so that collectors that know Codex know us.
    return Resource.create({"service.name": "codex-cli", "service.version": __version__, "env": environment})


class SdkEvents:
    """Events as log records (`telemetry.door.EventLog`)."""

    def __init__(self, exporter: LogRecordExporter, who: Resource) -> None:
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

        self.provider = LoggerProvider(who, shutdown_on_exit=False)
        self.provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
        self._logger = self.provider.get_logger(_SCOPE)
        self.shutdown = self.provider.shutdown

    def write(self, attributes: Attributes, span: OpenSpan | None = None) -> None:
        """One record: no body, no time of its own, everything in the attributes."""
        self._logger.emit(
            observed_timestamp=time.time_ns(),
            severity_number=SeverityNumber.INFO,
            severity_text="INFO",
            attributes=attributes,
            context=_context_of(span) or otel_context.Context(),
        )


class SdkTracer:
    """Spans (`telemetry.door.Tracer`). The first of each trace continues the one that we were started in."""

    def __init__(self, exporter: SpanExporter, who: Resource, environ: Mapping[str, str]) -> None:
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self.provider = TracerProvider(resource=who, shutdown_on_exit=False)
        self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self.provider.get_tracer(_SCOPE, __version__)
        self._outer = _incoming(environ)
        self.shutdown = self.provider.shutdown

    def begin(self, span: Span, parent: OpenSpan | None = None) -> SdkSpan:
        """A span begins now."""
        return self._start(span, parent, time.time_ns())

    def passed(self, span: Span, parent: OpenSpan | None, seconds: float, error: str | None = None) -> None:
        """A span is over now."""
        self._start(span, parent, time.time_ns() - int(seconds * 1e9)).end({}, error)

    def _start(self, span: Span, parent: OpenSpan | None, start_ns: int) -> SdkSpan:
        from opentelemetry.trace import SpanKind

        kind = SpanKind.CLIENT if span.outward else SpanKind.INTERNAL
        context = _context_of(parent) or self._outer
        started = self._tracer.start_span(span.name, context, kind, span.attributes, start_time=start_ns)
        return SdkSpan(started)


class SdkSpan:
    """A span of the SDK (`telemetry.door.OpenSpan`)."""

    def __init__(self, span: trace.Span) -> None:
        self.span = span

    def end(self, attributes: Attributes, error: str | None = None) -> None:
        """It is over."""
        from opentelemetry.trace import Status, StatusCode

        self.span.set_attributes(attributes)
        if error is not None:
            self.span.set_status(Status(StatusCode.ERROR, error))
        self.span.end()

    @property
    def ids(self) -> SpanIds:
        """Of the trace and of this span."""
        known = self.span.get_span_context()
        return SpanIds(known.trace_id.to_bytes(16, "big"), known.span_id.to_bytes(8, "big"), known.trace_flags)

    @property
    def context(self) -> Mapping[str, str]:
        """`traceparent`, and `tracestate` where there is one."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, _context_of(self))
        return carrier


class SdkMeter:
    """Numbers (`telemetry.door.Meter`)."""

    def __init__(self, exporter: MetricExporter, who: Resource) -> None:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

        self.provider = MeterProvider([PeriodicExportingMetricReader(exporter)], who, shutdown_on_exit=False)
        self.shutdown = self.provider.shutdown
        meter = self.provider.get_meter(_SCOPE, __version__)
        self._record: dict[str, Any] = {}
        for one in INSTRUMENTS:
            if one.kind == "counter":
                self._record[one.name] = meter.create_counter(one.name, one.unit, one.about).add
            else:
                bounds = one.bounds
                histogram = meter.create_histogram(
                    one.name, one.unit, one.about, explicit_bucket_boundaries_advisory=bounds
                )
                self._record[one.name] = histogram.record

    def record(self, measurement: Measurement) -> None:
        """One more."""
        self._record[measurement.instrument](measurement.value, measurement.attributes)


def _context_of(span: OpenSpan | None) -> otel_context.Context | None:
    if not isinstance(span, SdkSpan):
        return None
    from opentelemetry.trace import set_span_in_context

    return set_span_in_context(span.span, otel_context.Context())


def _incoming(environ: Mapping[str, str]) -> otel_context.Context:
    """The trace that `TRACEPARENT` (and `TRACESTATE`) name; an empty one without."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {name.lower(): environ[name] for name in ("TRACEPARENT", "TRACESTATE") if name in environ}
    return TraceContextTextMapPropagator().extract(carrier, otel_context.Context())
