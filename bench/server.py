"""The model server of the benchmarks: a process of its own, plain sockets, replies that are ready beforehand.

Prints its port, then obeys lines on standard input, each answered with one line of JSON:
`{"calls": N, "command": TEXT, "deltas": N}` gets ready for the next client, `report` tells what that client did.
Ends with its standard input.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from typing import Any

import answers

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SUCCEEDED = re.compile(r'exit_code\\*": ?0\b|exit(ed with)? code:? 0\b', re.IGNORECASE)


class Model:
    """What one client is told and what it asked."""

    def __init__(self, script: answers.Script) -> None:
        self.script = script
        self.calls = {tool: answers.call_replies(script, tool) for tool in answers.shell_tools("")}
        self.message = answers.message_reply(script)
        self.requests = 0
        self.elsewhere: list[str] = []
        self.last_body: bytes | bytearray = b"{}"

    def answer(self, line: bytes, body: bytearray) -> bytes:
        """The reply to one request."""
        if not line.startswith(b"POST /v1/responses "):
            self.elsewhere.append(line.decode("latin-1"))
            return NOT_FOUND
        number, self.requests, self.last_body = self.requests, self.requests + 1, body
        if number >= self.script.calls:
            return self.message
        return next((replies[number] for tool, replies in self.calls.items() if offers(body, tool)), self.message)

    def report(self) -> dict[str, Any]:
        """What the client did, with the number of successful commands in the history that it sent last."""
        items = json.loads(self.last_body).get("input", [])
        outputs = [json.dumps(item) for item in items if item["type"] == "function_call_output"]
        succeeded = sum(1 for output in outputs if SUCCEEDED.search(output))
        return {"requests": self.requests, "elsewhere": self.elsewhere, "succeeded": succeeded}


def offers(body: bytearray, tool: str) -> bool:
    return b'"name":"%s"' % tool.encode() in body or b'"name": "%s"' % tool.encode() in body


class Server:
    """Accepts clients, each in a thread; they all talk to the current model."""

    def __init__(self) -> None:
        self.model = Model(answers.Script())
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self.listener.getsockname()[1]

    def accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        """Answer the requests of one connection until the client leaves."""
        received = bytearray()
        # A client that is stopped half-way breaks the connection; its run is reported as wrong anyway.
        try:
            with client:
                while True:
                    head, received = read_head(client, received)
                    found = LENGTH.search(head)
                    body, received = read_body(client, received, int(found[1]) if found else 0)
                    client.sendall(self.model.answer(bytes(head.split(b"\r\n", 1)[0]), body))
        except OSError:
            return


def read_head(client: socket.socket, received: bytearray) -> tuple[bytearray, bytearray]:
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += receive(client)
    return received[:end], received[end + 4 :]


def read_body(client: socket.socket, received: bytearray, length: int) -> tuple[bytearray, bytearray]:
    while len(received) < length:
        received += receive(client)
    return received[:length], received[length:]


def receive(client: socket.socket) -> bytes:
    data = client.recv(1 << 20)
    if not data:
        raise ConnectionResetError("the client has left")
    return data


def main() -> None:
    server = Server()
    threading.Thread(target=server.accept, daemon=True).start()
    print(server.port, flush=True)
    for line in sys.stdin:
        if line.strip() == "report":
            print(json.dumps(server.model.report()), flush=True)
        else:
            server.model = Model(answers.Script(**json.loads(line)))
            print("{}", flush=True)


if __name__ == "__main__":
    main()
