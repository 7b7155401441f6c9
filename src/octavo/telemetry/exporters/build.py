"""From the user's tables to a door with exporters behind it, and its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from octavo.config.config import Otel
from octavo.telemetry.exporters.target import Target, target_of

if TYPE_CHECKING:
    from octavo.telemetry.exporters.http_events import HttpEvents
    from octavo.telemetry.exporters.sdk import SdkEvents, SdkMeter, SdkTracer

_FLUSH_VARIABLE = "OTEL_BLRP_EXPORT_TIMEOUT"
_FLUSH_MS = 5000

_log = logging.getLogger(__name__)


class _Ends(Protocol):
    def shutdown(self) -> None: ...


class OtelDoor:
    """What the user's exporters take (`telemetry.door.Door`)."""

    def __init__(
        self,
        events: HttpEvents | SdkEvents | None,
        tracer: SdkTracer | None,
        meter: SdkMeter | None,
        flush_seconds: float,
    ) -> None:
        self.events, self.tracer, self.meter = events, tracer, meter
        self._flush_seconds = flush_seconds
        self._flushes: list[threading.Thread] | None = None
        self._deadline = 0.0

    def close(self) -> None:
        """Send what waits, for as long as may be; what a slow collector has not taken by then is lost.

        A second call waits for the first one's end.
        """
        if self._flushes is None:
            self._deadline = time.monotonic() + self._flush_seconds
            ends = [_shutdown_of(one) for one in (self.events, self.tracer, self.meter) if one is not None]
            self._flushes = ends
            for thread in ends:
                thread.start()
        try:
            for thread in self._flushes:
                thread.join(max(self._deadline - time.monotonic(), 0))
        except KeyboardInterrupt:
            return  # whoever presses Ctrl-C now does not want to wait
        if any(thread.is_alive() for thread in self._flushes):
            _log.error("telemetry was not taken within %g s; the rest is lost", self._flush_seconds)


def open_door(otel: Otel, codex_home: str, environ: Mapping[str, str]) -> OtelDoor:
    """Exporters as the user set them. Raises `CannotExport`, or `ImportError` where a package is missing."""
    # OpenTelemetry's SDK and its HTTP client cost more than a turn: what does without them does not import them.
    events = tracer = meter = None
    if otel.exporter is not None:
        events = _events(target_of(otel.exporter, codex_home, environ), otel.environment, environ)
    if otel.trace_exporter is not None:
        from octavo.telemetry.exporters import sdk

        target = target_of(otel.trace_exporter, codex_home, environ)
        tracer = sdk.SdkTracer(_transport(target).span_exporter(target), sdk.resource(otel.environment), environ)
    if otel.metrics_exporter is not None:
        from octavo.telemetry.exporters import sdk

        target = target_of(otel.metrics_exporter, codex_home, environ)
        meter = sdk.SdkMeter(_transport(target).metric_exporter(target), sdk.resource(otel.environment))
    return OtelDoor(events, tracer, meter, flush_seconds(environ))


def flush_seconds(environ: Mapping[str, str]) -> float:
    """How long an end may wait for collectors."""
    try:
        return max(int(environ.get(_FLUSH_VARIABLE, "")), 0) / 1000
    except ValueError:
        return _FLUSH_MS / 1000


def _events(target: Target, environment: str, environ: Mapping[str, str]) -> HttpEvents | SdkEvents:
    if target.wire == "grpc":
        from octavo.telemetry.exporters import grpc, sdk

        return sdk.SdkEvents(grpc.log_exporter(target), sdk.resource(environment))
    from octavo.telemetry.exporters.http_events import HttpEvents

    return HttpEvents(target, environment, environ)


def _transport(target: Target) -> ModuleType:
    if target.wire == "grpc":
        from octavo.telemetry.exporters import grpc

        return grpc
    from octavo.telemetry.exporters import http

    return http


def _shutdown_of(one: _Ends) -> threading.Thread:
    # A daemon: the process may end while a collector hangs.
    return threading.Thread(target=one.shutdown, name="telemetry-flush", daemon=True)
