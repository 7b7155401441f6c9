"""Collectors that are away, slow, silent or unwilling: the run is as it would be without them."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from collector import GrpcCollector, HttpCollector
from exec_model_server import answer, runs, says
from exec_place import Place, Result

HTTP = '[otel.exporter.otlp-http]\nendpoint = "{}"\nprotocol = "binary"\nheaders = {{}}\n'
GRPC = '[otel.exporter.otlp-grpc]\nendpoint = "{}"\nheaders = {{}}\n'
SHORT = {"OTEL_BLRP_EXPORT_TIMEOUT": "300"}


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port where nobody listens, and which nobody else can take meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize("table", [HTTP, GRPC], ids=["http", "grpc"])
def test_a_collector_that_is_not_there(place: Place, table: str, closed_port: int) -> None:
    place.model(answer(says("hi")), more=table.format(f"http://127.0.0.1:{closed_port}"))
    result = place.exec("--json", "hi")
    assert (result.code, result.types[-1]) == (0, "turn.completed")
    assert len(result.err.splitlines()) == 1
    assert "Failed to export logs" in result.err


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
def test_a_collector_that_refuses(place: Place, status: int) -> None:
    with HttpCollector(status=status).serving() as taken:
        place.model(answer(says("hi")), more=HTTP.format(taken.url()))
        result = place.exec("--json", "hi")
        assert (result.code, result.types[-1]) == (0, "turn.completed")
        assert len(result.err.splitlines()) == 1
        assert str(status) in result.err
        assert len(taken.bodies) == 1


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_a_collector_that_refuses_by_grpc(place: Place, code: grpc.StatusCode) -> None:
    with GrpcCollector(code=code).serving() as taken:
        place.model(answer(says("hi")), more=GRPC.format(taken.url))
        result = place.exec("--json", "hi")
        assert (result.code, result.types[-1]) == (0, "turn.completed")
        assert len(taken.bodies) == 1


def test_a_collector_that_never_answers_is_not_waited_for_longer_than_the_limit(place: Place) -> None:
    with HttpCollector(hangs=True).serving() as taken:
        place.model(answer(says("hi")), more=HTTP.format(taken.url()))
        result = place.exec("--json", "hi", env=SHORT)  # the collector holds on for a minute
        assert (result.code, result.types[-1]) == (0, "turn.completed")
        assert "telemetry was not taken within 0.3 s" in result.err


def test_a_grpc_collector_that_never_answers(place: Place) -> None:
    with GrpcCollector(hangs=True).serving() as taken:
        place.model(answer(says("hi")), more=GRPC.format(taken.url))
        result = place.exec("--json", "hi", env=SHORT)
        assert (result.code, result.types[-1]) == (0, "turn.completed")
        taken.release.set()


def test_a_failed_run_is_told(place: Place) -> None:
    with HttpCollector().serving() as taken:
        place.model(500, more=HTTP.format(taken.url()))
        assert place.exec("hi").code == 1
        requests = taken.events("codex.api_request")
        assert {one["http.response.status_code"] for one in requests} == {500}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_told(place: Place, number: signal.Signals) -> None:
    with HttpCollector().serving() as taken:
        model = place.model(answer(says("hi")), hold=True, more=HTTP.format(taken.url()))
        with place.start("exec", "--skip-git-repo-check", "--json", "hi") as process:
            assert model.asked.acquire(timeout=20)
            process.send_signal(number)
            process.communicate(timeout=20)
        assert taken.events("codex.conversation_starts")


def test_nothing_is_opened_without_an_exporter(place: Place) -> None:
    place.model(answer(says("hi")), more='[otel]\nexporter = "none"')
    assert place.exec("--json", "hi").err == ""


# --- TLS -----------------------------------------------------------------------------------


def server_context(certificates: Path, *, mutual: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server-key.pem")
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificates / "ca.pem")
    return context


def tls_table(kind: str, certificates: Path, *, client: bool) -> str:
    lines = [f"[otel.exporter.{kind}.tls]", f'ca-certificate = "{certificates / "ca.pem"}"']
    if client:
        lines += [
            f'client-certificate = "{certificates / "client.pem"}"',
            f'client-private-key = "{certificates / "client-key.pem"}"',
        ]
    return "\n".join(lines)


@pytest.mark.parametrize("mutual", [False, True])
def test_http_by_tls(place: Place, certificates: Path, mutual: bool) -> None:
    with HttpCollector(context=server_context(certificates, mutual=mutual)).serving() as taken:
        table = HTTP.format(taken.url()) + tls_table("otlp-http", certificates, client=mutual)
        place.model(answer(says("hi")), more=table)
        result = place.exec("--json", "hi")
        assert (result.code, result.err) == (0, "")
        assert taken.events("codex.conversation_starts")


@pytest.mark.parametrize("mutual", [False, True])
def test_grpc_by_tls(place: Place, certificates: Path, mutual: bool) -> None:
    key, chain, ca = ((certificates / name).read_bytes() for name in ("server-key.pem", "server.pem", "ca.pem"))
    credentials = grpc.ssl_server_credentials([(key, chain)], ca if mutual else None, mutual)
    with GrpcCollector(credentials=credentials).serving() as taken:
        table = GRPC.format(taken.url) + tls_table("otlp-grpc", certificates, client=mutual)
        place.model(answer(says("hi")), more=table)
        result = place.exec("--json", "hi")
        assert (result.code, result.err) == (0, "")
        assert taken.events("codex.conversation_starts")


def test_a_certificate_of_an_unknown_authority_is_not_trusted(place: Place, certificates: Path) -> None:
    with HttpCollector(context=server_context(certificates, mutual=False)).serving() as taken:
        place.model(answer(says("hi")), more=HTTP.format(taken.url()))
        result = place.exec("--json", "hi")
        assert result.code == 0
        assert "certificate" in result.err.lower()
        assert taken.bodies == []


# --- what cannot be made -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (HTTP.format("nonsense"), "the endpoint is no http or https address"),
        (HTTP.format("http://localhost:1") + '[otel.exporter.otlp-http.tls]\nca-certificate = "no.pem"', "cannot read"),
        (
            HTTP.format("http://localhost:1") + '[otel.exporter.otlp-http.tls]\nclient-certificate = "no.pem"',
            "client-certificate and client-private-key together",
        ),
        (HTTP.format("http://localhost:1").replace("{}", '{"a b" = "c"}'), "the header 'a b' cannot be sent"),
    ],
)
def test_an_exporter_that_cannot_be_made_ends_the_run(place: Place, table: str, reason: str) -> None:
    place.model(answer(says("hi")), more=table)
    result = place.exec("--json", "hi")
    assert (result.code, result.out) == (1, b"")
    assert result.err.startswith("Could not create otel exporter: ")
    assert reason in result.err
    assert len(result.err.splitlines()) == 1
    served = place.octavo("app-server", stdin=b"")
    assert served.code == 1
    assert served.err.startswith("error loading otel config: ")


def exec_without(place: Place, *packages: str) -> Result:
    """`octavo exec` where these packages are not installed."""
    gone = "".join(f"sys.modules[{package!r}] = None; " for package in packages)
    code = f"import sys; {gone}from octavo.__main__ import main; main()"
    words = (sys.executable, "-c", code, "exec", "--skip-git-repo-check", "--json", "hi")
    options: dict[str, Any] = {"cwd": place.workspace, "env": place.environ(), "stdin": subprocess.DEVNULL}
    run = subprocess.run(words, check=False, capture_output=True, **options)
    return Result(run.returncode, run.stdout, run.stderr.decode())


def test_without_the_packages_a_line_says_what_to_install_and_the_run_goes_on(place: Place) -> None:
    place.model(answer(runs("true")), answer(says("hi")), more=HTTP.format("http://localhost:1"))
    result = exec_without(place, "opentelemetry", "grpc", "requests")
    assert (result.code, result.types[-1]) == (0, "turn.completed")
    assert result.err == (
        "WARNING: [otel] names an exporter, but the packages for it are missing: pip install 'octavo[otel]'\n"
    )


def test_grpc_is_not_imported_for_http(place: Place) -> None:
    with HttpCollector().serving() as taken:
        place.model(answer(says("hi")), more=HTTP.format(taken.url()))
        result = exec_without(place, "grpc")
        assert (result.code, result.err) == (0, "")
        assert taken.events("codex.conversation_starts")


def test_the_mcp_server_tells_as_well(place: Place) -> None:
    with HttpCollector().serving() as taken:
        place.model(answer(says("hi")), more=HTTP.format(taken.url()))
        about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        call = {"name": "codex", "arguments": {"prompt": "hi"}}
        lines = [
            {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": about},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
        ]
        assert place.octavo("mcp-server", stdin=b"".join(json.dumps(line).encode() + b"\n" for line in lines)).code == 0
        assert [one["event.name"] for one in taken.events()][:2] == ["codex.conversation_starts", "codex.user_prompt"]


def test_the_app_server_tells_as_well(place: Place) -> None:
    with HttpCollector().serving() as taken:
        place.model(answer(says("hi")), more=HTTP.format(taken.url()))
        hello = b'{"id":0,"method":"initialize","params":{"clientInfo":{"name":"t","version":"1"}}}\n'
        begun = b'{"method":"initialized"}\n{"id":1,"method":"newConversation","params":{}}\n'
        assert place.octavo("app-server", stdin=hello + begun).code == 0
        assert len(taken.events("codex.conversation_starts")) == 1
