"""Raw Linux system calls and the numbers that the sandbox needs.

Used in short-lived processes only (the launcher, the helper form): it imports
`ctypes`, which the start-up path must not pay for. `docs/sandbox.md`.
"""

from __future__ import annotations

import ctypes
import os
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)
_CAPABILITY_HEADER = b"\x22\x05\x08\x20" + bytes(4) if sys.byteorder == "little" else b"\x20\x08\x05\x22" + bytes(4)

# Numbers that every architecture shares (those given out since Linux 5.1).
OPEN_TREE, MOVE_MOUNT, OPENAT2, PIDFD_GETFD, MOUNT_SETATTR = 428, 429, 437, 438, 442
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446

PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_CAP_AMBIENT = 23, 24, 47
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38


def system_call(number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """The result of a system call; `OSError` with its errno if it failed."""
    return _checked(_LIBC.syscall(ctypes.c_long(number), *map(_word, arguments)))


def prctl(option: int, value: int | bytes, third: int | bytes = 0) -> int:
    """`prctl(option, value, third, 0, 0)`; raises `OSError`."""
    return _checked(_LIBC.prctl(option, _word(value), _word(third), ctypes.c_ulong(0), ctypes.c_ulong(0)))


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` names; raises `OSError`."""
    _checked(_LIBC.unshare(flags))


def setns(namespace: int, kind: int) -> None:
    """Enter the namespace behind a descriptor; raises `OSError`."""
    _checked(_LIBC.setns(namespace, kind))


def mount(kind: bytes, target: bytes, flags: int, options: bytes) -> None:
    """Mount a new file system that needs no device; raises `OSError`."""
    _checked(_LIBC.mount(kind, target, kind, ctypes.c_ulong(flags), options))


def capabilities_get() -> bytes:
    """Our capability sets in 24 bytes: effective, permitted, inheritable, for the lower 32, then for the upper ones."""
    sets = ctypes.create_string_buffer(24)
    _checked(_LIBC.capget(_CAPABILITY_HEADER, sets))
    return sets.raw


def capabilities_set(sets: bytes) -> None:
    """Set what `capabilities_get` gives; raises `OSError`."""
    _checked(_LIBC.capset(_CAPABILITY_HEADER, sets))


def address_of(buffer: ctypes.Array[ctypes.c_char]) -> int:
    """Where a buffer lies, for a structure that points to it."""
    return ctypes.addressof(buffer)


def buffer_of(data: bytes) -> ctypes.Array[ctypes.c_char]:
    """A buffer that holds `data` and keeps its address."""
    return ctypes.create_string_buffer(data, len(data))


def _word(value: object) -> object:
    # Integers travel as full registers: a variadic C int would leave the upper half undefined.
    return ctypes.c_long(value) if isinstance(value, int) else value


def _checked(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
