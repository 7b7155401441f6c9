"""How the launcher's processes talk: messages with their length in front, and file descriptors.

Imported by the launcher, so it imports next to nothing.
"""

from __future__ import annotations

import _socket
import os
import struct

LENGTH = struct.Struct("I")
_DESCRIPTORS = struct.Struct("4i")
_CLOSE_ON_EXEC = getattr(_socket, "MSG_CMSG_CLOEXEC", 0)


def receive_descriptors(channel: _socket.socket) -> list[int]:
    """A command's socket, stdin, stdout and stderr; empty when no more will come."""
    data, ancillary, _, _ = channel.recvmsg(1, _socket.CMSG_LEN(_DESCRIPTORS.size), _CLOSE_ON_EXEC)
    if not data or not ancillary:
        return []
    descriptors = list(_DESCRIPTORS.unpack(ancillary[0][2]))
    if not _CLOSE_ON_EXEC:
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
    return descriptors


def send_descriptors(channel: _socket.socket, descriptors: list[int]) -> None:
    """Pass four file descriptors on."""
    channel.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, _DESCRIPTORS.pack(*descriptors))])


def receive_message(channel: _socket.socket) -> bytes:
    """A whole message; the process ends if the other side is gone."""
    (length,) = LENGTH.unpack(_receive(channel, LENGTH.size))
    return _receive(channel, length)


def send_message(channel: _socket.socket, message: bytes) -> None:
    """Send a whole message."""
    channel.sendall(LENGTH.pack(len(message)) + message)


def _receive(channel: _socket.socket, length: int) -> bytes:
    parts = []
    while length:
        part = channel.recv(length)
        if not part:
            os._exit(0)
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
