"""One command in a sandbox, on our own terminal: what `octavo sandbox` runs (`docs/sandbox.md`).

What the command leaves in the background ends with it (Linux).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from octavo.errors import OctavoError
from octavo.process.launcher.descendants import adopt_orphans, end_descendants
from octavo.protocol.policy import has_network
from octavo.sandbox.moved import moved_text
from octavo.sandbox.spec import NOT_HIDDEN, NOTHING, SandboxSpec, Unreadable, confinement


class SandboxUnavailableError(OctavoError):
    """This kind of sandbox does not exist on this system; ends the program with 1."""


def run_linux(
    argv: Sequence[str], spec: SandboxSpec, environ: Mapping[str, str], unreadable: Unreadable = NOTHING
) -> int:
    """Run `argv` in the current folder under Landlock and seccomp, with our own stdin, stdout and stderr.

    What is `unreadable` is hidden from it; a line says so where it cannot be.

    Returns the command's exit code, 128+n when signal n killed it, 101 when there is no command or it was not
    found. Raises `SandboxUnavailableError` on other systems.
    """
    if sys.platform != "linux":
        raise SandboxUnavailableError("Landlock sandbox is only available on Linux")
    if not argv:
        os.write(2, b"No command specified to execute.\n")
        return 101
    from octavo.sandbox.execute import confine_and_execute
    from octavo.sandbox.linux.broker import start_broker
    from octavo.sandbox.linux.confine import clean_up, prepare, refusal, wants_private_network
    from octavo.sandbox.linux.kernel import Kernel
    from octavo.sandbox.linux.private_network import keep_sockets_back

    command, environment = _encoded(argv, environ)
    cwd = os.getcwdb()
    plan = confinement(spec)
    kernel = Kernel()
    try:
        prepared = prepare(plan, kernel, watched=True)
    except OSError as error:
        os.write(2, os.fsencode(f"{refusal(error)}\n"))
        return 101
    if unreadable.is_strict and kernel.namespace == "none":
        os.write(2, os.fsencode(f"octavo: {NOT_HIDDEN}\n"))
    ourselves = os.getpid()
    adopt_orphans()
    try:
        broker = start_broker() if wants_private_network(plan, kernel) else None
        child = os.fork()
        if child == 0:
            _restore_signals()
            if not has_network(spec.policy):
                keep_sockets_back()
            hidden = [os.fsencode(path) for path in unreadable.paths]
            view = prepared.view
            confine_and_execute(
                command, environment, cwd, plan, kernel, view, broker, parent=ourselves, unreadable=hidden
            )
        if broker is not None:
            broker.close()
        return _exit_code_of(child)
    finally:
        try:
            end_descendants()
        finally:  # Ctrl-C may cut the waiting short
            for path, to in clean_up(prepared):
                os.write(2, os.fsencode(f"octavo: {moved_text(os.fsdecode(path), os.fsdecode(to))}\n"))


def run_seatbelt(
    argv: Sequence[str], spec: SandboxSpec, environ: Mapping[str, str], unreadable: Unreadable = NOTHING
) -> int:
    """As `run_linux`, with `sandbox-exec` of macOS; a system without it raises `SandboxUnavailableError`."""
    from octavo.sandbox.seatbelt import seatbelt_command

    command, variables = seatbelt_command(argv, environ, spec, unreadable)
    try:
        child = os.posix_spawn(command[0], command, variables)
    except OSError as error:
        raise SandboxUnavailableError(f"{error.strerror} (os error {error.errno})") from error
    return _exit_code_of(child)


def run_windows() -> NoReturn:
    """There is none here: raises `SandboxUnavailableError`."""
    raise SandboxUnavailableError("Windows sandbox is only available on Windows")


def _exit_code_of(child: int) -> int:
    """Wait for a child that shares our terminal: Ctrl-C there is for it to answer, not for us."""
    previous = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        _, status = os.waitpid(child, 0)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _restore_signals() -> None:
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _encoded(argv: Sequence[str], environ: Mapping[str, str]) -> tuple[list[bytes], dict[bytes, bytes]]:
    return (
        [os.fsencode(argument) for argument in argv],
        {os.fsencode(name): os.fsencode(value) for name, value in environ.items()},
    )
