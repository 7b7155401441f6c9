"""Confining the current process before it becomes a command.

A confinement is a plain tuple of bytes and booleans, so that it can be handed
to another process. `prepare` runs where the command is watched, `confine`
in the process that becomes the command, `clean_up` when the last of its
processes is gone. `docs/sandbox.md`.
"""

from __future__ import annotations

import os

from octavo.sandbox import landlock, mounts, placeholders, protected, seccomp
from octavo.sandbox.syscalls import PR_SET_NO_NEW_PRIVS, prctl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.sandbox.spec import Confinement


class Kernel:
    """What this machine offers, found out once: its namespace for a view, and the filters it can load."""

    __slots__ = ("filters", "namespace")

    def __init__(self) -> None:
        self.namespace = mounts.usable_namespace()
        machine = os.uname().machine
        choices = ((True, False), (False, True), (True, True))
        self.filters = {
            (network, metadata): seccomp.build_filter(machine, refuse_network=network, refuse_metadata=metadata)
            for network, metadata in choices
            if machine in seccomp.MACHINES
        }


class Prepared:
    """What `prepare` found and did for one command; all paths are real."""

    __slots__ = ("held", "pinned", "sealed", "unwanted", "viewed", "writable")

    def __init__(self, writable: list[bytes]) -> None:
        self.writable = writable
        self.viewed = False
        self.pinned: list[bytes] = []
        self.sealed: list[bytes] = []
        self.held: list[tuple[bytes, int]] = []
        self.unwanted: list[bytes] = []


def prepare(confinement: Confinement, kernel: Kernel, *, watched: bool) -> Prepared:
    """Find what to protect now; placeholders are put only if somebody will call `clean_up` (`watched`)."""
    _, roots, projects, protect = confinement
    real = {path: mounts.real_path(path) for path in (*(roots or []), *projects)}
    prepared = Prepared([path for path in dict.fromkeys(real[root] for root in roots or []) if path])
    prepared.viewed = bool(prepared.writable and protect and kernel.namespace != "none")
    if not prepared.viewed:
        return prepared
    found = protected.find_protected(prepared.writable, [real[project] for project in projects])
    prepared.pinned, prepared.sealed = found.pinned, found.sealed
    if watched:
        prepared.held = placeholders.put_placeholders(found.absent)
        prepared.sealed += [path for path, _ in prepared.held]
        prepared.unwanted = found.unwanted
    return prepared


def confine(confinement: Confinement, kernel: Kernel, prepared: Prepared) -> None:
    """Apply all protections to this single-threaded process; raises `OSError` or `NotImplementedError`.

    The working folder must be entered again afterwards: it may lie on another mount now.
    """
    network, roots, _, protect = confinement
    if prepared.viewed:
        mounts.enter_namespace(kernel.namespace)
        mounts.show_read_only(writable=prepared.writable, pinned=prepared.pinned, sealed=prepared.sealed)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if roots is not None:
        landlock.restrict_writes(prepared.writable)
    # Where nothing is writable the filter refuses changes of metadata, and no view is needed.
    metadata = roots is not None and not prepared.writable and protect
    if not network or metadata:
        if not kernel.filters:
            raise NotImplementedError("no system call filter for this kind of machine")
        seccomp.load_filter(kernel.filters[not network, metadata])


def clean_up(prepared: Prepared) -> None:
    """Leave no trace of the protections."""
    placeholders.remove_placeholders(prepared.held)
    for path in prepared.unwanted:
        try:
            os.unlink(path)
        except OSError:
            continue  # it does not exist, as it should be; a folder of that name is of no use to git


def refusal(error: Exception) -> str:
    """One line for a command that could not be confined, and so was not run."""
    return f"error running landlock: {error}"
