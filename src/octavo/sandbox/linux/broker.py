"""Connecting sockets on behalf of a command in a private network.

A command's filter cannot see where a `connect` leads, and memory that it could
look at may change a moment later. So it asks: the broker, a process outside of
the sandbox, takes the socket itself and a copy of the address, connects that
socket to that copy, and tells the result. The command's own call never runs.

Only sockets that were made in the command's network are connected. Internet
addresses and abstract names are looked up in that network by the kernel. A path
leads to a file, and files are shared with everybody; so the broker keeps the
file of each socket that was told to listen in this network, and connects to
those only. `docs/sandbox.md`.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import _thread
import errno
import fcntl
import gc
import os
import select
import struct

from octavo.sandbox.linux import seccomp
from octavo.sandbox.linux.private_network import Network, identity_of, network_of, pair_inside
from octavo.sandbox.linux.syscalls import OPENAT2, PIDFD_GETFD, PR_SET_PDEATHSIG, prctl, system_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_NOTIFICATION = struct.Struct("=QIIiIQ6Q")  # id, thread, flags, call, architecture, instruction, arguments
_RESPONSE = struct.Struct("=QqiI")  # id, value, negative errno, flags
_PLACED = struct.Struct("=QIIII")  # id, flags, our descriptor, its number there, its flags there
_RECEIVE, _SEND, _IS_VALID, _ADD = 0xC0502100, 0xC0182101, 0x40082102, 0x40182103  # SECCOMP_IOCTL_NOTIF_…
_TYPE = 0xF
_CONTINUE = 1
_PIDFD_THREAD = os.O_EXCL
_SO_DOMAIN = 39
_SIOCUNIXFILE = 0x89E0
_LONGEST_ADDRESS = 128
_PATH_AT = 2
_NO_MAGIC_LINKS, _IN_ROOT = 0x02, 0x10
_MOST_LISTENERS, _MOST_WAITING = 256, 128  # a process may have 1,024 open files, and each takes up to two
_DESCRIPTORS = struct.Struct("4i")


class _Asked:
    """One call that waits for its answer."""

    __slots__ = ("arguments", "call", "id", "thread")

    def __init__(self, notification: bytearray) -> None:
        self.id, self.thread, _, self.call, _, _, *self.arguments = _NOTIFICATION.unpack(notification)


class Broker:
    """Answers what the filter of one command asks, until the last process of it has ended."""

    def __init__(self, handed: Handed) -> None:
        self._listener = handed.listener
        self._network = identity_of(handed.place.network)  # which stays open, so that no other one gets its identity
        machine = os.uname().machine
        self._connect_call, self._listen_call = seccomp.CONNECT[machine], seccomp.LISTEN[machine]
        self._pair_call = seccomp.PAIR[machine]
        self._own = handed.place
        self._files: dict[tuple[int, int], int] = {}
        """The files of listening sockets of this network, each kept open, so that no other file gets its identity."""

    def serve(self) -> None:
        """Answer all that comes."""
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        while True:
            (_, happened), *_ = poll.poll()
            if not happened & select.POLLIN:
                return
            self.answer()

    def answer(self) -> None:
        """Answer what has come, here or, where that may take long, in a thread."""
        notification = bytearray(_NOTIFICATION.size)
        try:
            fcntl.ioctl(self._listener, _RECEIVE, notification)
        except OSError:
            return  # whoever asked is gone
        asked = _Asked(notification)
        try:
            if asked.call == self._connect_call:
                self._connect(asked)
            elif asked.call == self._listen_call:
                self._note_listener(asked)
            elif asked.call == self._pair_call:
                self._make_pair(asked)
            else:
                self._reply(asked, errno.EPERM)
        except OSError as error:
            self._reply(asked, error.errno or errno.EPERM)
        except RuntimeError:  # no more threads
            self._reply(asked, errno.EAGAIN)
        except Exception:  # what we did not foresee is refused, and others still get their answers
            self._reply(asked, errno.EPERM)

    def _connect(self, asked: _Asked) -> None:
        address = self._address(asked)
        taken, place = self._socket_of(asked), -1
        try:
            place = self._place(asked, taken, address)
            if os.get_blocking(taken) and _thread._count() < _MOST_WAITING:
                _thread.start_new_thread(self._finish, (asked, taken, place, address))
                taken = place = -1  # they are the thread's now
            else:
                self._reply(asked, _connected(self._connect_call, taken, place, address))
        finally:
            _close(taken, place)

    def _finish(self, asked: _Asked, taken: int, place: int, address: bytes) -> None:
        try:
            self._reply(asked, _connected(self._connect_call, taken, place, address))
        finally:
            _close(taken, place)

    def _place(self, asked: _Asked, taken: int, address: bytes) -> int:
        """The file that a socket's path leads to, open; -1 for an address that the kernel looks up in the network.

        Raises `OSError` for all that is not reached.
        """
        domain = self._checked_domain(taken)
        is_path = len(address) > _PATH_AT and address[_PATH_AT] != 0
        if domain != _socket.AF_UNIX or address[:_PATH_AT] != _AF_UNIX or not is_path:
            return -1
        place = _opened(asked.thread, address[_PATH_AT:].partition(b"\0")[0])
        status = os.fstat(place)
        if (status.st_dev, status.st_ino) not in self._files:
            os.close(place)
            raise OSError(errno.EPERM, "a socket of somebody else")
        return place

    def _note_listener(self, asked: _Asked) -> None:
        """Keep the file of a socket that is told to listen; the call itself goes on, it leads nowhere."""
        taken = self._socket_of(asked)
        try:
            domain = self._checked_domain(taken)
            if domain == _socket.AF_UNIX:
                self._keep(fcntl.ioctl(taken, _SIOCUNIXFILE))
        except FileNotFoundError:
            pass  # a name that is no path
        finally:
            os.close(taken)
        self._reply(asked, 0, _CONTINUE)

    def _keep(self, file: int) -> None:
        status = os.fstat(file)
        identity = status.st_dev, status.st_ino
        _close(self._files.pop(identity, -1))
        self._files[identity] = file
        if len(self._files) > _MOST_LISTENERS:
            _close(self._files.pop(next(iter(self._files))))

    def _make_pair(self, asked: _Asked) -> None:
        """A pair for datagrams: one of sequenced packets, which are messages as well, but go to the other end only."""
        _, kind, _, where = asked.arguments[:4]
        if kind & 0xFFFFFFFF & ~(_TYPE | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC):
            raise OSError(errno.EINVAL, "no such kind")
        flags = os.O_CLOEXEC if kind & _socket.SOCK_CLOEXEC else 0
        ends = pair_inside(self._own, _socket.SOCK_SEQPACKET | (kind & _socket.SOCK_NONBLOCK))
        try:
            memory = os.open(b"/proc/%d/mem" % asked.thread, os.O_WRONLY | os.O_CLOEXEC)
            try:
                self._check_waits(asked)
                put = [bytearray(_PLACED.pack(asked.id, 0, end.fileno(), 0, flags)) for end in ends]
                os.pwrite(memory, struct.pack("=2i", *(fcntl.ioctl(self._listener, _ADD, one) for one in put)), where)
            except (ValueError, OverflowError) as error:
                raise OSError(errno.EFAULT, "no memory") from error
            finally:
                os.close(memory)
        finally:
            for end in ends:
                end.close()
        self._reply(asked, 0)

    def _checked_domain(self, taken: int) -> int:
        """The family of a socket; raises `OSError` for one that the broker must not touch."""
        domain = int.from_bytes(_option(taken, _SO_DOMAIN), "little")
        if domain not in (_socket.AF_UNIX, _socket.AF_INET, _socket.AF_INET6) or network_of(taken) != self._network:
            raise OSError(errno.EPERM, "a socket of another network")
        return domain

    def _address(self, asked: _Asked) -> bytes:
        """Our own copy of the address; what the command's memory says afterwards does not count."""
        _, where, length = asked.arguments[:3]
        length &= 0xFFFFFFFF
        if length > _LONGEST_ADDRESS:
            raise OSError(errno.EINVAL, "too long")
        try:
            memory = os.open(b"/proc/%d/mem" % asked.thread, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise OSError(errno.ESRCH, "gone") from error
        try:
            self._check_waits(asked)
            address = os.pread(memory, length, where) if length else b""
        except (OSError, OverflowError) as error:
            raise OSError(errno.EFAULT, "no memory") from error
        finally:
            os.close(memory)
        if len(address) != length:
            raise OSError(errno.EFAULT, "no memory")
        return address

    def _socket_of(self, asked: _Asked) -> int:
        """The socket that the call is about, as a descriptor of ours. Raises `OSError`."""
        process = _process_of(asked.thread)
        try:
            self._check_waits(asked)
            return system_call(PIDFD_GETFD, process, asked.arguments[0] & 0xFFFFFFFF, 0)
        finally:
            os.close(process)

    def _check_waits(self, asked: _Asked) -> None:
        """Raise `OSError` if whoever asked has ended: then its number may be somebody else's."""
        fcntl.ioctl(self._listener, _IS_VALID, struct.pack("=Q", asked.id))

    def _reply(self, asked: _Asked, error: int, flags: int = 0) -> None:
        try:
            fcntl.ioctl(self._listener, _SEND, _RESPONSE.pack(asked.id, 0, -error, flags))
        except OSError:
            return  # it has ended meanwhile


_AF_UNIX = struct.pack("=H", _socket.AF_UNIX)


class Handed:
    """Descriptors of a confined process: the listener of its filter, its network and its mounts.

    Whoever holds the last takes its end upon itself: otherwise the command's last process would wait for it.
    """

    __slots__ = ("listener", "mounts", "place")

    def __init__(self, listener: int, mounts: int, network: int, user: int) -> None:
        self.listener = listener
        self.mounts = mounts
        self.place = Network(network, user)

    def close(self) -> None:
        """Let go of all but the network."""
        _close(self.listener, self.mounts)


def hand_over(broker: _socket.socket, listener: int) -> None:
    """From the process that becomes the command: what its broker needs."""
    names = (b"mnt", b"net", b"user")
    descriptors = [listener, *(os.open(b"/proc/self/ns/" + name, os.O_RDONLY | os.O_CLOEXEC) for name in names)]
    broker.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, _DESCRIPTORS.pack(*descriptors))])
    _close(*descriptors)


def taken_over(command: _socket.socket) -> Handed | None:
    """What `hand_over` sent; `None` if the process ended, or became a command that has no private network."""
    try:
        _, ancillary, _, _ = command.recvmsg(1, _socket.CMSG_LEN(_DESCRIPTORS.size), _socket.MSG_CMSG_CLOEXEC)
    except OSError:
        return None
    return Handed(*_DESCRIPTORS.unpack(ancillary[0][2])) if ancillary else None


def serve_and_end(handed: Handed, *, parent: int | None = None) -> NoReturn:
    """Be the broker, in a process of its own that holds nothing else; it ends with `parent` if one is given."""
    try:
        if parent is not None:
            prctl(PR_SET_PDEATHSIG, _signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(0)
        _signal.set_wakeup_fd(-1)
        for number in (_signal.SIGTERM, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGHUP, _signal.SIGCHLD):
            _signal.signal(number, _signal.SIG_IGN)
        _hold_only(handed.listener, handed.place.network, handed.place.user)
        gc.enable()
        Broker(handed).serve()
    finally:
        os._exit(0)


def start_broker(*, orphaned: bool = False) -> _socket.socket:
    """Start a broker for the command that this process, or a child of it, is about to become.

    It is to be told of by `hand_over`. `orphaned` makes it nobody's child, for a process that is replaced.
    """
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    ourselves = os.getpid()
    child = os.fork()
    if child:
        theirs.close()
        if orphaned:
            os.waitpid(child, 0)
        return ours
    try:
        ours.close()
        if orphaned and os.fork():
            os._exit(0)
        os.setsid()
        _let_go_of_streams()
        handed = taken_over(theirs)
        theirs.close()
        if handed is not None:
            serve_and_end(handed, parent=None if orphaned else ourselves)
    finally:
        os._exit(0)


def _let_go_of_streams() -> None:
    """Whoever waits for the end of the command's output must not wait for us."""
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silent, stream)
    os.close(silent)


def _hold_only(*kept: int) -> None:
    before = 2
    for after in (*sorted(kept), 65536):
        os.closerange(before + 1, after)
        before = after


def _connected(call: int, taken: int, place: int, address: bytes) -> int:
    """Connect; 0 or the errno of it."""
    if place >= 0:
        address = _AF_UNIX + b"/proc/self/fd/%d\0" % place
    try:
        system_call(call, taken, address, len(address))
    except OSError as error:
        return error.errno or errno.EPERM
    return 0


def _opened(thread: int, path: bytes) -> int:
    """The file at a path of another process, seen as that sees it. Raises `OSError`."""
    is_absolute = path.startswith(b"/")
    start = os.open(b"/proc/%d/%s" % (thread, b"root" if is_absolute else b"cwd"), os.O_PATH | os.O_CLOEXEC)
    try:
        resolve = _NO_MAGIC_LINKS | (_IN_ROOT if is_absolute else 0)
        how = struct.pack("QQQ", os.O_PATH | os.O_CLOEXEC, 0, resolve)
        return system_call(OPENAT2, start, path, how, len(how))
    finally:
        os.close(start)


def _process_of(thread: int) -> int:
    """A descriptor of the process that a thread belongs to. Raises `OSError`."""
    try:
        return os.pidfd_open(thread, _PIDFD_THREAD)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    with open(b"/proc/%d/status" % thread, "rb") as file:  # before Linux 6.9
        (leader,) = (int(line.split()[1]) for line in file if line.startswith(b"Tgid:"))
    return os.pidfd_open(leader)


def _option(any_socket: int, option: int) -> bytes:
    descriptor = os.dup(any_socket)
    try:
        duplicate = _socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)  # no socket, so that nobody else does
        raise
    try:
        return duplicate.getsockopt(_socket.SOL_SOCKET, option, 4)
    finally:
        duplicate.close()


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        if descriptor >= 0:
            os.close(descriptor)
