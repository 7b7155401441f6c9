"""The sandbox of macOS: a profile for `sandbox-exec` (`docs/sandbox.md`)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from octavo.protocol.policy import DangerFullAccess, has_network
from octavo.sandbox.spec import NOTHING, SandboxSpec, Unreadable

PROGRAM = "/usr/bin/sandbox-exec"  # never looked up: another one on the PATH could pretend to confine

_BASE = """\
(version 1)
(deny default)

; A command may start others; all stay in this sandbox.
(allow process-exec process-fork)
(allow signal process-info* (target same-sandbox))

(allow user-preference-read)
(allow file-write-data
  (require-all (path "/dev/null") (vnode-type CHARACTER-DEVICE)))

; What programs ask about the machine they run on.
(allow sysctl-read
{sysctls})
(allow sysctl-write (sysctl-name "kern.grade_cputype"))
(allow iokit-open (iokit-registry-entry-class "RootDomainUserClient"))

; User names, and whether the machine is about to sleep.
(allow mach-lookup
  (global-name "com.apple.system.opendirectoryd.libinfo")
  (global-name "com.apple.PowerManagement.control"))

; Locks of multiprocessing libraries.
(allow ipc-posix-sem)
"""

_SYSCTLS = (
    *(f"hw.{name}" for name in (
        "activecpu", "busfrequency_compat", "byteorder", "cacheconfig", "cachelinesize_compat", "cpufamily",
        "cpufrequency_compat", "cputype", "l1dcachesize_compat", "l1icachesize_compat", "l2cachesize_compat",
        "l3cachesize_compat", "logicalcpu_max", "machine", "memsize", "model", "ncpu", "nperflevels", "packages",
        "pagesize", "pagesize_compat", "physicalcpu", "physicalcpu_max", "tbfrequency_compat", "vectorunit",
    )),
    *(f"kern.{name}" for name in (
        "argmax", "hostname", "maxfilesperproc", "maxproc", "osproductversion", "osrelease", "ostype",
        "osvariant_status", "osversion", "secure_kernel", "usrstack64", "version",
    )),
    "sysctl.proc_cputype",
    "vm.loadavg",
)  # fmt: skip
_SYSCTL_PREFIXES = ("hw.optional.arm.", "hw.optional.armv8_", "hw.perflevel", "kern.proc.pgrp.", "kern.proc.pid.")

_ALL = "(version 1)\n(allow default)\n"
_READ = "\n; Everything may be read.\n(allow file-read*)\n"
_NETWORK = "\n(allow network-outbound)\n(allow network-inbound)\n(allow system-socket)\n"


def seatbelt_command(
    argv: Sequence[str], environ: Mapping[str, str], spec: SandboxSpec, unreadable: Unreadable = NOTHING
) -> tuple[list[str], dict[str, str]]:
    """The arguments and the environment that run `argv` in the sandbox of `spec`."""
    hidden = [(f"UNREADABLE_{index}", path) for index, path in enumerate(unreadable.paths)]
    closed = "".join(f'\n(deny file-read* (subpath (param "{name}")))\n' for name, _ in hidden)
    if spec.guarded:
        clause, parameters = _guarding(spec)
        profile = _ALL + clause + closed
    else:
        clause, parameters = _writing(spec)
        profile = _base() + _READ + closed + clause + (_NETWORK if has_network(spec.policy) else "")
    parameters += hidden
    defined = [f"-D{name}={value}" for name, value in parameters]
    return [PROGRAM, "-p", profile, *defined, "--", *argv], {**environ, "CODEX_SANDBOX": "seatbelt"}


def _guarding(spec: SandboxSpec) -> tuple[str, list[tuple[str, str]]]:
    """The clause that keeps some paths as they are, where everything else is free; and the parameters that it names."""
    paths = dict.fromkeys(os.path.realpath(path) for root in spec.roots for path in root.read_only)
    parameters = [(f"GUARDED_{index}", path) for index, path in enumerate(paths)]
    rules = "\n  ".join(f'(subpath (param "{name}"))' for name, _ in parameters)
    return f"\n(deny file-write*\n  {rules})\n", parameters


def _writing(spec: SandboxSpec) -> tuple[str, list[tuple[str, str]]]:
    """The clause on writing, and the parameters that it names."""
    if isinstance(spec.policy, DangerFullAccess):
        return '\n(allow file-write* (regex #"^/"))\n', []
    rules: list[str] = []
    parameters: list[tuple[str, str]] = []
    for index, root in enumerate(spec.roots):
        name = f"WRITABLE_ROOT_{index}"
        # The kernel compares real paths: /tmp and /var are links there.
        parameters.append((name, os.path.realpath(root.root)))
        rule = f'(subpath (param "{name}"))'
        if root.read_only:
            closed = []
            for number, path in enumerate(root.read_only):
                parameters.append((f"{name}_RO_{number}", os.path.realpath(path)))
                closed.append(f'(require-not (subpath (param "{name}_RO_{number}")))')
            rule = f"(require-all {rule} {' '.join(closed)})"
        rules.append(rule)
    if not rules:
        return "", []
    return "\n(allow file-write*\n  " + "\n  ".join(rules) + ")\n", parameters


def _base() -> str:
    names = [f'  (sysctl-name "{name}")' for name in _SYSCTLS]
    names += [f'  (sysctl-name-prefix "{prefix}")' for prefix in _SYSCTL_PREFIXES]
    return _BASE.format(sysctls="\n".join(names))
