"""What this machine can enforce; `octavo sandbox --check` prints it (`docs/sandbox.md`)."""

from __future__ import annotations

import os
import sys
from typing import Literal

import msgspec

Namespace = Literal["none", "mount", "user"]


class Capabilities(msgspec.Struct, frozen=True):
    """What holds for commands in a sandbox on this machine."""

    landlock_version: int
    """0 if the kernel has no Landlock: then no command runs in a sandbox at all."""
    filters_system_calls: bool
    """Network, `ptrace` and `io_uring` can be refused."""
    namespace: Namespace
    """`mount` (with root's rights), `user` (anybody), `none`."""
    private_network: bool = False
    """Commands without network get one of their own; else the calls of the network are refused to them."""
    seatbelt: bool = False

    @property
    def confines_writes(self) -> bool:
        """Whether writes outside the writable roots are refused."""
        return self.landlock_version > 0 or self.seatbelt

    @property
    def keeps_signals_in(self) -> bool:
        """Whether processes outside of the sandbox are safe from signals."""
        if self.landlock_version == 0:
            return self.seatbelt
        from octavo.sandbox.linux.landlock import SCOPES_SINCE  # Linux only

        return self.landlock_version >= SCOPES_SINCE

    @property
    def hides_files(self) -> bool:
        """Whether commands are held to `deny_read`."""
        return self.seatbelt or self.namespace != "none"

    @property
    def protects_git_and_metadata(self) -> bool:
        """Whether git's code-running files and `.codex` are closed, and metadata outside the roots is."""
        return self.namespace != "none"


def capabilities() -> Capabilities:
    """Find out by trying, in child processes; takes some milliseconds. Call it before there are threads."""
    if sys.platform == "darwin":
        return Capabilities(0, False, "none", seatbelt=os.access("/usr/bin/sandbox-exec", os.X_OK))
    if sys.platform != "linux":
        return Capabilities(0, False, "none")
    from octavo.sandbox.linux.kernel import Kernel
    from octavo.sandbox.linux.landlock import landlock_version

    kernel = Kernel()
    return Capabilities(
        landlock_version(), _can_filter(kernel.filters.get(("open", False))), kernel.namespace, kernel.private_network
    )


def describe_capabilities(found: Capabilities) -> list[str]:
    """The answer of `octavo sandbox --check`: what it stands on, each protection, what to do about gaps, a verdict."""
    gaps = [gap for holds, _, gap in _protections(found) if not holds]
    lines = [_foundation(found), ""]
    lines += [f"  {'yes' if holds else 'no '}  {what}" for holds, what, _ in _protections(found)]
    for gap in dict.fromkeys(gaps):
        lines += ["", gap]
    if found.namespace == "user":
        lines += ["", "Commands see files of other users as nobody's: this user may not mount without that."]
    return [*lines, "", _verdict(found, gaps)]


def _foundation(found: Capabilities) -> str:
    if found.seatbelt:
        return "The sandbox of this machine: Seatbelt (macOS)."
    parts = [
        f"Landlock {found.landlock_version}" if found.landlock_version else "",
        "a system call filter" if found.filters_system_calls else "",
        {"none": "", "mount": "a mount namespace", "user": "a user and mount namespace"}[found.namespace],
        "a private network for each command" if found.private_network else "",
    ]
    there = ", ".join(part for part in parts if part)
    return f"The sandbox of this machine stands on: {there or 'nothing'} ({os.uname().sysname} {os.uname().release})."


def _protections(found: Capabilities) -> list[tuple[bool, str, str]]:
    """Whether each protection holds, what it is, and what to know and do when it does not."""
    filtered = found.filters_system_calls or found.seatbelt
    landlock = (
        "Without Landlock no command is started in a sandbox; all end with `error running landlock`. It needs "
        "Linux 5.13 or newer, and `landlock` among the names in /sys/kernel/security/lsm. Containers may refuse it."
    )
    no_filter = "The filter of system calls needs x86_64 or aarch64, and a kernel and container that allow seccomp."
    no_scope = "Before Linux 6.12 a command can stop or kill other processes of the same user, this program among them."
    no_view = (
        "The kernel or the container allows no mount namespace. In workspace-write a command can then change git's "
        "hooks and configuration in the workspace, which git runs later without a sandbox; check them before using git."
    )
    no_hiding = (
        "The kernel or the container allows no mount namespace. Commands can read what `deny_read` names, the stored "
        "login among it; only the tools of the agent itself are held to it."
    )
    no_network = (
        "The kernel or the container allows no network namespace. Commands without `network_access` can use sockets "
        "that are connected already (pairs), but not start local servers or connect to them."
    )
    if found.seatbelt:
        no_network = "Seatbelt refuses the network as a whole, that of the machine itself too."
        no_view = "Seatbelt closes .git in each writable folder as a whole instead; .codex and metadata stay open."
    return [
        (found.confines_writes, "files outside the writable folders cannot be changed", landlock),
        (filtered, "the network cannot be reached, unless `network_access` is on", no_filter),
        (found.private_network, "local servers and clients work inside a command, in a network of its own", no_network),
        (filtered, "nor can other processes be traced or io_uring be used", no_filter),
        (found.keeps_signals_in, "processes outside get no signals from inside", no_scope),
        (found.protects_git_and_metadata, "git's hooks and configuration, and .codex, are closed", no_view),
        (found.hides_files, "what `deny_read` names is hidden from commands", no_hiding),
        (found.protects_git_and_metadata, "modes, owners and times of files outside cannot be changed", no_view),
    ]


def _verdict(found: Capabilities, gaps: list[str]) -> str:
    if not found.confines_writes:
        return "Commands cannot run in a sandbox here."
    if gaps:
        return "Commands run in a sandbox here, with the gaps above."
    return "Commands run in a sandbox here, and all that docs/sandbox.md promises holds."


def _can_filter(program: bytes | None) -> bool:
    if program is None:
        return False
    from octavo.sandbox.linux.seccomp import load_filter
    from octavo.sandbox.linux.syscalls import PR_SET_NO_NEW_PRIVS, prctl

    child = os.fork()
    if child == 0:
        try:
            prctl(PR_SET_NO_NEW_PRIVS, 1)
            load_filter(program)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
