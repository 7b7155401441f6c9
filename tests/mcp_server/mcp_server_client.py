"""A client of the real `octavo mcp-server`: sends lines, keeps everything that comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from model_server import Reply, Server, completed, message, sse, stream

PATIENCE = 30.0
Json = dict[str, Any]
CREATED = {"type": "response.created", "response": {"id": "r"}}


def says(text: str) -> Reply:
    """A whole answer of one message."""
    return stream(CREATED, message(text), completed(10))


def runs(command: str, call_id: str = "c1") -> Reply:
    """A whole answer that runs a command."""
    arguments = json.dumps({"command": ["bash", "-lc", command]})
    item = {"type": "function_call", "name": "shell", "arguments": arguments, "call_id": call_id}
    return stream(CREATED, {"type": "response.output_item.done", "item": item}, completed(10))


def patches(text: str, call_id: str = "p1") -> Reply:
    """A whole answer that applies a patch."""
    item = {"type": "custom_tool_call", "name": "apply_patch", "input": text, "call_id": call_id}
    return stream(CREATED, {"type": "response.output_item.done", "item": item}, completed(10))


def hangs() -> Reply:
    """An answer that begins and does not go on."""
    added = {"type": "response.output_item.added", "item": {"type": "message", "role": "assistant", "content": []}}
    body = sse(CREATED, added, {"type": "response.output_text.delta", "delta": "Once"})
    return Reply(headers=[("content-type", "text/event-stream")], body=[body], hold=True)


class McpServer:
    """A running server, and what it has said so far, in order."""

    def __init__(self, home: Path, workspace: Path, words: Sequence[str]) -> None:
        self.messages: list[Json] = []
        self._changed = threading.Condition()
        self._ended = False
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environ = {**kept, "HOME": str(home.parent), "CODEX_HOME": str(home), "TERM": "dumb"}
        pipe = subprocess.PIPE
        argv = [sys.executable, "-m", "octavo", *words]
        with (home.parent / "stderr.txt").open("ab") as errors:
            self.process = subprocess.Popen(argv, cwd=workspace, env=environ, stdin=pipe, stdout=pipe, stderr=errors)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()

    # --- saying ---

    def write(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, *messages: Json) -> None:
        """All in one write."""
        self.write(b"".join(json.dumps(message).encode() + b"\n" for message in messages))

    def request(self, request_id: str | int, method: str, params: Json | None = None) -> None:
        self.send(request(request_id, method, params))

    def call(self, request_id: str | int, tool: str, arguments: Any = None) -> None:
        self.send(call(request_id, tool, arguments))

    def cancel(self, request_id: str | int) -> None:
        self.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request_id}})

    def end_input(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()

    # --- hearing ---

    def wait_for(self, matches: Callable[[Json], bool], what: str = "a message") -> Json:
        """The first message that matches, from the beginning on."""
        with self._changed:
            seen = 0
            while True:
                for message in self.messages[seen:]:
                    if matches(message):
                        return message
                seen = len(self.messages)
                if self._ended or not self._changed.wait(PATIENCE):
                    raise AssertionError(f"no {what}; heard {self.messages[-3:]}")

    def reply(self, request_id: str | int) -> Json:
        """The answer to a request."""
        return self.wait_for(lambda message: is_reply(message, request_id), f"reply to {request_id!r}")

    def text(self, request_id: str | int) -> str:
        """The text of a tool's good answer."""
        result = self.reply(request_id)["result"]
        assert "isError" not in result
        (block,) = result["content"]
        return str(block["text"])

    def failure(self, request_id: str | int) -> str:
        """The text of a tool's bad answer."""
        result = self.reply(request_id)["result"]
        assert result["isError"] is True
        (block,) = result["content"]
        return str(block["text"])

    def event(self, kind: str, request_id: str | int | None = None) -> Json:
        """The first event of a type (of one call), whole."""
        return self.wait_for(
            lambda message: (
                message.get("method") == "codex/event"
                and message["params"]["msg"]["type"] == kind
                and (request_id is None or message["params"]["_meta"]["requestId"] == request_id)
            ),
            kind,
        )

    def question(self, number: int) -> Json:
        """A question that we are asked."""
        params: Json = self.wait_for(
            lambda message: message.get("method") == "elicitation/create" and message["id"] == number, "question"
        )["params"]
        return params

    def conversation(self, request_id: str | int) -> str:
        """The id of the conversation that a call started."""
        return str(self.event("session_configured", request_id)["params"]["msg"]["session_id"])

    def events(self, request_id: str | int) -> list[Json]:
        """All events of one call so far."""
        return [
            message["params"]
            for message in self.messages
            if message.get("method") == "codex/event" and message["params"]["_meta"]["requestId"] == request_id
        ]

    def exit_code(self) -> int:
        """Wait for the end, after all is said."""
        self.end_input()
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._changed:
                self.messages.append(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def request(request_id: str | int, method: str, params: Json | None = None) -> Json:
    given = {} if params is None else {"params": params}
    return {"jsonrpc": "2.0", "id": request_id, "method": method, **given}


def call(request_id: str | int, tool: str, arguments: Any = None) -> Json:
    given = {} if arguments is None else {"arguments": arguments}
    return request(request_id, "tools/call", {"name": tool, **given})


def is_reply(message: Json, request_id: str | int) -> bool:
    same = message.get("id") == request_id and type(message.get("id")) is type(request_id)
    return same and "method" not in message


class Place:
    """A home, a workspace and model services."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.home, self.workspace = root / "home", root / "ws"
        self.home.mkdir()
        self.workspace.mkdir()
        self._stack = stack

    def model(self, *replies: Reply, top: str = "", tables: str = "") -> Server:
        """Start a model service that gives these replies, and configure it."""
        server = self._stack.enter_context(Server(replies))
        provider = (
            f'[model_providers.mock]\nname = "mock"\nbase_url = "{server.url}/v1"\nwire_api = "responses"\n'
            "request_max_retries = 0\nstream_max_retries = 0\n"
        )
        text = f'model = "gpt-5-codex"\nmodel_provider = "mock"\n{top}\n{provider}\n{tables}\n'
        (self.home / "config.toml").write_text(text)
        return server

    def server(self, *flags: str) -> McpServer:
        return self._stack.enter_context(McpServer(self.home, self.workspace, [*flags, "mcp-server"]))
