"""A small real HTTP server that answers from a list of replies, one for each request."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import msgspec


class Seen(msgspec.Struct, frozen=True):
    """A request as it arrived; header names in lower case, in order, duplicates kept."""

    method: str
    target: str
    headers: tuple[tuple[str, bytes], ...]
    body: bytes

    def all(self, name: str) -> list[bytes]:
        return [value for key, value in self.headers if key == name]

    def header(self, name: str) -> bytes | None:
        values = self.all(name)
        return values[0] if values else None

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Reply(msgspec.Struct, frozen=True):
    """How to answer.

    `body` is sent in pieces: chunked, unless `length` tells otherwise: `"exact"` sends
    a content-length, `"close"` ends the body by closing. `cut` closes the connection
    in the middle of a chunked body. `hold` keeps the body open until the peer leaves.
    """

    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    body: Sequence[bytes] = ()
    length: str = "chunked"
    cut: bool = False
    hold: bool = False
    drop: bool = False


def sse(*events: Any) -> bytes:
    """Events of a stream, each JSON value on one data line."""
    return b"".join(b"data: " + msgspec.json.encode(event) + b"\n\n" for event in events)


def completed(total: int | None = None) -> dict[str, Any]:
    usage = None if total is None else {"input_tokens": total, "output_tokens": 0, "total_tokens": total}
    return {"type": "response.completed", "response": {"id": "r", "usage": usage}}


def message(text: str) -> dict[str, Any]:
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    return {"type": "response.output_item.done", "item": item}


def stream(*events: Any, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    """A whole event stream."""
    return Reply(headers=[("content-type", "text/event-stream"), *headers], body=[sse(*events)])


def json_reply(value: Any, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    return Reply(status, headers, [msgspec.json.encode(value)], length="exact")


Answers = Iterable[Reply] | Callable[[Seen], Reply]


class Server:
    """Serves on 127.0.0.1 until the block ends. `hung_up` is set when a held connection is closed by the peer,
    `sent` when a reply has gone out whole.
    """

    def __init__(self, answers: Answers = ()) -> None:
        self.seen: list[Seen] = []
        self.hung_up = threading.Event()
        self.sent = threading.Event()
        self.connections = 0
        self._lock = threading.Lock()
        self._answers = answers if callable(answers) else self._in_turn(list(answers))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # On Linux a close does not wake a thread that accepts; a shutdown does.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _in_turn(self, replies: list[Reply]) -> Callable[[Seen], Reply]:
        def answer(seen: Seen) -> Reply:
            place = min(len(self.seen) - 1, len(replies) - 1)
            return replies[place]

        return answer

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            file = peer.makefile("rb")
            try:
                while (seen := read_request(file)) is not None:
                    with self._lock:
                        self.seen.append(seen)
                        reply = self._answers(seen)
                    if not self._send(peer, reply):
                        return
            except OSError:
                return

    def _send(self, peer: socket.socket, reply: Reply) -> bool:
        if reply.drop:
            return False
        head = [f"HTTP/1.1 {reply.status} Some Reason"] + [f"{name}: {value}" for name, value in reply.headers]
        if reply.length == "exact":
            head.append(f"content-length: {sum(map(len, reply.body))}")
        elif reply.length == "chunked":
            head.append("transfer-encoding: chunked")
        else:
            head.append("connection: close")
        peer.sendall("\r\n".join([*head, "", ""]).encode())
        for piece in reply.body:
            peer.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if reply.length == "chunked" else piece)
        if reply.hold:
            peer.recv(1)
            self.hung_up.set()
            return False
        if reply.cut:
            return False
        if reply.length == "chunked":
            peer.sendall(b"0\r\n\r\n")
        self.sent.set()
        return reply.length != "close"


def read_request(file: Any) -> Seen | None:
    first = file.readline()
    if not first.strip():
        return None
    method, target, _ = first.decode().split(" ", 2)
    headers = []
    while (line := file.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        headers.append((name.decode().lower(), value.strip()))
    length = next((int(value) for name, value in headers if name == "content-length"), 0)
    return Seen(method, target, tuple(headers), file.read(length))


def texts(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
