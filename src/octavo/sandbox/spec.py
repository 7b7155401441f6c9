"""Which sandbox a command runs in, and its plain form for the process that applies it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from octavo.protocol.policy import (
    DangerFullAccess,
    SandboxPolicy,
    WorkspaceWrite,
    configured_roots,
    has_network,
)
from octavo.sandbox.roots import WritableRoot, writable_roots

if TYPE_CHECKING:
    from octavo.config.config import Config

Confinement = tuple[bool, list[bytes] | None, list[bytes], bool, list[bytes], list[bytes]]
"""Network allowed; writable roots, `None` for the whole disk; those that are projects; protections on; our folders;
what is guarded, so that nothing may run where it cannot be closed."""


class Unreadable(msgspec.Struct, frozen=True):
    """What is hidden from a command: real paths, none inside of another.

    `is_strict`: also from commands with full access where that costs these some of their rights (`docs/deny-read.md`).
    """

    paths: tuple[str, ...] = ()
    is_strict: bool = False


NOTHING = Unreadable()
"""Nothing is hidden."""
NOT_HIDDEN = "This machine allows no mount namespace: commands are not held to `deny_read`, only the tools are."


class SandboxSpec(msgspec.Struct, frozen=True):
    """A policy, the absolute folder it is about, and the writable roots that follow (`docs/sandbox.md`).

    `protections` false lifts what goes beyond the policy: git's code-running files, `.codex`, metadata outside.
    `closed` are folders of this program, which stay closed where they lie inside a root. `guarded` are further paths
    that stay as they are; with some, no command runs where nothing can be closed.
    """

    policy: SandboxPolicy
    cwd: str
    roots: tuple[WritableRoot, ...]
    protections: bool = True
    closed: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()


def sandbox_spec(
    policy: SandboxPolicy, cwd: str, environ: Mapping[str, str], *, protections: bool = True
) -> SandboxSpec | None:
    """The sandbox for a policy; `None` where nothing has to be confined. `environ` is that of this program."""
    if isinstance(policy, DangerFullAccess):
        return None
    return SandboxSpec(policy, cwd, writable_roots(policy, cwd, environ), protections)


def configured_sandbox(config: Config, policy: SandboxPolicy, cwd: str) -> SandboxSpec | None:
    """The sandbox for a policy under the user's settings; `None` where nothing has to be confined."""
    protections = config.protect_repository or not isinstance(policy, WorkspaceWrite)
    spec = sandbox_spec(policy, cwd, config.environ, protections=protections)
    if spec is None or not isinstance(policy, WorkspaceWrite):
        return spec
    return msgspec.structs.replace(spec, closed=our_folders(config))


def our_folders(config: Config) -> tuple[str, ...]:
    """Whoever writes our home chooses what we run next, in a sandbox or without; it may well lie in a temporary folder.

    As it is named, too: a link that leads to it would find another one there the next time.
    """
    named = config.environ.get("CODEX_HOME")
    return (config.codex_home, *((os.path.abspath(named),) if named else ()))


def confinement(spec: SandboxSpec) -> Confinement:
    """What the kernel has to enforce for `spec` on Linux."""
    projects = [*configured_roots(spec.policy), spec.cwd] if isinstance(spec.policy, WorkspaceWrite) else []
    return (
        has_network(spec.policy),
        None if isinstance(spec.policy, DangerFullAccess) else [os.fsencode(root.root) for root in spec.roots],
        [os.fsencode(project) for project in projects],
        spec.protections,
        [os.fsencode(folder) for folder in spec.closed],
        [os.fsencode(path) for path in spec.guarded],
    )


def platform_sandbox() -> str | None:
    """The kind of sandbox on this system: `linux`, `seatbelt` (macOS) or `None`."""
    return {"linux": "linux", "darwin": "seatbelt"}.get(sys.platform)
