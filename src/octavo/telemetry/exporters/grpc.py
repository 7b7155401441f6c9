"""OTLP over gRPC by the official exporters; its packages are large, so they are imported for nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grpc import StatusCode, ssl_channel_credentials

from octavo.telemetry.exporters.target import CannotExport, Target

if TYPE_CHECKING:
    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter

_SENT_ONCE = (StatusCode.OK,)
"""What is worth another try: no failure at all. Nobody should wait for telemetry."""


def log_exporter(target: Target) -> LogRecordExporter:
    """Sends events."""
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter

    return OTLPLogExporter(**_options(target))


def span_exporter(target: Target) -> SpanExporter:
    """Sends spans."""
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(**_options(target))


def metric_exporter(target: Target) -> MetricExporter:
    """Sends numbers."""
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

    return OTLPMetricExporter(**_options(target))


def _options(target: Target) -> dict[str, Any]:
    tls = target.tls
    is_secure = target.endpoint.startswith("https://") or tls.ca_certificate is not None
    credentials = None
    if is_secure:
        try:
            files = (tls.ca_certificate, tls.client_private_key, tls.client_certificate)
            credentials = ssl_channel_credentials(*(_content(file) for file in files))
        except OSError as error:
            raise CannotExport(f"cannot read a file of tls: {error.strerror}") from None
    return {
        "endpoint": target.endpoint,
        "insecure": not is_secure,
        "credentials": credentials,
        "headers": dict(target.headers) or None,
        "retryable_error_codes": _SENT_ONCE,
    }


def _content(file: str | None) -> bytes | None:
    if file is None:
        return None
    with open(file, "rb") as opened:
        return opened.read()
