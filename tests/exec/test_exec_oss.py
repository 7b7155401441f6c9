"""`exec --oss`: the local server is looked for first, and a missing model is pulled."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from exec_place import Place, Result

CHAT = b'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
MODELS = b'{"models":[{"name":"gpt-oss:20b"}]}'
GIB = 2**30


@contextmanager
def ollama(answers: Mapping[str, bytes | int]) -> Iterator[tuple[str, list[str], list[dict[str, str]]]]:
    """A server: its address, the requests it got, and their headers. A path maps to a body or a status."""
    requests: list[str] = []
    headers: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            requests.append(f"{self.command} {self.path}")
            headers.append({name.lower(): value for name, value in self.headers.items()})
            answer = answers.get(self.path, 404)
            self.send_response(answer if isinstance(answer, int) else 200)
            body = b"" if isinstance(answer, int) else answer
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests, headers
    finally:
        server.shutdown()
        server.server_close()


def run(place: Place, base_url: str, *words: str) -> Result:
    return place.exec("--oss", *words, "hi", env={"CODEX_OSS_BASE_URL": base_url})


def lines(*reports: object) -> bytes:
    return b"".join(json.dumps(report).encode() + b"\n" for report in reports)


def test_a_model_that_is_there_is_asked_at_once(place: Place) -> None:
    with ollama({"/v1/models": b"{}", "/api/tags": MODELS, "/v1/chat/completions": CHAT}) as (url, requests, headers):
        result = run(place, url + "/v1")
    assert (result.code, result.out) == (0, b"Hi\n")
    assert "\nmodel: gpt-oss:20b\nprovider: oss\n" in result.err
    assert requests == ["GET /v1/models", "GET /api/tags", "POST /v1/chat/completions"]
    assert "originator" not in headers[0]
    assert "authorization" not in headers[2]


def test_a_server_without_v1_is_asked_in_its_own_way(place: Place) -> None:
    with ollama({"/api/tags": MODELS, "/chat/completions": CHAT}) as (url, requests, _):
        assert run(place, url).code == 0
    assert requests == ["GET /api/tags", "GET /api/tags", "POST /chat/completions"]


@pytest.mark.parametrize("answers", [{}, {"/v1/models": 500}])
def test_without_a_server_the_run_ends(place: Place, answers: dict[str, bytes | int]) -> None:
    with ollama(answers) as (url, _, _):
        result = run(place, url + "/v1", "--json")
    assert (result.code, result.out) == (1, b"")
    assert result.err.startswith("Error: OSS setup failed: No running Ollama server detected.")


def test_an_address_where_nobody_listens_ends_the_run(place: Place) -> None:
    with ollama({}) as (url, _, _):
        pass
    assert run(place, url + "/v1").err.startswith("Error: OSS setup failed: No running Ollama server detected.")


def test_a_missing_model_is_pulled_with_progress(place: Place) -> None:
    pull = lines(
        {"status": "pulling manifest"},
        {"status": "checking"},
        {"digest": "a", "total": GIB, "completed": GIB // 2},
        {"status": "success"},
    )
    answers: dict[str, bytes | int] = {"/v1/models": b"{}", "/api/tags": 500, "/v1/chat/completions": CHAT}
    answers["/api/pull"] = b"nonsense\n" + pull
    with ollama(answers) as (url, requests, _):
        result = run(place, url + "/v1")
    assert (result.code, requests[2]) == (0, "POST /api/pull")
    head = "Pulling model gpt-oss:20b...\n\rchecking\r\x1b[2KDownloading model: total 1.00 GB\n\r0.50/1.00 GB (50.0%) "
    assert result.err.startswith(head)
    assert "manifest" not in result.err


@pytest.mark.parametrize(
    ("pull", "reason"),
    [
        (lines({"error": "no such model"}), "Pull failed: no such model"),
        (lines({"status": "checking"}), "Pull stream ended unexpectedly without success."),
        (503, "failed to start pull: HTTP 503"),
    ],
)
def test_a_pull_that_fails_ends_the_run(place: Place, pull: bytes | int, reason: str) -> None:
    with ollama({"/v1/models": b"{}", "/api/tags": b'{"models":[]}', "/api/pull": pull}) as (url, _, _):
        result = run(place, url + "/v1")
    assert result.code == 1
    assert result.err.endswith(f"Error: OSS setup failed: {reason}\n")


def test_lm_studio_is_asked_for_its_model(place: Place) -> None:
    models = b'{"data":[{"id":"openai/gpt-oss-20b"}]}'
    with ollama({"/v1/models": models, "/v1/chat/completions": CHAT}) as (url, requests, _):
        result = run(place, url + "/v1", "--local-provider", "lmstudio")
    assert (result.code, result.out) == (0, b"Hi\n")
    assert requests == ["GET /v1/models", "POST /v1/chat/completions"]


@pytest.mark.parametrize(
    ("models", "reason"),
    [
        (b'{"data":[]}', "LM Studio has no model openai/gpt-oss-20b. Fetch it with: `lms get openai/gpt-oss-20b`"),
        (b"nonsense", "LM Studio does not answer. Start its server with: `lms server start`"),
        (503, "LM Studio does not answer. Start its server with: `lms server start`"),
    ],
)
def test_what_lm_studio_lacks_is_told(place: Place, models: bytes | int, reason: str) -> None:
    with ollama({"/v1/models": models}) as (url, _, _):
        result = run(place, url + "/v1", "--local-provider", "lmstudio")
    assert (result.code, result.err) == (1, f"Error: OSS setup failed: {reason}\n")
