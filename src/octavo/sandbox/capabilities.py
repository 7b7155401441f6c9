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
    seatbelt: bool = False

    @property
    def confines_writes(self) -> bool:
        """Whether writes outside the writable roots are refused."""
        return self.landlock_version > 0 or self.seatbelt

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
    from octavo.sandbox.confine import Kernel
    from octavo.sandbox.landlock import landlock_version

    kernel = Kernel()
    return Capabilities(landlock_version(), _can_filter(kernel.filters.get((True, False))), kernel.namespace)


def describe_capabilities(found: Capabilities) -> list[str]:
    """Lines for people, one for each kind of protection."""

    def line(holds: bool, what: str, otherwise: str) -> str:
        return f"yes  {what}" if holds else f"no   {what}: {otherwise}"

    version = f" (Landlock {found.landlock_version})" if found.landlock_version else ""
    view = "this kernel or container allows no mount namespace"
    if found.seatbelt:
        view = "macOS closes all of .git instead"
    return [
        line(found.confines_writes, f"writes outside the writable folders are refused{version}", "no Landlock"),
        line(found.filters_system_calls or found.seatbelt, "network access is refused", "no seccomp filter"),
        line(found.filters_system_calls, "io_uring and ptrace are refused", "no seccomp filter"),
        line(found.protects_git_and_metadata, "git's hooks and configuration, and .codex, are closed", view),
        line(found.protects_git_and_metadata, "changes of metadata outside the writable folders are refused", view),
    ]


def _can_filter(program: bytes | None) -> bool:
    if program is None:
        return False
    from octavo.sandbox.seccomp import load_filter
    from octavo.sandbox.syscalls import PR_SET_NO_NEW_PRIVS, prctl

    child = os.fork()
    if child == 0:
        try:
            prctl(PR_SET_NO_NEW_PRIVS, 1)
            load_filter(program)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
