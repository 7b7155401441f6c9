"""From a confined process to the command: what fails here is told on stderr, and the exit code is 101."""

from __future__ import annotations

import errno
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from octavo.sandbox.linux.confine import View
    from octavo.sandbox.linux.kernel import Kernel
    from octavo.sandbox.spec import Confinement

_DEFAULT_PATH = b"/usr/local/bin:/bin:/usr/bin"
_REFUSED = 101


def confine_and_execute(
    argv: list[bytes],
    environment: Mapping[bytes, bytes],
    cwd: bytes,
    confinement: Confinement,
    kernel: Kernel,
    view: View,
    broker: _socket.socket | None,
    *,
    parent: int | None = None,
    is_ahead: bool = False,
    unreadable: Sequence[bytes] = (),
) -> NoReturn:
    """Apply the sandbox to this process and become the command, which ends with `parent` if one is given.

    `broker`, `is_ahead` and `unreadable`: as for `octavo.sandbox.linux.confine.confine`.
    """
    from octavo.sandbox.linux.confine import confine, refusal

    try:
        confine(confinement, kernel, view, cwd, broker, is_ahead=is_ahead, unreadable=unreadable)
        # The folder may lie on another mount now.
        os.chdir(cwd)
    except (OSError, NotImplementedError) as error:
        give_up(refusal(error))
    try:
        if parent is not None:
            die_with_parent(parent)
        execute(argv, environment)
    except (OSError, ValueError) as error:
        code = getattr(error, "errno", None) or errno.EINVAL
        give_up(f"Failed to execvp {os.fsdecode(argv[0])}: {os.strerror(code)} (os error {code})")


def rehearse(kernel: Kernel) -> None:
    """Get ready to be confined soon (`octavo.sandbox.linux.confine.rehearse`)."""
    from octavo.sandbox.linux import confine

    confine.rehearse(kernel)


def execute(argv: list[bytes], environment: Mapping[bytes, bytes]) -> NoReturn:
    """Replace this process by the program, found on the PATH of `environment`; raises `OSError`, `ValueError`."""
    program = argv[0]
    if b"/" in program or not program:
        os.execve(program, argv, environment)  # noqa: S606 - to become the command is the point
    refused = None
    for folder in environment.get(b"PATH", _DEFAULT_PATH).split(b":"):
        try:
            os.execve(os.path.join(folder, program), argv, environment)  # noqa: S606
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError as error:
            refused = error  # another folder may have one that can be run
    raise refused or FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def die_with_parent(parent: int) -> None:
    """Ask for SIGTERM when the process `parent` ends; ends at once if it already has."""
    if sys.platform != "linux":
        return
    import _signal  # type: ignore[import-not-found]

    from octavo.sandbox.linux.syscalls import PR_SET_PDEATHSIG, prctl

    prctl(PR_SET_PDEATHSIG, _signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), _signal.SIGTERM)


def give_up(message: str) -> NoReturn:
    """Print a line on stderr and exit with 101, the code of a sandbox that did not start its command."""
    os.write(2, os.fsencode(message) + b"\n")
    os._exit(_REFUSED)
