"""The model behind the examples: a server that says what an example expects, and `Done.` after that."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class ExampleModel:
    """Answers of the Responses API, over HTTP. `say` says what comes next."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: deque[Any] = deque()
        self.requests: list[Any] = []

    def say(self, *answers: Any) -> None:
        """Texts; calls as `{"call": NAME, ...arguments}`; several calls at once as a list of those."""
        self.answers = deque(answers)

    def reply(self, body: bytes) -> bytes:
        self.requests.append(json.loads(body))
        number = len(self.requests)
        said = self.answers.popleft() if self.answers else "Done."
        parts = said if isinstance(said, list) else [said]
        events = [_item(part, f"{number}_{place}") for place, part in enumerate(parts)]
        usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
        events.append({"type": "response.completed", "response": {"id": f"r{number}", "usage": usage}})
        lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        return "".join(lines).encode()


def _item(part: Any, name: str) -> dict[str, Any]:
    if isinstance(part, str):
        content = [{"type": "output_text", "text": part}]
        item: dict[str, Any] = {"type": "message", "id": f"m{name}", "role": "assistant", "content": content}
    else:
        arguments = {key: value for key, value in part.items() if key != "call"}
        item = {"type": "function_call", "name": part["call"], "call_id": f"c{name}"}
        item["arguments"] = json.dumps(arguments)
    return {"type": "response.output_item.done", "item": item}


@contextmanager
def example_model() -> Iterator[ExampleModel]:
    """A server for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            reply = model.reply(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model = ExampleModel(f"http://127.0.0.1:{server.server_port}/v1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()


def make_home(folder: Path, url: str) -> Path:
    """A `CODEX_HOME` whose model is the server at `url`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        'model_provider = "example"\nmodel = "gpt-5"\n'
        f'[model_providers.example]\nname = "example"\nbase_url = "{url}"\nwire_api = "responses"\n'
        "request_max_retries = 0\nstream_max_retries = 0\n"
    )
    return folder
