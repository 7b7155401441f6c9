"""A model service on 127.0.0.1 that answers from a list and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Sequence[dict[str, Any]] | int


class ModelServer:
    """Each request gets the next answer: events of a stream, or a status that refuses."""

    def __init__(self, answers: Sequence[Answer], *, hold: bool = False) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.asked = threading.Semaphore(0)
        self.release = threading.Event()
        if not hold:
            self.release.set()
        self._answers = list(answers)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @contextmanager
    def serving(self) -> Iterator[ModelServer]:
        """Serve inside the block."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.release.set()
            self._server.shutdown()
            self._server.server_close()

    def input_texts(self, request: int = -1) -> list[str]:
        """The texts of a request's messages."""
        items = self.requests[request]["input"]
        return [
            part["text"] for item in items if item["type"] == "message" for part in item["content"] if "text" in part
        ]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                server.requests.append(json.loads(body))
                server.headers.append({name.lower(): value for name, value in self.headers.items()})
                answer = server._answers.pop(0) if server._answers else 500
                server.asked.release()
                if isinstance(answer, int):
                    self.send_response(answer)
                    self.send_header("content-length", "2")
                    self.end_headers()
                    self.wfile.write(b"no")
                    return
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                self.end_headers()
                for event in answer:
                    self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
                self.wfile.flush()
                server.release.wait(30)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def answer(*items: dict[str, Any], tokens: tuple[int, int, int] = (0, 0, 0)) -> list[dict[str, Any]]:
    """A whole answer made of these items; tokens are input, cached input and output."""
    usage = {
        "input_tokens": tokens[0],
        "input_tokens_details": {"cached_tokens": tokens[1]},
        "output_tokens": tokens[2],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": tokens[0] + tokens[2],
    }
    done = [{"type": "response.output_item.done", "item": item} for item in items]
    completed = {"type": "response.completed", "response": {"id": "r", "usage": usage}}
    return [{"type": "response.created", "response": {"id": "r"}}, *done, completed]


def says(text: str) -> dict[str, Any]:
    """An item: the agent says something."""
    return {"type": "message", "role": "assistant", "id": "m", "content": [{"type": "output_text", "text": text}]}


def runs(script: str, call_id: str = "c1", *, shell: tuple[str, ...] = ("bash", "-lc"), **more: Any) -> dict[str, Any]:
    """An item: the agent runs a script."""
    arguments = json.dumps({"command": [*shell, script], **more})
    return {"type": "function_call", "name": "shell", "arguments": arguments, "call_id": call_id}


def fails(code: str) -> list[dict[str, Any]]:
    """An answer that fails with this error code."""
    error = {"code": code, "message": "no"}
    return [{"type": "response.failed", "response": {"id": "r", "error": error}}]
