"""A network of a command's own: a loopback interface, and nothing behind it.

Servers and their clients work inside; no other command, nothing of this
machine and nothing outside is reached by an address. Sockets that have a path
are found through the file system though, from every network: the system call
filter lets nobody connect but the broker (`octavo.sandbox.linux.broker`).
`docs/sandbox.md`.
"""

from __future__ import annotations

import _socket
import errno
import fcntl
import os
import stat
import struct

from octavo.sandbox.linux.syscalls import setns, unshare

_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_LAST_STREAM = 2
_PAIR = struct.Struct("2i")
_SIOCSIFFLAGS, _SIOCGSKNS, _IFF_UP = 0x8914, 0x894C, 1

Identity = tuple[int, int]
"""What tells one network from all others, as long as a descriptor of it is open."""


class Network:
    """Descriptors of a private network, and of the user namespace that has the rights over it."""

    __slots__ = ("network", "user")

    def __init__(self, network: int, user: int) -> None:
        self.network = network
        self.user = user

    def close(self) -> None:
        """Let go; the network ends with the last process in it."""
        os.close(self.network)
        os.close(self.user)


def enter_new_network() -> None:
    """Leave the network of everybody else; needs the right to (a user namespace gives it). Raises `OSError`."""
    unshare(_CLONE_NEWNET)
    any_socket = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    try:
        fcntl.ioctl(any_socket.fileno(), _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    finally:
        any_socket.close()


def enter_network(there: Network, *, with_user: bool) -> None:
    """Enter one in which no process is left, which takes no time; raises `OSError`."""
    if with_user:
        setns(there.user, _CLONE_NEWUSER)
    setns(there.network, _CLONE_NEWNET)


def pair_inside(there: Network, kind: int) -> tuple[_socket.socket, _socket.socket]:
    """A pair of connected local sockets that belong to another network. Raises `OSError`."""
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    if os.fork() == 0:
        try:
            with_user = identity_of(there.user) != _identity_at(b"/proc/self/ns/user")
            enter_network(there, with_user=with_user)
            one, other = _socket.socketpair(_socket.AF_UNIX, kind)
            ends = _PAIR.pack(one.fileno(), other.fileno())
            theirs.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, ends)])
        finally:
            os._exit(0)
    theirs.close()
    try:
        _, ancillary, _, _ = ours.recvmsg(1, _socket.CMSG_LEN(_PAIR.size), _socket.MSG_CMSG_CLOEXEC)
    finally:
        ours.close()
    if not ancillary:
        raise OSError(errno.EPERM, "it cannot be entered")
    first, second = _PAIR.unpack(ancillary[0][2])
    return _socket.socket(fileno=first), _socket.socket(fileno=second)


def keep_sockets_back() -> None:
    """Pass no socket on to the program that this process becomes, its streams apart: it is one of another network."""
    for name in os.listdir(b"/proc/self/fd"):
        descriptor = int(name)
        try:
            if descriptor > _LAST_STREAM and stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.set_inheritable(descriptor, False)
        except OSError:
            continue  # the folder that was listed


def identity_of(network: int) -> Identity:
    """The identity of the network behind a descriptor."""
    status = os.fstat(network)
    return status.st_dev, status.st_ino


def _identity_at(path: bytes) -> Identity:
    status = os.stat(path)
    return status.st_dev, status.st_ino


def network_of(any_socket: int) -> Identity:
    """The network that a socket was made in; raises `OSError`, also for one of a network that is not ours to know."""
    network = fcntl.ioctl(any_socket, _SIOCGSKNS)
    try:
        return identity_of(network)
    finally:
        os.close(network)
