"""The last steps of a process before it becomes a command: session, streams, folder, then the sandbox."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import errno
import os
import struct

from octavo.sandbox.execute import confine_and_execute, die_with_parent, execute, give_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TypedDict

    from octavo.sandbox.confine import Kernel, Prepared
    from octavo.sandbox.spec import Confinement

    class Request(TypedDict):
        """What to start: paths, arguments and variables as bytes."""

        argv: list[bytes]
        environment: dict[bytes, bytes]
        cwd: bytes
        confinement: Confinement | None
        terminal: bool


SPAWN_FAILED = 2
"""The record that tells an errno; the others are in `octavo.process.supervisor`."""


def become_command(
    request: Request,
    streams: list[int],
    channel: _socket.socket,
    kernel: Kernel | None,
    prepared: Prepared | None,
    parent: int,
) -> NoReturn:
    """Turn this process into the command.

    What fails outside the sandbox is told on `channel`; what fails inside goes to stderr, with exit code 101.
    """
    argv, environment, confinement = request["argv"], request["environment"], request["confinement"]
    try:
        os.setsid()
        for target, stream in enumerate(streams):
            os.dup2(stream, target)
        if request["terminal"]:
            _take_terminal()
        os.chdir(request["cwd"])
        for number in (_signal.SIGPIPE, _signal.SIGXFSZ, _signal.SIGINT):
            _signal.signal(number, _signal.SIG_DFL)
        if confinement is None:
            die_with_parent(parent)
            execute(argv, environment)
    except (OSError, ValueError) as error:
        channel.send(struct.pack("ii", SPAWN_FAILED, getattr(error, "errno", None) or errno.EINVAL))
        os._exit(1)
    if kernel is None or prepared is None:
        give_up("error running landlock: this system has none")
    confine_and_execute(argv, environment, request["cwd"], confinement, kernel, prepared, parent=parent)


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
