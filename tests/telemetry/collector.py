"""Collectors that take what is really sent, and decode it with OpenTelemetry's own protobuf messages."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

REQUESTS: dict[str, Any] = {
    "logs": logs_service_pb2.ExportLogsServiceRequest,
    "traces": trace_service_pb2.ExportTraceServiceRequest,
    "metrics": metrics_service_pb2.ExportMetricsServiceRequest,
}
Attributes = dict[str, Any]


class Taken:
    """What arrived: messages by signal, raw bodies and headers."""

    def __init__(self) -> None:
        self.messages: dict[str, list[Any]] = {"logs": [], "traces": [], "metrics": []}
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.release = threading.Event()

    @property
    def raw(self) -> bytes:
        """Every byte."""
        return b"\0".join(self.bodies)

    @property
    def records(self) -> list[Any]:
        """Log records in order."""
        return [record for scope in self._scopes("logs") for record in scope.log_records]

    def events(self, name: str | None = None) -> list[Attributes]:
        """The attributes of events, of all or of those with this name."""
        every = [attributes(record) for record in self.records]
        return [one for one in every if name is None or one["event.name"] == name]

    @property
    def spans(self) -> list[Any]:
        """Spans in order."""
        return [span for scope in self._scopes("traces") for span in scope.spans]

    def points(self, metric: str) -> list[Any]:
        """The last data points of a metric."""
        found: list[Any] = []
        for scope in self._scopes("metrics"):
            for one in scope.metrics:
                if one.name == metric:
                    found = list((one.histogram if one.HasField("histogram") else one.sum).data_points)
        return found

    def resource(self, signal: str) -> Attributes:
        """Who told."""
        return attributes(self._parts(signal)[0].resource)

    def _parts(self, signal: str) -> list[Any]:
        name = {"logs": "resource_logs", "traces": "resource_spans", "metrics": "resource_metrics"}[signal]
        return [part for message in self.messages[signal] for part in getattr(message, name)]

    def _scopes(self, signal: str) -> list[Any]:
        name = {"logs": "scope_logs", "traces": "scope_spans", "metrics": "scope_metrics"}[signal]
        return [scope for part in self._parts(signal) for scope in getattr(part, name)]


def attributes(holder: Any) -> Attributes:
    """Attributes with their values in the types of the wire."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in holder.attributes}


class HttpCollector(Taken):
    """Takes OTLP over HTTP at `/v1/logs`, `/v1/traces` and `/v1/metrics`; `hangs` never answers."""

    def __init__(self, *, status: int = 200, hangs: bool = False, context: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.status, self.hangs = status, hangs
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._scheme = "http"
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"

    def url(self, signal: str = "logs") -> str:
        """Where a signal is taken."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/v1/{signal}"

    @contextmanager
    def serving(self) -> Iterator[HttpCollector]:
        """Serve inside the block."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield self
        finally:
            self.release.set()
            self._server.shutdown()
            self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        taken = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                taken.bodies.append(body)
                taken.headers.append({name.lower(): value for name, value in self.headers.items()})
                taken.paths.append(self.path)
                signal = self.path.rpartition("/")[2]
                if self.headers["content-type"] == "application/json":
                    taken.messages[signal].append(Parse(_with_base64_ids(body), REQUESTS[signal]()))
                else:
                    taken.messages[signal].append(REQUESTS[signal].FromString(body))
                if taken.hangs:
                    taken.release.wait(60)
                self.send_response(taken.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def _with_base64_ids(body: bytes) -> str:
    """OTLP's JSON in the form of protobuf's own reader, which wants ids in base 64."""
    import base64
    import json
    import re

    def other_form(match: re.Match[str]) -> str:
        return f'"{match[1]}":"{base64.b64encode(bytes.fromhex(match[2])).decode()}"'

    json.loads(body)
    return re.sub(r'"(traceId|spanId|parentSpanId)":"([0-9a-f]*)"', other_form, body.decode())


class GrpcCollector(Taken):
    """Takes OTLP over gRPC. `hangs` never answers; `code` refuses."""

    def __init__(self, *, hangs: bool = False, code: Any = None, credentials: Any = None) -> None:
        super().__init__()
        self._hangs, self._code = hangs, code
        self._pool = futures.ThreadPoolExecutor(4)
        self._server = grpc.server(self._pool)
        self._offer("logs", logs_service_pb2_grpc.add_LogsServiceServicer_to_server, logs_service_pb2)
        self._offer("traces", trace_service_pb2_grpc.add_TraceServiceServicer_to_server, trace_service_pb2)
        self._offer("metrics", metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server, metrics_service_pb2)
        self._scheme = "http" if credentials is None else "https"
        if credentials is None:
            self._port = self._server.add_insecure_port("127.0.0.1:0")
        else:
            self._port = self._server.add_secure_port("127.0.0.1:0", credentials)

    def _offer(self, signal: str, add: Any, messages: Any) -> None:
        (response,) = (getattr(messages, name) for name in dir(messages) if name.endswith("ServiceResponse"))
        add(_Service(self, signal, response), self._server)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"{self._scheme}://127.0.0.1:{self._port}"

    @contextmanager
    def serving(self) -> Iterator[GrpcCollector]:
        """Serve inside the block."""
        self._server.start()
        try:
            yield self
        finally:
            self.release.set()
            self._server.stop(0).wait()
            self._pool.shutdown()

    def take(self, signal: str, message: Any, context: Any) -> None:
        """A batch came."""
        self.messages[signal].append(message)
        self.bodies.append(message.SerializeToString())
        self.headers.append(dict(context.invocation_metadata()))
        if self._hangs:
            self.release.wait(60)
        if self._code is not None:
            context.abort(self._code, "not now")


class _Service:
    def __init__(self, taken: GrpcCollector, signal: str, response: Any) -> None:
        self._taken, self._signal, self._response = taken, signal, response

    def Export(self, request: Any, context: Any) -> Any:
        self._taken.take(self._signal, request, context)
        return self._response()


def make_certificates(folder: Path) -> Path:
    """An authority (`ca.pem`), and a certificate with its key for a server and a client, all in PEM."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        "req", "-x509", *key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority"
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for name in ("server", "client"):
        openssl("req", *key, "-keyout", f"{name}-key.pem", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signing = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2", "-extfile", "names")
        openssl("x509", "-req", "-in", f"{name}.csr", *signing, "-out", f"{name}.pem")
    return folder
