"""The process that becomes a command: it waits for one, then takes its session, streams, folder and sandbox.

It is forked before there is a command, so that nobody has to wait for that.
What it becomes is told on a socket by the process that watches it
(`octavo.process.launcher.watcher`): the request with four file descriptors, and for a
sandboxed command then the view that was prepared for it.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import errno
import marshal
import os
import struct

from octavo.process.launcher.messages import receive_descriptors, receive_message
from octavo.sandbox.execute import confine_and_execute, die_with_parent, execute, give_up, rehearse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TypedDict

    from octavo.sandbox.linux.confine import View
    from octavo.sandbox.linux.kernel import Kernel
    from octavo.sandbox.linux.private_network import Network
    from octavo.sandbox.spec import Confinement

    class Request(TypedDict):
        """What to start: paths, arguments and variables as bytes."""

        argv: list[bytes]
        environment: dict[bytes, bytes]
        cwd: bytes
        confinement: Confinement | None
        unreadable: list[bytes]
        is_strict: bool
        terminal: bool


SPAWN_FAILED = 2
"""The record that tells an errno; the others are in `octavo.process.launcher.watcher`."""


def await_command(
    orders: _socket.socket, kernel: Kernel | None, parent: int, network: Network | None, *, ahead: bool
) -> NoReturn:
    """Become the command that comes on `orders`; end when none does.

    `ahead`: it will want a private network, `network` if there is one that is free. What fails outside the
    sandbox is told to the program; what fails inside goes to stderr, with exit code 101.
    """
    os.setsid()
    for number in (_signal.SIGPIPE, _signal.SIGXFSZ, _signal.SIGINT):
        _signal.signal(number, _signal.SIG_DFL)
    if kernel is not None:
        ahead = ahead and _has_entered(kernel, network)
        rehearse(kernel)
    die_with_parent(parent)
    descriptors = receive_descriptors(orders)
    if not descriptors:
        os._exit(0)
    request: Request = marshal.loads(receive_message(orders))  # noqa: S302 - our own program's
    argv, environment, confinement = request["argv"], request["environment"], request["confinement"]
    try:
        for target, stream in enumerate(descriptors[1:]):
            os.dup2(stream, target)
        if request["terminal"]:
            _take_terminal()
        os.chdir(request["cwd"])
        if confinement is None:
            if kernel is not None and request["unreadable"]:
                _hide(kernel, request)
            execute(argv, environment)
    except (OSError, ValueError) as error:
        reason = struct.pack("ii", SPAWN_FAILED, getattr(error, "errno", None) or errno.EINVAL)
        _socket.socket(fileno=descriptors[0]).send(reason)
        os._exit(1)
    if kernel is None:
        give_up("error running landlock: this system has none")
    view: View | str = marshal.loads(receive_message(orders))  # noqa: S302 - the watcher's
    if isinstance(view, str):
        give_up(view)
    cwd = request["cwd"]
    confine_and_execute(
        argv,
        environment,
        cwd,
        confinement,
        kernel,
        view,
        orders,
        parent=parent,
        is_ahead=ahead,
        unreadable=request["unreadable"],
    )


def _hide(kernel: Kernel, request: Request) -> None:
    from octavo.sandbox.linux.confine import hide_alone

    hide_alone(kernel, request["unreadable"], strict=request["is_strict"])
    os.chdir(request["cwd"])  # it may lie on another mount now


def _has_entered(kernel: Kernel, network: Network | None) -> bool:
    from octavo.sandbox.linux.confine import enter_ahead

    try:
        enter_ahead(kernel, network)
    except OSError:
        return False  # it will be tried again, and told, when there is a command
    return True


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
