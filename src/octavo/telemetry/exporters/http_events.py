"""Events over HTTP: handed over as they are, turned into messages and sent in batches by a thread of its own.

Nothing of it is in the agent's way. OpenTelemetry's SDK and its HTTP client take longer to import than a turn
takes, and ten times as long for an event: they are not used here.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Mapping

from octavo import __version__
from octavo.telemetry.door import OpenSpan
from octavo.telemetry.exporters.otlp_logs import Record, as_json, as_protobuf
from octavo.telemetry.exporters.post import NotTaken, Post
from octavo.telemetry.exporters.target import Target
from octavo.telemetry.exporters.variables import event_variables, resource_variables
from octavo.telemetry.values import Attributes

_log = logging.getLogger(__name__)


class HttpEvents:
    """Events on their way (`telemetry.door.EventLog`). What there is no room for is lost, and counted."""

    def __init__(self, target: Target, environment: str, environ: Mapping[str, str]) -> None:
        self._limits = event_variables(environ)
        self._post = Post(target, self._limits, environ)
        self._resource = _resource(environment, environ)
        self._written = as_json if target.wire == "json" else as_protobuf
        self._waiting: deque[Record] = deque()
        self._lost = 0
        self._something, self._enough = threading.Event(), threading.Event()
        self._is_closing = False
        self._failure = ""
        # A daemon: the process may end while a collector hangs.
        self._worker = threading.Thread(target=self._work, name="telemetry-events", daemon=True)

    def write(self, attributes: Attributes, span: OpenSpan | None = None) -> None:
        """One event. Takes microseconds."""
        waiting = len(self._waiting)
        if self._limits.is_off or self._is_closing:
            return
        if waiting >= self._limits.queue:
            self._lost += 1
            return
        self._waiting.append(Record(time.time_ns(), self._cut(attributes), None if span is None else span.ids))
        if not waiting:
            if self._worker.ident is None:
                self._worker.start()
            self._something.set()
        if waiting + 1 >= self._limits.batch:
            self._enough.set()

    def shutdown(self) -> None:
        """Send what waits; returns when it is sent or lost."""
        self._is_closing = True
        self._enough.set()
        self._something.set()
        if self._worker.ident is not None:
            self._worker.join()
        if self._lost:
            _log.warning("%d events of telemetry were lost: too many at once", self._lost)

    def _cut(self, attributes: Attributes) -> Attributes:
        longest = self._limits.longest_value
        if longest is None:
            return attributes
        return {name: value[:longest] if isinstance(value, str) else value for name, value in attributes.items()}

    def _work(self) -> None:
        with asyncio.Runner() as loop:
            while not self._is_closing:
                self._something.wait()
                self._something.clear()
                self._enough.wait(self._limits.delay)
                self._enough.clear()
                self._send_batches(loop)
            self._send_batches(loop)
            loop.run(self._post.close())

    def _send_batches(self, loop: asyncio.Runner) -> None:
        """Everything that waits now; what comes meanwhile waits for the next time."""
        left = len(self._waiting)
        while left > 0:
            batch = [self._waiting.popleft() for _ in range(min(left, self._limits.batch))]
            left -= len(batch)
            self._send(loop, batch)
        if self._waiting:
            self._something.set()

    def _send(self, loop: asyncio.Runner, batch: list[Record]) -> None:
        """Each batch once: nobody should wait for telemetry. The same trouble again is not worth another line."""
        try:
            loop.run(self._post.send(self._written(self._resource, batch)))
            self._failure = ""
        except NotTaken as error:
            if str(error) != self._failure:
                _log.error("Failed to export logs: %s", error)
            self._failure = str(error)


def _resource(environment: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Who tells; `OTEL_RESOURCE_ATTRIBUTES` adds to it."""
    sdk = {"telemetry.sdk.name": "octavo", "telemetry.sdk.language": "python", "telemetry.sdk.version": __version__}
    # The name is a fixed one, whatever the front end, so that collectors that know Codex know us.
    ours = {"service.name": "codex-cli", "service.version": __version__, "env": environment}
    return {**sdk, **resource_variables(environ), **ours}
