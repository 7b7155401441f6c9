"""Starting the launcher, without importing anything that start-up does not have anyway.

A program that is likely to run commands calls `launcher(os.getpid())` first
thing: that costs it half a millisecond, and the launcher gets ready meanwhile.
Otherwise the first command starts it, and waits some 15 ms for it.
"""

from __future__ import annotations

import _socket
import functools
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import array

_CONTROL = 3


@functools.cache
def launcher(process_id: int) -> _socket.socket:
    """The control socket of this program's launcher; the launcher ends when it closes.

    One for each `process_id`: a forked copy of the program must not share its parent's.
    """
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    os.set_inheritable(theirs.fileno(), True)
    try:
        _start_interpreter(theirs.fileno())
    finally:
        theirs.close()
    return ours


def hand_over(control: _socket.socket, descriptors: array.array[int]) -> None:
    """Ask for a command with its socket and its three streams; raises `OSError` if the launcher is gone."""
    control.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)])


def _start_interpreter(control: int) -> None:
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = (
        f"import sys; sys.path.append({package!r}); from octavo.process.launcher.serve import serve; serve({_CONTROL})"
    )
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in range(3)]
    # Isolated, without site: nothing of the user's runs here. No environment: commands bring their own.
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", code],
        {},
        file_actions=[*silent, (os.POSIX_SPAWN_DUP2, control, _CONTROL)],
    )
