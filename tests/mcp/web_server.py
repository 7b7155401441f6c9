"""A web server for tests that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Json = dict[str, Any]


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> Json:
        decoded: Json = json.loads(self.body)
        return decoded


class Answer(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(value: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, json.dumps(value).encode(), (("Content-Type", "application/json"), *headers))


class WebServer:
    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []

    def of(self, method: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]


@contextmanager
def web_server(answer: Callable[[Asked], Answer]) -> Iterator[WebServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            asked = Asked(self.command, self.path, headers, body)
            web.asked.append(asked)
            status, body, more = answer(asked)
            self.send_response(status)
            for name, value in more:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = handle_any

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web = WebServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def mcp_over_http(asked: Asked) -> Answer:
    """An MCP server with one tool, that keeps a session and answers in both ways that it may."""
    if asked.method != "POST":
        return Answer(405 if asked.method == "GET" else 200)
    message = asked.message
    if "id" not in message:
        return Answer(202)
    head = {"jsonrpc": "2.0", "id": message["id"]}
    match message["method"]:
        case "initialize":
            about = {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "w", "version": "1"}}
            return json_answer({**head, "result": about}, headers=(("Mcp-Session-Id", "s-1"),))
        case "tools/list":
            return json_answer({**head, "result": {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}})
        case _:
            result = {"content": [{"type": "text", "text": "x" * 2_000_000}]}
            event = f"event: message\ndata: {json.dumps({**head, 'result': result})}\n\n"
            return Answer(200, event.encode(), (("Content-Type", "text/event-stream"),))
