"""Watching one command: from its start to the end of the last process it left behind.

Runs in a process of its own between the launcher and the command. It adopts
orphans of the command (Linux), so it knows all that the command started, even
what left the command's session. It ends everything when it is told to, or when
the program that asked for the command is gone, however that ended.

Towards the program it speaks records of two integers on the command's socket:
what happened, and a value. From the program it takes single bytes.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import select
import struct
import sys
import time

from octavo.process.launcher.command_start import await_command
from octavo.process.launcher.connections import Connections
from octavo.process.launcher.descendants import (
    LAST_WAIT,
    MOST_AT_ONCE,
    PATIENCE,
    adopt_orphans,
    descendants,
    kill_descendants,
    reap,
    send,
)
from octavo.process.launcher.messages import receive_descriptors, receive_message, send_descriptors, send_message
from octavo.sandbox.execute import rehearse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from octavo.process.launcher.command_start import Request
    from octavo.sandbox.linux.confine import Prepared
    from octavo.sandbox.linux.kernel import Kernel
    from octavo.sandbox.linux.private_network import Network
    from octavo.sandbox.spec import Confinement

STARTED, EXITED, EXITED_FIRST, MOVED, NOT_HIDDEN = 1, 3, 4, 5, 6
"""Records: the process id of the command; its wait status, when nothing is left of it or when something still runs;
something that it left in the work tree was moved: the length of what follows, its path, NUL, and where to; before it
starts, that what it may not read cannot be hidden from it here."""
TERMINATE, KILL, GONE = b"T", b"K", b"-"
"""Orders: end all processes, politely for a second; end them at once. The last stands for a closed socket."""
STARTING, STARTING_OPEN, NO_MORE = b"+", b"o", b"-"
"""Announcements to the launcher: the next watcher is due, for a command like this one, which has a private network or
not; there will be no more commands."""
RECORD = struct.Struct("ii")

_ALONE = 0.005  # seconds


def supervise(control: _socket.socket, kernel: Kernel | None, launcher: int, *, ahead: bool) -> None:
    """Serve the commands that come on `control`, one after another; the launcher is told on a pipe what came.

    Returns when there will be no more, or when the launcher has been told that the next watcher is due. When the
    launcher is gone no more can be sent, and those that were are served. `ahead`: the first one is likely to want a
    private network, as each later one is if the one before did.
    """
    wake_up = wake_up_on_child_exit()
    adopt_orphans()
    ahead = ahead and kernel is not None and kernel.private_network
    is_relieved = False
    network: Network | None = None

    def relieve() -> None:
        nonlocal is_relieved
        if not is_relieved:
            is_relieved = _announce(launcher, STARTING if ahead else STARTING_OPEN)

    while not is_relieved:
        leader, orders = _fork_command(control, kernel, network, ahead=ahead)
        if kernel is not None:
            rehearse(kernel)
        _await_command(control, launcher)
        descriptors = receive_descriptors(control)
        if not descriptors:
            _announce(launcher, NO_MORE)
            return
        asked = _Asked(descriptors)
        if ahead != _wants_private_network(asked, kernel):
            ahead = not ahead
            _discard(leader, orders)
            leader, orders = _fork_command(control, kernel, network, ahead=ahead)
        if ahead and network is not None:
            network.close()  # this command is in it, and hands it back
        network = _serve(asked, orders, leader, kernel, wake_up, relieve) or (None if ahead else network)
        orders.close()
        asked.channel.close()


class _Asked:
    """A command that has come: its socket, its streams, and what to start."""

    __slots__ = ("channel", "confinement", "descriptors", "hides", "payload")

    def __init__(self, descriptors: list[int]) -> None:
        self.descriptors = descriptors
        self.channel = _socket.socket(fileno=descriptors[0])
        self.payload = receive_message(self.channel)
        request: Request = marshal.loads(self.payload)  # noqa: S302 - our own program's
        self.confinement = request["confinement"]
        self.hides = request["is_strict"] and bool(request["unreadable"])


def _await_command(control: _socket.socket, launcher: int) -> None:
    """Wait for a command, or for the end of the program or of the launcher."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(launcher, 0)  # an error once nobody reads it
    ready = [descriptor for descriptor, _ in poll.poll()]
    if launcher in ready:
        try:
            control.shutdown(_socket.SHUT_RD)  # what was sent before can still be received
        except OSError:
            return  # the program is gone as well


def _announce(launcher: int, word: bytes) -> bool:
    """Tell the launcher; false if somebody killed it, which is no reason to lose a command."""
    try:
        os.write(launcher, word)
    except OSError:
        return False
    os.close(launcher)
    return True


def _serve(
    asked: _Asked,
    orders: _socket.socket,
    leader: int,
    kernel: Kernel | None,
    wake_up: int,
    relieve: Callable[[], None],
) -> Network | None:
    """Start one command and watch it to its end; `relieve` is called if that takes long.

    Returns the command's network if it had one, and nothing is left in it.
    """
    send_descriptors(orders, asked.descriptors)
    send_message(orders, asked.payload)
    for descriptor in asked.descriptors[1:]:
        os.close(descriptor)
    prepared: Prepared | None = None
    try:
        prepared = _prepared(asked.confinement, kernel)
    except OSError as error:
        from octavo.sandbox.linux.confine import refusal

        send_message(orders, marshal.dumps(refusal(error)))
    if prepared is not None:
        send_message(orders, marshal.dumps(prepared.view))
    if asked.hides and kernel is not None and kernel.namespace == "none":
        _tell(asked.channel, NOT_HIDDEN, 0)
    _tell(asked.channel, STARTED, leader)
    poll = select.poll()
    connections = Connections(orders, poll)
    status = _watch(asked.channel, poll, connections, wake_up, leader, relieve)
    connections.end_broker()
    is_left = not reap()[1]
    if prepared is not None and is_left:  # what could not be killed must find everything closed
        from octavo.sandbox.linux.confine import clean_up

        for path, to in clean_up(prepared):
            _tell_more(asked.channel, MOVED, path + b"\0" + to)
    if status is not None:
        _tell(asked.channel, EXITED, status)
    return connections.close(is_left=is_left)


def _fork_command(
    control: _socket.socket, kernel: Kernel | None, network: Network | None, *, ahead: bool
) -> tuple[int, _socket.socket]:
    """A process that becomes a command when one is sent on the returned socket."""
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    own_id = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            ours.close()
            control.close()
            await_command(theirs, kernel, own_id, network, ahead=ahead)
        finally:
            os._exit(1)
    theirs.close()
    return child, ours


def _discard(leader: int, orders: _socket.socket) -> None:
    """End a process that was to become another kind of command."""
    orders.close()
    send(os.kill, leader, _signal.SIGKILL)
    try:
        os.waitpid(leader, 0)
    except ChildProcessError:
        return


def _wants_private_network(asked: _Asked, kernel: Kernel | None) -> bool:
    if asked.confinement is None or kernel is None:
        return False
    from octavo.sandbox.linux.confine import wants_private_network

    return wants_private_network(asked.confinement, kernel)


def _prepared(confinement: Confinement | None, kernel: Kernel | None) -> Prepared | None:
    if confinement is None or kernel is None:
        return None
    from octavo.sandbox.linux.confine import prepare

    return prepare(confinement, kernel, watched=True)


def _watch(
    channel: _socket.socket,
    poll: select.poll,
    connections: Connections,
    wake_up: int,
    leader: int,
    relieve: Callable[[], None],
) -> int | None:
    """Wait until no process is left; returns the leader's wait status if it has not been told already."""
    poll.register(channel, select.POLLIN)
    poll.register(wake_up, select.POLLIN)
    status: int | None = None
    told = False
    patience_ends: float | None = None
    # A short command has the machine for itself, and this watcher takes the next one; else another is forked soon.
    wake_at: float | None = time.monotonic() + _ALONE
    while True:
        status, left, is_all = _reap(leader, status)
        if not left or (is_all and connections.left_alone()):
            return None if told else status
        if status is not None and not told and patience_ends is None:
            told = _tell(channel, EXITED_FIRST, status)
        order = _next_order(poll, connections, channel, wake_up, wake_at if is_all else 0.0)
        if wake_at is not None and time.monotonic() >= wake_at:
            relieve()
            wake_at = patience_ends
        if order == GONE:
            poll.unregister(channel)
        if order in (GONE, TERMINATE) and patience_ends is None:
            if is_all:
                _signal_all(leader, status is None, _signal.SIGTERM)
            wake_at = patience_ends = time.monotonic() + PATIENCE
            relieve()
        # Whoever forks and ends without pause gets no second for it.
        if order == KILL or (patience_ends is not None and (time.monotonic() >= patience_ends or not is_all)):
            relieve()  # what cannot be killed must not be taken for the next command's
            status = _kill_all(leader, status, stormy=not is_all)
            return None if told else status


def _next_order(
    poll: select.poll, connections: Connections, channel: _socket.socket, wake_up: int, until: float | None
) -> bytes:
    """What the program wants; empty when a process ended, or when the time `until` has come."""
    wait = None if until is None else max(0.0, until - time.monotonic()) * 1000
    if sys.platform != "linux":
        wait = min(wait or 1000.0, 1000.0)  # orphans are not adopted there, so their end is not announced
    ready = dict(poll.poll(wait))
    connections.notice(ready)
    if wake_up in ready:
        os.read(wake_up, 4096)
    if channel.fileno() not in ready:
        return b""
    try:
        return channel.recv(1) or GONE
    except OSError:
        return GONE


def _reap(leader: int, status: int | None) -> tuple[int | None, bool, bool]:
    """Collect ended processes: the leader's status once known, whether any is left, and whether all were collected."""
    ended, left = reap()
    if sys.platform != "linux":
        left = left or send(os.killpg, leader, 0)
    return ended.get(leader, status), left, len(ended) < MOST_AT_ONCE


def _signal_all(leader: int, leader_lives: bool, number: int) -> None:
    found = list(descendants(os.getpid()))  # first: what a handler starts to clean up with must not get the signal
    if leader_lives or sys.platform != "linux":
        send(os.killpg, leader, number)
    for process in found:
        # The leader's group has its signal already; a second one could end a handler that was just cleaning up.
        if not leader_lives or _group(process) != leader:
            send(os.kill, process, number)


def _kill_all(leader: int, status: int | None, *, stormy: bool) -> int | None:
    give_up = time.monotonic() + LAST_WAIT
    if sys.platform == "linux":
        ended, _ = kill_descendants(give_up, 0 if status is not None else leader, stormy=stormy)
        return ended.get(leader, status)
    left = True
    while left and time.monotonic() < give_up:
        _signal_all(leader, status is None, _signal.SIGKILL)
        time.sleep(0.0005)  # their ends come at once
        status, left, _ = _reap(leader, status)
    return status


def _group(process: int) -> int:
    try:
        return os.getpgid(process)
    except OSError:
        return -1


def _tell(channel: _socket.socket, what: int, value: int) -> bool:
    try:
        return channel.send(RECORD.pack(what, value)) > 0
    except OSError:
        return True  # the program is gone; `_watch` sees that too


def _tell_more(channel: _socket.socket, what: int, text: bytes) -> None:
    try:
        channel.sendall(RECORD.pack(what, len(text)) + text)
    except OSError:
        return  # the program is gone


def wake_up_on_child_exit() -> int:
    """A file descriptor that becomes readable whenever a child ends."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    _signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    _signal.signal(_signal.SIGCHLD, _ignore)
    return reader


def _ignore(number: int, frame: object) -> None:
    """A handler, so that the signal is noticed, and is back to its default in the command."""
