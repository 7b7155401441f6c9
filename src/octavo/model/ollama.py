"""`--oss`: is there an Ollama server, and does it have the model (`docs/exec.md`, "Local models").

Runs before a conversation starts. A model that the server does not have is pulled, and
progress is told as it comes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec

from octavo.errors import OctavoError
from octavo.http.client import HttpClient, HttpResponse
from octavo.http.urls import InvalidUrl
from octavo.http.wire import TransportError

_log = logging.getLogger("octavo.ollama")

_CONNECT_S = 5.0
_JSON = ((b"content-type", b"application/json"),)
_NO_SERVER = (
    "No running Ollama server detected. Start it with: `ollama serve` (after installing). "
    "Install instructions: https://github.com/ollama/ollama?tab=readme-ov-file#ollama"
)


class OllamaError(OctavoError):
    """The local model cannot be used; the text says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"OSS setup failed: {reason}")


async def ensure_local_model(
    base_url: str,
    model: str,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Return when the server at `base_url` runs and has `model`. Raises `OllamaError`.

    `tell` gets progress as text that is written to a terminal as it is. `clock` tells
    seconds, for the speed.
    """
    http = HttpClient(None, environ)
    try:
        root = await _running_server(http, base_url)
        names = await _model_names(http, root)
        if names is not None and model not in names:
            tell(f"Pulling model {model}...\n")
            await _pull(http, root, model, _Progress(tell, clock))
    finally:
        await http.aclose()


async def _running_server(http: HttpClient, base_url: str) -> str:
    """The server's root, of which `/v1` may be a part that speaks like OpenAI."""
    bare = base_url.rstrip("/")
    root, probe = (bare.removesuffix("/v1"), "/v1/models") if bare.endswith("/v1") else (bare, "/api/tags")
    try:
        answer = await http.request("GET", root + probe, connect_timeout=_CONNECT_S)
    except (TransportError, InvalidUrl):
        raise OllamaError(_NO_SERVER) from None
    if not answer.is_success:
        raise OllamaError(_NO_SERVER)
    return root


async def _model_names(http: HttpClient, root: str) -> set[str] | None:
    """What the server has; a refusal counts as nothing. None if it cannot be told."""
    try:
        answer = await http.request("GET", root + "/api/tags", connect_timeout=_CONNECT_S)
        if not answer.is_success:
            return set()
        return {model["name"] for model in msgspec.json.decode(answer.body)["models"] if isinstance(model, dict)}
    except (TransportError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError) as error:
        _log.warning("the models of the Ollama server cannot be listed: %s", error)
        return None


async def _pull(http: HttpClient, root: str, model: str, progress: _Progress) -> None:
    body = msgspec.json.encode({"model": model, "stream": True})
    try:
        async with http.stream("POST", root + "/api/pull", _JSON, body, _CONNECT_S) as response:
            if not response.is_success:
                raise OllamaError(f"failed to start pull: HTTP {response.status}")
            async for report in _reports(response):
                if error := report.get("error"):
                    raise OllamaError(f"Pull failed: {error}")
                if report.get("status") == "success":
                    progress.done()
                    return
                progress.show(report)
    except TransportError as error:
        raise OllamaError(str(error)) from None
    raise OllamaError("Pull stream ended unexpectedly without success.")


async def _reports(response: HttpResponse) -> AsyncIterator[dict[str, Any]]:
    """The lines of the answer that are JSON objects; a line may come in pieces."""
    rest = b""
    while chunk := await response.next_chunk():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            try:
                report = msgspec.json.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if isinstance(report, dict):
                yield report


class _Progress:
    """Tells what the server does on one line that is written again and again."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._tell, self._clock = tell, clock
        self._parts: dict[str, tuple[int, int]] = {}
        self._width = 0
        self._started: float | None = None

    def show(self, report: Mapping[str, Any]) -> None:
        """One report: a status, or how much of one part has come."""
        digest, total = report.get("digest"), report.get("total")
        if isinstance(digest, str):
            old_total, old_done = self._parts.get(digest, (0, 0))
            done = report.get("completed")
            self._parts[digest] = (
                total if isinstance(total, int) else old_total,
                done if isinstance(done, int) else old_done,
            )
        if sum(total for total, _ in self._parts.values()) > 0:
            self._show_bytes()
        elif isinstance(status := report.get("status"), str) and status not in ("", "pulling manifest"):
            self._tell(f"\r{status}{' ' * max(self._width - len(status), 0)}")
            self._width = len(status)

    def done(self) -> None:
        """End the line."""
        self._tell("\n")

    def _show_bytes(self) -> None:
        total = sum(total for total, _ in self._parts.values())
        done = sum(done for _, done in self._parts.values())
        if self._started is None:
            self._started = self._clock()
            self._tell(f"\r\x1b[2KDownloading model: total {total / 2**30:.2f} GB\n")
        seconds = max(self._clock() - self._started, 0.001)
        self._tell(
            f"\r{done / 2**30:.2f}/{total / 2**30:.2f} GB ({done / total * 100:.1f}%) {done / 2**20 / seconds:.1f} MB/s"
        )
