"""The launcher: a small process that starts every command for us.

Starting an interpreter for each command, to confine it and to make it die with
us, would cost more than most commands. So one bare interpreter is started once
and forks per command: it has a single thread, few modules, no environment and
none of our file descriptors. It ends when our end of its socket closes.

A watcher is forked ahead, so a command costs one fork while somebody waits for
it. Each message on the control socket is one byte with four file descriptors:
the command's own socket, and its stdin, stdout and stderr. The rest of the
request arrives on the command's socket (`octavo.process.supervisor`).

This module and what it imports must be cheap to import, hence `_signal`: the
public module brings `enum`, a quarter of the launcher's start.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import gc
import os
import struct
import sys

from octavo.process.supervisor import supervise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.sandbox.confine import Kernel

_STREAMS_AND_SOCKET = struct.Struct("4i")
_STARTED, _NO_MORE = b"+", b"-"


def serve(control_descriptor: int) -> None:
    """Keep a watcher ready for the next command, until the control socket closes."""
    os.setsid()
    os.closerange(control_descriptor + 1, 65536)
    kernel = _kernel()
    # Watchers are not waited for.
    _signal.signal(_signal.SIGCHLD, _signal.SIG_IGN)
    gc.disable()
    gc.freeze()  # a collection would copy the pages that the children share
    control = _socket.socket(fileno=control_descriptor)
    word = _STARTED
    while word != _NO_MORE:
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            _stand_by(control, writer, kernel)
        os.close(writer)
        word = os.read(reader, 1)  # empty if the watcher was killed: then the next one is due as well
        os.close(reader)


def _stand_by(control: _socket.socket, launcher: int, kernel: Kernel | None) -> None:
    """Wait for a command and watch it; never returns."""
    try:
        descriptors = _receive(control)
        if not descriptors:
            os.write(launcher, _NO_MORE)
            return
        control.close()
        supervise(descriptors, kernel, started=lambda: _free_launcher(launcher))
    finally:
        os._exit(1)


def _free_launcher(launcher: int) -> None:
    try:
        os.write(launcher, _STARTED)
    except OSError:  # somebody killed it: no reason to lose this command
        return
    os.close(launcher)


def _kernel() -> Kernel | None:
    if sys.platform != "linux":
        return None
    # Imported here, so that no child has to.
    from octavo.sandbox.confine import Kernel

    return Kernel()


def _receive(control: _socket.socket) -> list[int]:
    """The file descriptors of the next command; empty when there will be none."""
    size = _STREAMS_AND_SOCKET.size
    data, messages, _, _ = control.recvmsg(1, _socket.CMSG_LEN(size), getattr(_socket, "MSG_CMSG_CLOEXEC", 0))
    if not data:
        return []
    return list(_STREAMS_AND_SOCKET.unpack(messages[0][2]))
