"""Confining the current process before it becomes a command.

A confinement is a plain tuple of bytes and booleans, so that it can be handed
to another process. `prepare` runs where the command is watched, `confine`
in the process that becomes the command, `clean_up` when the last of its
processes is gone. `docs/sandbox.md`.
"""

from __future__ import annotations

import errno
import os

from octavo.sandbox.linux import (
    aside,
    landlock,
    mounts,
    placeholders,
    privileges,
    protected,
    reopened,
    repair,
    seccomp,
    shared_memory,
)
from octavo.sandbox.linux.private_network import enter_network, enter_new_network
from octavo.sandbox.linux.real_paths import real_path, real_roots
from octavo.sandbox.linux.syscalls import PR_SET_NO_NEW_PRIVS, prctl

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    from collections.abc import Sequence

    from octavo.sandbox.linux.kernel import Kernel
    from octavo.sandbox.linux.private_network import Network
    from octavo.sandbox.linux.protection import Protection
    from octavo.sandbox.spec import Confinement


View = tuple[list[bytes], bool, list[bytes], list[bytes], list[bytes]]
"""Writable paths; whether a mount view is wanted; the paths pinned and sealed in it, and the links held. All are real
but for the last part of a link."""


class Prepared:
    """What `prepare` found and did for one command: its view, placeholders, and what to see to afterwards."""

    __slots__ = ("found", "held", "home", "view")

    def __init__(self, view: View, home: bytes = b"") -> None:
        self.view = view
        self.home = home  # real, and empty if it was not there: then a command may have made it
        self.held: list[placeholders.Placeholder] = []
        self.found: Protection | None = None


def prepare(confinement: Confinement, kernel: Kernel, *, watched: bool) -> Prepared:
    """Find what to protect now; placeholders are put only if somebody will call `clean_up` (`watched`).

    Raises `OSError` if something cannot be protected.
    """
    _, roots, projects, protect, closed, guarded = confinement
    real = real_roots(roots or [])
    writable = list(dict.fromkeys(real.values()))
    if guarded and kernel.namespace == "none":
        raise OSError(errno.EPERM, "no mount namespace, so nothing can be kept from this command")
    if not writable or not protect or kernel.namespace == "none":
        return Prepared((writable, False, [], [], []))
    known = [real[project] for project in projects if project in real]
    found = protected.find_protected(writable, known, closed, guarded)
    found.sealed.extend(found.whole)
    writable = [root for root in writable if root not in found.whole]
    home = real_path(closed[0]) if closed else b""
    prepared = Prepared((writable, True, found.pinned, found.sealed, found.links), home)
    if watched:
        prepared.held = placeholders.put_placeholders(found.absent)
        prepared.found = found
        found.sealed.extend(placeholder.path for placeholder in prepared.held)
    return prepared


def wants_private_network(confinement: Confinement, kernel: Kernel) -> bool:
    """Whether a command gets a network of its own."""
    return kernel.private_network and not confinement[0]


def enter_ahead(kernel: Kernel, network: Network | None = None) -> None:
    """Enter what a command with a private network needs and nothing else has a say in. Raises `OSError`.

    `network` is one that has been left by all that were in it.
    """
    if network is not None:
        enter_network(network, with_user=kernel.namespace == "user")
        return
    if kernel.namespace == "user":
        mounts.enter_user_namespace()
    enter_new_network()


def confine(
    confinement: Confinement,
    kernel: Kernel,
    view: View,
    cwd: bytes,
    broker: _socket.socket | None = None,
    *,
    is_ahead: bool = False,
    unreadable: Sequence[bytes] = (),
) -> None:
    """Apply all protections to this single-threaded process; raises `OSError` or `NotImplementedError`.

    The working folder `cwd` must be entered again afterwards: it may lie on another mount now. `broker` is where the
    broker of a private network is told what to serve, without which there is none; `is_ahead` says that `enter_ahead`
    was called. What is at the real paths `unreadable` is hidden, where there can be a view.
    """
    network, roots, _, protect, _, _ = confinement
    writable, viewed, pinned, sealed, links = view
    # Where nothing is writable the filter refuses changes of metadata, and no view is needed.
    metadata = roots is not None and not writable and protect
    is_private = broker is not None and wants_private_network(confinement, kernel)
    if is_private and not is_ahead:
        enter_ahead(kernel)
    if roots is not None and kernel.namespace != "none":
        if kernel.namespace == "user" and not is_private:
            mounts.enter_user_namespace()
        mounts.enter_mount_namespace()
        if viewed:
            mounts.show_read_only(writable=writable, pinned=pinned, sealed=sealed, links=links)
        mounts.hide(unreadable, writable)
        folder = kernel.shared_memory
        if folder and not shared_memory.is_in_use(folder, [*writable, cwd]):
            shared_memory.put_private_memory(folder)
            writable = [*writable, folder]
    privileges.give_up_privileges()
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if roots is None and network:
        return
    if roots is not None:
        landlock.restrict_writes(writable)
    _load_filter(kernel, network=network, metadata=metadata, broker=broker if is_private else None)


def hide_alone(kernel: Kernel, unreadable: Sequence[bytes], *, strict: bool) -> None:
    """Hide paths from a command that is not confined otherwise. Raises `OSError`.

    With `strict` also where that takes a user namespace, in which `sudo` does not work; and root gives up what could
    undo it. Where there can be no view nothing is hidden.
    """
    if kernel.namespace == "none" or (kernel.namespace == "user" and not strict):
        return
    if kernel.namespace == "user":
        mounts.enter_user_namespace()
    mounts.enter_mount_namespace()
    mounts.hide(unreadable, [b"/"] if strict else [])
    if strict:
        privileges.give_up_privileges()


def _load_filter(kernel: Kernel, *, network: bool, metadata: bool, broker: _socket.socket | None) -> None:
    if not kernel.filters:
        if not network or metadata:
            raise NotImplementedError("no system call filter for this kind of machine")
    elif broker is None:
        seccomp.load_filter(kernel.filters["open" if network else "refused", metadata])
    else:
        from octavo.sandbox.linux.broker import hand_over

        hand_over(broker, seccomp.load_asking_filter(kernel.filters["private", metadata]))


def rehearse(kernel: Kernel) -> None:
    """Do what changes nothing, ahead of time: memory that a forked process touches is copied at the first touch."""
    view = prepare((True, [b"/"], [], True, [], []), kernel, watched=False).view
    try:
        mounts.rehearse(view[0])
        landlock.rehearse()
        privileges.rehearse()
    except OSError:
        return  # the command will say what this machine does not allow


def clean_up(prepared: Prepared) -> list[aside.Moved]:
    """Leave no trace of the protections; what the command left in a place that must stay free is moved, and told."""
    placeholders.remove_placeholders(prepared.held)
    found = prepared.found
    if found is None:
        return []
    reopened.reopen(map(os.path.dirname, found.afterwards()))
    moved = aside.move_aside(found.aside, prepared.home)
    for path in found.unwanted:
        repair.remove_unwanted(path)
    for repository in found.repositories:
        repair.repair(repository)
    for root, before in found.plain:
        repair.remove_bare_head(root, before)
    return moved


def refusal(error: Exception) -> str:
    """One line for a command that could not be confined, and so was not run."""
    reason = str(error)
    if isinstance(error, OSError) and error.errno is not None:
        place = f"{os.fsdecode(error.filename)}: " if error.filename else ""
        reason = f"{place}{error.strerror} (os error {error.errno})"
    return f"error running landlock: {reason}"
