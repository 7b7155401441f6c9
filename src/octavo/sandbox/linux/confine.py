"""Confining the current process before it becomes a command.

A confinement is a plain tuple of bytes and booleans, so that it can be handed
to another process. `prepare` runs where the command is watched, `confine`
in the process that becomes the command, `clean_up` when the last of its
processes is gone. `docs/sandbox.md`.
"""

from __future__ import annotations

import os

from octavo.sandbox.linux import landlock, mounts, placeholders, privileges, protected, repair, seccomp
from octavo.sandbox.linux.real_paths import real_roots
from octavo.sandbox.linux.syscalls import PR_SET_NO_NEW_PRIVS, prctl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.sandbox.linux.protection import Protection
    from octavo.sandbox.spec import Confinement


View = tuple[list[bytes], bool, list[bytes], list[bytes], list[bytes]]
"""Writable paths; whether a mount view is wanted; the paths pinned and sealed in it, and the links held. All are real
but for the last part of a link."""


class Kernel:
    """What this machine offers, found out once: its namespace for a view, and the filters it can load."""

    __slots__ = ("filters", "namespace")

    def __init__(self) -> None:
        self.namespace = mounts.usable_namespace()
        machine = os.uname().machine
        choices = ((False, False), (True, False), (False, True), (True, True))
        self.filters = {
            (network, metadata): seccomp.build_filter(machine, refuse_network=network, refuse_metadata=metadata)
            for network, metadata in choices
            if machine in seccomp.MACHINES
        }


class Prepared:
    """What `prepare` found and did for one command: its view, placeholders, and what to see to afterwards."""

    __slots__ = ("found", "held", "view")

    def __init__(self, view: View) -> None:
        self.view = view
        self.held: list[placeholders.Placeholder] = []
        self.found: Protection | None = None


def prepare(confinement: Confinement, kernel: Kernel, *, watched: bool) -> Prepared:
    """Find what to protect now; placeholders are put only if somebody will call `clean_up` (`watched`).

    Raises `OSError` if something cannot be protected.
    """
    _, roots, projects, protect, closed = confinement
    real = real_roots(roots or [])
    writable = list(dict.fromkeys(real.values()))
    if not writable or not protect or kernel.namespace == "none":
        return Prepared((writable, False, [], [], []))
    found = protected.find_protected(writable, [real[project] for project in projects if project in real], closed)
    found.sealed.extend(found.whole)
    writable = [root for root in writable if root not in found.whole]
    prepared = Prepared((writable, True, found.pinned, found.sealed, found.links))
    if watched:
        prepared.held = placeholders.put_placeholders(found.absent)
        prepared.found = found
        found.sealed.extend(placeholder.path for placeholder in prepared.held)
    return prepared


def confine(confinement: Confinement, kernel: Kernel, view: View) -> None:
    """Apply all protections to this single-threaded process; raises `OSError` or `NotImplementedError`.

    The working folder must be entered again afterwards: it may lie on another mount now.
    """
    network, roots, _, protect, _ = confinement
    writable, viewed, pinned, sealed, links = view
    if viewed:
        mounts.enter_namespace(kernel.namespace)
        mounts.show_read_only(writable=writable, pinned=pinned, sealed=sealed, links=links)
    privileges.give_up_privileges()
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if roots is None and network:
        return
    if roots is not None:
        landlock.restrict_writes(writable)
    # Where nothing is writable the filter refuses changes of metadata, and no view is needed.
    metadata = roots is not None and not writable and protect
    if kernel.filters:
        seccomp.load_filter(kernel.filters[not network, metadata])
    elif not network or metadata:
        raise NotImplementedError("no system call filter for this kind of machine")


def rehearse(kernel: Kernel) -> None:
    """Do what changes nothing, ahead of time: memory that a forked process touches is copied at the first touch."""
    view = prepare((True, [b"/"], [], True, []), kernel, watched=False).view
    try:
        mounts.rehearse(view[0])
        landlock.rehearse()
        privileges.rehearse()
    except OSError:
        return  # the command will say what this machine does not allow


def clean_up(prepared: Prepared) -> None:
    """Leave no trace of the protections."""
    placeholders.remove_placeholders(prepared.held)
    found = prepared.found
    if found is None:
        return
    for path in found.unwanted:
        repair.remove_unwanted(path)
    for repository in found.repositories:
        repair.repair(repository)
    for root, before in found.plain:
        repair.remove_bare_head(root, before)


def refusal(error: Exception) -> str:
    """One line for a command that could not be confined, and so was not run."""
    reason = str(error)
    if isinstance(error, OSError) and error.errno is not None:
        place = f"{os.fsdecode(error.filename)}: " if error.filename else ""
        reason = f"{place}{error.strerror} (os error {error.errno})"
    return f"error running landlock: {reason}"
