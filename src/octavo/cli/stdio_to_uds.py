"""`octavo stdio-to-uds`: stdin and stdout as the two directions of a Unix socket (`docs/cli.md`)."""

from __future__ import annotations

import contextlib
import os
import socket
import threading

from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.home import os_error_text

_PIECE = 64 * 1024


def run(invocation: Invocation) -> int:
    """Copy both ways until the socket has no more to say.

    The end of stdin ends our half of the connection; the answer to it still comes.
    """
    path = invocation.last.text("SOCKET_PATH") or ""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except (OSError, ValueError) as error:
        reason = os_error_text(error) if isinstance(error, OSError) else str(error)
        raise Stop(1, f"Error: failed to connect to socket at {path}\n\nCaused by:\n    {reason}\n") from None
    # Two directions that both may block: one of them needs a thread, which ends with the process.
    threading.Thread(target=_send_stdin, args=(connection,), daemon=True).start()
    try:
        while piece := connection.recv(_PIECE):
            _write_all(1, piece)
    except ConnectionResetError:
        return 1
    return 0


def _send_stdin(connection: socket.socket) -> None:
    # A socket that is closed on the other side is noticed by whoever reads from it.
    with contextlib.suppress(OSError):
        while piece := os.read(0, _PIECE):
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
