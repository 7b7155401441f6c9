"""A real SOCKS proxy for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Self


class SocksProxy:
    """Speaks versions 5 and 4a; connects to this machine whatever the host. `asked` are the hosts and ports."""

    def __init__(self, credentials: tuple[bytes, bytes] | None = None, *, refuses: bool = False) -> None:
        self.asked: list[tuple[str, int]] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self._credentials, self._refuses = credentials, refuses
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError, IndexError):
            file = peer.makefile("rb", buffering=0)
            if file.read(1) == b"\x05":
                self._version_5(peer, file)
            else:
                self._version_4(peer, file)

    def _version_5(self, peer: socket.socket, file: Any) -> None:
        methods = file.read(file.read(1)[0])
        if self._credentials is not None and 2 in methods:
            peer.sendall(b"\x05\x02")
            file.read(1)
            login = (file.read(file.read(1)[0]), file.read(file.read(1)[0]))
            self.logins.append(login)
            peer.sendall(b"\x01\x00" if login == self._credentials else b"\x01\x01")
        else:
            peer.sendall(b"\x05\x00" if self._credentials is None else b"\x05\xff")
        kind = file.read(4)[3]
        host = file.read(file.read(1)[0]).decode() if kind == 3 else socket.inet_ntoa(file.read(4))
        self.asked.append((host, int.from_bytes(file.read(2), "big")))
        peer.sendall(bytes((5, 5 if self._refuses else 0, 0, 1)) + bytes(6))
        self._relay(peer)

    def _version_4(self, peer: socket.socket, file: Any) -> None:
        _, *rest = file.read(7)
        port, address = int.from_bytes(rest[:2], "big"), bytes(rest[2:])
        self._text(file)
        host = self._text(file) if address[:3] == bytes(3) else socket.inet_ntoa(address)
        self.asked.append((host, port))
        peer.sendall(bytes((0, 90)) + bytes(6))
        self._relay(peer)

    @staticmethod
    def _text(file: Any) -> str:
        text = b""
        while (byte := file.read(1)) not in (b"\0", b""):
            text += byte
        return text.decode()

    def _relay(self, peer: socket.socket) -> None:
        if self._refuses:
            return
        with socket.create_connection(("127.0.0.1", self.asked[-1][1])) as server:
            pump = threading.Thread(target=self._pump, args=(server, peer), daemon=True)
            pump.start()
            self._pump(peer, server)
            pump.join()

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
