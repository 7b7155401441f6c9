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
from octavo.process.launcher.descendants import LAST_WAIT, PATIENCE, adopt_orphans, descendants, reap, send
from octavo.process.launcher.messages import receive_descriptors, receive_message, send_descriptors, send_message
from octavo.sandbox.execute import rehearse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from octavo.process.launcher.command_start import Request
    from octavo.sandbox.linux.confine import Kernel, Prepared

STARTED, EXITED, EXITED_FIRST = 1, 3, 4
"""Records: the process id of the command; its wait status, when nothing is left of it or when something still runs."""
TERMINATE, KILL, GONE = b"T", b"K", b"-"
"""Orders: end all processes, politely for a second; end them at once. The last stands for a closed socket."""
STARTING, NO_MORE = b"+", b"-"
"""Announcements to the launcher: the next watcher is due; there will be no more commands."""
RECORD = struct.Struct("ii")

_ALONE = 0.005  # seconds


def supervise(control: _socket.socket, kernel: Kernel | None, launcher: int) -> None:
    """Serve the commands that come on `control`, one after another; the launcher is told on a pipe what came.

    Returns when there will be no more, or when the launcher has been told that the next watcher is due. When the
    launcher is gone no more can be sent, and those that were are served.
    """
    wake_up = wake_up_on_child_exit()
    adopt_orphans()
    is_relieved = False

    def relieve() -> None:
        nonlocal is_relieved
        if not is_relieved:
            is_relieved = _announce(launcher, STARTING)

    while not is_relieved:
        leader, orders = _fork_command(control, kernel)
        if kernel is not None:
            rehearse(kernel)
        _await_command(control, launcher)
        descriptors = receive_descriptors(control)
        if not descriptors:
            _announce(launcher, NO_MORE)
            return
        channel = _socket.socket(fileno=descriptors[0])
        _serve(channel, orders, descriptors, leader, kernel, wake_up, relieve)
        orders.close()
        channel.close()


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
    channel: _socket.socket,
    orders: _socket.socket,
    descriptors: list[int],
    leader: int,
    kernel: Kernel | None,
    wake_up: int,
    relieve: Callable[[], None],
) -> None:
    """Start one command and watch it to its end; `relieve` is called if that takes long."""
    payload = receive_message(channel)
    send_descriptors(orders, descriptors)
    send_message(orders, payload)
    for descriptor in descriptors[1:]:
        os.close(descriptor)
    prepared: Prepared | None = None
    try:
        prepared = _prepared(payload, kernel)
    except OSError as error:
        from octavo.sandbox.linux.confine import refusal

        send_message(orders, marshal.dumps(refusal(error)))
    if prepared is not None:
        send_message(orders, marshal.dumps(prepared.view))
    _tell(channel, STARTED, leader)
    status = _watch(channel, wake_up, leader, relieve)
    if prepared is not None and not reap()[1]:  # what could not be killed must find everything closed
        from octavo.sandbox.linux.confine import clean_up

        clean_up(prepared)
    if status is not None:
        _tell(channel, EXITED, status)


def _fork_command(control: _socket.socket, kernel: Kernel | None) -> tuple[int, _socket.socket]:
    """A process that becomes a command when one is sent on the returned socket."""
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    own_id = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            ours.close()
            control.close()
            await_command(theirs, kernel, own_id)
        finally:
            os._exit(1)
    theirs.close()
    return child, ours


def _prepared(payload: bytes, kernel: Kernel | None) -> Prepared | None:
    request: Request = marshal.loads(payload)  # noqa: S302 - our own program's
    if request["confinement"] is None or kernel is None:
        return None
    from octavo.sandbox.linux.confine import prepare

    return prepare(request["confinement"], kernel, watched=True)


def _watch(channel: _socket.socket, wake_up: int, leader: int, relieve: Callable[[], None]) -> int | None:
    """Wait until no process is left; returns the leader's wait status if it has not been told already."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    poll.register(wake_up, select.POLLIN)
    status: int | None = None
    told = False
    patience_ends: float | None = None
    # A short command has the machine for itself, and this watcher takes the next one; else another is forked soon.
    wake_at: float | None = time.monotonic() + _ALONE
    while True:
        status, left = _reap(leader, status)
        if not left:
            return None if told else status
        if status is not None and not told and patience_ends is None:
            told = _tell(channel, EXITED_FIRST, status)
        order = _next_order(poll, channel, wake_up, wake_at)
        if wake_at is not None and time.monotonic() >= wake_at:
            relieve()
            wake_at = patience_ends
        if order == GONE:
            poll.unregister(channel)
        if order in (GONE, TERMINATE) and patience_ends is None:
            _signal_all(leader, status is None, _signal.SIGTERM)
            wake_at = patience_ends = time.monotonic() + PATIENCE
            relieve()
        if order == KILL or (patience_ends is not None and time.monotonic() >= patience_ends):
            relieve()  # what cannot be killed must not be taken for the next command's
            status = _kill_all(leader, status)
            return None if told else status


def _next_order(poll: select.poll, channel: _socket.socket, wake_up: int, until: float | None) -> bytes:
    """What the program wants; empty when a process ended, or when the time `until` has come."""
    wait = None if until is None else max(0.0, until - time.monotonic()) * 1000
    if sys.platform != "linux":
        wait = min(wait or 1000.0, 1000.0)  # orphans are not adopted there, so their end is not announced
    ready = dict(poll.poll(wait))
    if wake_up in ready:
        os.read(wake_up, 4096)
    if channel.fileno() not in ready:
        return b""
    try:
        return channel.recv(1) or GONE
    except OSError:
        return GONE


def _reap(leader: int, status: int | None) -> tuple[int | None, bool]:
    """Collect ended processes: the leader's wait status once known, and whether any process is left."""
    ended, left = reap()
    if sys.platform != "linux":
        left = left or send(os.killpg, leader, 0)
    return ended.get(leader, status), left


def _signal_all(leader: int, leader_lives: bool, number: int) -> None:
    if leader_lives or sys.platform != "linux":
        send(os.killpg, leader, number)
    for process in descendants(os.getpid()):
        # The leader's group has its signal already; a second one could end a handler that was just cleaning up.
        if not leader_lives or _group(process) != leader:
            send(os.kill, process, number)


def _kill_all(leader: int, status: int | None) -> int | None:
    give_up = time.monotonic() + LAST_WAIT
    left = True
    while left and time.monotonic() < give_up:
        _signal_all(leader, status is None, _signal.SIGKILL)
        time.sleep(0.0005)  # their ends come at once; orphans among them become our children meanwhile
        status, left = _reap(leader, status)
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


def wake_up_on_child_exit() -> int:
    """A file descriptor that becomes readable whenever a child ends."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    _signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    _signal.signal(_signal.SIGCHLD, _ignore)
    return reader


def _ignore(number: int, frame: object) -> None:
    """A handler, so that the signal is noticed, and is back to its default in the command."""
