"""The official collector, where it is installed, takes what we send."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from exec_model_server import answer, says
from exec_place import Place

CONFIG = """
receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: "127.0.0.1:{port}" }} }} }} }}
exporters: {{ debug: {{ verbosity: detailed }} }}
service:
  telemetry: {{ metrics: {{ level: none }} }}
  pipelines:
    logs: {{ receivers: [otlp], exporters: [debug] }}
    traces: {{ receivers: [otlp], exporters: [debug] }}
    metrics: {{ receivers: [otlp], exporters: [debug] }}
"""


def collector() -> str:
    for name in ("otelcol", "otelcol-contrib"):
        if path := shutil.which(name):
            return path
    pytest.skip("needs otelcol")


@pytest.mark.parametrize("protocol", ["binary", "json"])
def test_the_official_collector_prints_a_run(place: Place, tmp_path: Path, protocol: str) -> None:
    program = collector()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "collector.yaml").write_text(CONFIG.format(port=port))
    command = [program, "--config", str(tmp_path / "collector.yaml")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            assert process.stderr is not None
            while b"Everything is ready" not in process.stderr.readline():
                assert process.poll() is None
            keys = {"exporter": "logs", "trace_exporter": "traces", "metrics_exporter": "metrics"}
            more = "\n".join(
                f'[otel.{key}.otlp-http]\nendpoint = "http://127.0.0.1:{port}/v1/{signal}"\n'
                f'protocol = "{protocol}"\nheaders = {{}}'
                for key, signal in keys.items()
            )
            place.model(answer(says("hi")), more=more)
            result = place.exec("--json", "hi")
            assert (result.code, result.err) == (0, "")
        finally:
            process.terminate()
        printed = process.stderr.read()
    for words in (b"codex.conversation_starts", b"invoke_agent octavo", b"octavo.turn.duration"):
        assert words in printed
