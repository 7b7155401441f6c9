"""OTLP over gRPC by the official exporters; its packages are large, so they are imported for nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grpc import (
    Call,
    ChannelCredentials,
    RpcError,
    StatusCode,
    insecure_channel,
    secure_channel,
    ssl_channel_credentials,
)

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


def ask(target: Target, service: str, seconds: float) -> None:
    """Send an empty message to `service` (`logs`, `trace`, `metrics`). Raises `NotTaken` if it is not taken in time."""
    from octavo.telemetry.exporters.post import NotTaken

    credentials = _credentials(target)
    place = target.endpoint.partition("://")[2] or target.endpoint
    place = place.partition("/")[0]
    channel = insecure_channel(place) if credentials is None else secure_channel(place, credentials)
    method = f"/opentelemetry.proto.collector.{service}.v1.{service.title()}Service/Export"
    with channel:
        try:
            channel.unary_unary(method)(b"", timeout=seconds, metadata=tuple(target.headers.items()))
        except RpcError as error:
            # A failed call is an error and a call at once, which the types do not say.
            raise NotTaken(error.details() if isinstance(error, Call) else str(error)) from None


def _credentials(target: Target) -> ChannelCredentials | None:
    """For TLS; None where the endpoint is none of it."""
    tls = target.tls
    if not target.endpoint.startswith("https://") and tls.ca_certificate is None:
        return None
    try:
        files = (tls.ca_certificate, tls.client_private_key, tls.client_certificate)
        return ssl_channel_credentials(*(_content(file) for file in files))
    except OSError as error:
        raise CannotExport(f"cannot read a file of tls: {error.strerror}") from None


def _options(target: Target) -> dict[str, Any]:
    credentials = _credentials(target)
    return {
        "endpoint": target.endpoint,
        "insecure": credentials is None,
        "credentials": credentials,
        "headers": dict(target.headers) or None,
        "retryable_error_codes": _SENT_ONCE,
    }


def _content(file: str | None) -> bytes | None:
    if file is None:
        return None
    with open(file, "rb") as opened:
        return opened.read()
