"""Spans and numbers over HTTP, binary or as JSON, by the official exporters. Events: `http_events`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from opentelemetry.exporter.otlp.proto.http import Compression
from requests.adapters import HTTPAdapter

from octavo.telemetry.exporters.target import Target

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter

_WORTH_A_RETRY = frozenset({429, 502, 503, 504})


class NotTaken(requests.exceptions.RequestException):
    """The collector did not take a batch. It is not sent again: nobody should wait for telemetry."""


class Post(HTTPAdapter):
    """Sends batches, each once. With `message` the body is turned from that message into JSON."""

    def __init__(self, message: type[Message] | None) -> None:
        super().__init__()
        self._message = message

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """One request. Raises `NotTaken` in place of what the exporters would try again after a wait."""
        if self._message is not None:
            _turn_into_json(request, self._message)
        try:
            response = super().send(request, *args, **options)
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
            raise NotTaken(_reason(error)) from None
        if response.status_code in _WORTH_A_RETRY:
            raise NotTaken(f"{response.status_code} {response.reason}")
        return response


def span_exporter(target: Target) -> SpanExporter:
    """Sends spans."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    return OTLPSpanExporter(**_options(target, ExportTraceServiceRequest))


def metric_exporter(target: Target) -> MetricExporter:
    """Sends numbers."""
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    return OTLPMetricExporter(**_options(target, ExportMetricsServiceRequest))


def _options(target: Target, message: type[Message]) -> dict[str, Any]:
    as_json = target.wire == "json"
    post, session = Post(message if as_json else None), requests.Session()
    session.mount("http://", post)
    session.mount("https://", post)
    return {
        "endpoint": target.endpoint,
        "headers": target.headers,
        "certificate_file": target.tls.ca_certificate,
        "client_certificate_file": target.tls.client_certificate,
        "client_key_file": target.tls.client_private_key,
        "compression": Compression.NoCompression if as_json else None,
        "session": session,
    }


def _turn_into_json(request: requests.PreparedRequest, message: type[Message]) -> None:
    from octavo.telemetry.exporters.otlp_json import otlp_json

    body = otlp_json(message.FromString(request.body if isinstance(request.body, bytes) else b""))
    request.body = body
    request.headers["Content-Type"] = "application/json"
    request.headers["Content-Length"] = str(len(body))


def _reason(error: Exception) -> str:
    """The cause in words; what is around it only says where in the libraries it went wrong."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ReadTimeout):
        return "no answer in time"
    cause: BaseException = error
    while (inner := getattr(cause, "reason", None) or cause.__cause__ or cause.__context__) is not None:
        if not isinstance(inner, BaseException):
            break
        cause = inner
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__
