"""Landlock: the kernel's own rules on which files a process may change.

Everything may be read; only the writable roots and `/dev/null` may be written.
The rules of file systems up to Landlock's fifth version are asked for, fewer
where the kernel knows fewer; from its sixth version on, processes outside get
no signals from inside (`docs/sandbox.md`).
"""

from __future__ import annotations

import os
import stat
import struct

from octavo.sandbox.linux.real_paths import open_real
from octavo.sandbox.linux.syscalls import (
    LANDLOCK_ADD_RULE,
    LANDLOCK_CREATE_RULESET,
    LANDLOCK_RESTRICT_SELF,
    system_call,
)

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_RIGHTS_SINCE = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # version to the number of rights it knows
_LAST_VERSION = 5
SCOPES_SINCE = 6
"""The version from which on signals and abstract sockets can be kept inside."""
_SCOPES = 1 | 2  # abstract Unix sockets and signals: those of processes outside are out of reach
_GET_VERSION = 1
_PATH_BENEATH = 1


def landlock_version() -> int:
    """The version of Landlock that the kernel enforces; 0 if it has none or it is switched off."""
    try:
        return system_call(LANDLOCK_CREATE_RULESET, None, 0, _GET_VERSION)
    except OSError:
        return 0


def restrict_writes(writable: list[bytes]) -> None:
    """Allow this thread, and all that it starts, to write below `writable` (real paths) only; needs `no_new_privs`.

    Those that cannot be opened are left out. Raises `OSError` when the kernel enforces nothing.
    """
    rules = _rules(writable)
    try:
        system_call(LANDLOCK_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def rehearse() -> None:
    """Make rules as `restrict_writes` does, and drop them. Raises `OSError` when the kernel enforces nothing."""
    os.close(_rules([]))


def _rules(writable: list[bytes]) -> int:
    version = landlock_version()
    if version == 0:
        raise OSError("Landlock was not able to fully enforce all sandbox rules")
    handled = (1 << _RIGHTS_SINCE[min(version, _LAST_VERSION)]) - 1
    attributes = struct.pack("Q", handled)
    if version >= SCOPES_SINCE:
        attributes = struct.pack("QQQ", handled, 0, _SCOPES)
    ruleset = system_call(LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        _allow(ruleset, b"/", _READ & handled)
        for path in (b"/dev/null", *writable):
            _allow(ruleset, path, handled)
    except OSError:
        os.close(ruleset)
        raise
    return ruleset


def _allow(ruleset: int, path: bytes, rights: int) -> None:
    try:
        place = open_real(path)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _FOR_FILES
        system_call(LANDLOCK_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
