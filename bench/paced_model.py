"""A model that streams one answer at a given rate, for the cases of the terminal: a process of its own.

    python bench/paced_model.py '{"lines": 4000, "deltas": 20000, "rate": 0}'

Prints its port. Every request gets the same answer: so many numbered lines in so many text deltas, `rate` deltas a
second, as fast as they are read where it is 0. Ends with its standard input.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from answers import HEAD, USAGE
from server import LENGTH, NOT_FOUND, read_body, read_head

TICK_S = 0.002


class Answer(NamedTuple):
    """The answer; a line is a number and some words."""

    lines: int = 1
    deltas: int = 1
    rate: int = 0

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(f"{number:05} 0123456789 0123456789 0123456789\n\n" for number in range(self.lines)) + "0\n"


def events(answer: Answer) -> Iterator[dict[str, Any]]:
    """The events between the first and the last."""
    text, item = answer.text, {"type": "message", "role": "assistant", "id": "m", "content": []}
    yield {"type": "response.output_item.added", "item": item}
    size = max(len(text) // answer.deltas, 1)
    for at in range(0, len(text), size):
        yield {"type": "response.output_text.delta", "delta": text[at : at + size]}
    done = {**item, "content": [{"type": "output_text", "text": text}]}
    yield {"type": "response.output_item.done", "item": done}


def chunk(event: dict[str, Any]) -> bytes:
    """An event in an HTTP chunk of its own."""
    data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


def stream(client: socket.socket, answer: Answer, chunks: list[bytes]) -> None:
    """Send it at its rate, a few events together as the clock allows."""
    client.sendall(HEAD + chunk({"type": "response.created", "response": {"id": "r"}}))
    start, sent = time.perf_counter(), 0
    while sent < len(chunks):
        due = len(chunks) if not answer.rate else int((time.perf_counter() - start) * answer.rate) + 1
        if due > sent:
            client.sendall(b"".join(chunks[sent:due]))
            sent = min(due, len(chunks))
        else:
            time.sleep(TICK_S)
    client.sendall(chunk({"type": "response.completed", "response": {"id": "r", "usage": USAGE}}) + b"0\r\n\r\n")


def serve(client: socket.socket, answer: Answer, chunks: list[bytes]) -> None:
    """Answer the requests of one connection until the client leaves."""
    received = bytearray()
    try:
        with client:
            while True:
                head, received = read_head(client, received)
                found = LENGTH.search(head)
                _, received = read_body(client, received, int(found[1]) if found else 0)
                if head.startswith(b"POST /v1/responses "):
                    stream(client, answer, chunks)
                else:
                    client.sendall(NOT_FOUND)
    except OSError:
        return


def main() -> None:
    answer = Answer(**json.loads(sys.argv[1]))
    chunks = [chunk(event) for event in events(answer)]
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    print(listener.getsockname()[1], flush=True)

    def accept() -> None:
        while True:
            client, _ = listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(client, answer, chunks), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
