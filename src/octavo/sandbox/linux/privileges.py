"""What root gives up before it becomes a confined command.

Root could undo the sandbox with what it may do besides writing files: turn a sealed
mount writable again, open a file past all mounts, make a device file and write to the disk through it, look into
other processes (their environment holds keys), load code into the kernel. An
ordinary user has none of these rights, so nothing changes there. `docs/sandbox.md`.
"""

from __future__ import annotations

import os
import struct

from octavo.sandbox.linux.syscalls import (
    PR_CAP_AMBIENT,
    PR_CAPBSET_DROP,
    PR_CAPBSET_READ,
    capabilities_get,
    capabilities_set,
    prctl,
)

GIVEN_UP = (
    2,  # CAP_DAC_READ_SEARCH: opens files by a handle, past every path and mount
    9,  # CAP_LINUX_IMMUTABLE: a file that nobody may remove
    12,  # CAP_NET_ADMIN
    15,  # CAP_IPC_OWNER
    16,  # CAP_SYS_MODULE
    17,  # CAP_SYS_RAWIO
    19,  # CAP_SYS_PTRACE
    20,  # CAP_SYS_PACCT: a log of all that runs on the machine
    21,  # CAP_SYS_ADMIN
    22,  # CAP_SYS_BOOT
    23,  # CAP_SYS_NICE: precedence over all others
    25,  # CAP_SYS_TIME
    26,  # CAP_SYS_TTY_CONFIG
    27,  # CAP_MKNOD: device files; pipes and sockets need no right
    28,  # CAP_LEASE
    30,  # CAP_AUDIT_CONTROL
    32,  # CAP_MAC_OVERRIDE
    33,  # CAP_MAC_ADMIN
    34,  # CAP_SYSLOG: the kernel's log can be emptied with it
    35,  # CAP_WAKE_ALARM
    36,  # CAP_BLOCK_SUSPEND
    37,  # CAP_AUDIT_READ
    38,  # CAP_PERFMON
    39,  # CAP_BPF
    40,  # CAP_CHECKPOINT_RESTORE
)

_AMBIENT_CLEAR_ALL = 4
_SETS = struct.Struct("6I")  # effective, permitted and inheritable: the lower halves, then the upper ones
_ALL = 0xFFFFFFFF
_LOWER = _ALL & ~sum(1 << number for number in GIVEN_UP if number < 32)
_UPPER = _ALL & ~sum(1 << (number - 32) for number in GIVEN_UP if number >= 32)


def give_up_privileges() -> None:
    """Give up what could undo the sandbox, for this process and all that it starts. Raises `OSError`."""
    if os.geteuid() != 0:
        return  # what a user namespace gave goes with the next program
    _for_each_given_up(PR_CAPBSET_DROP)
    prctl(PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL)
    _keep(_LOWER, _UPPER)


def rehearse() -> None:
    """Do as `give_up_privileges` does, and give up nothing. Raises `OSError`."""
    _for_each_given_up(PR_CAPBSET_READ)
    _keep(_ALL, _ALL)


def _for_each_given_up(operation: int) -> None:
    for number in GIVEN_UP:
        try:
            prctl(operation, number)
        except OSError:
            continue  # this kernel does not know it, or a container has taken the right to give rights up


def _keep(lower: int, upper: int) -> None:
    kept = zip(_SETS.unpack(capabilities_get()), (lower, lower, lower, upper, upper, upper), strict=True)
    capabilities_set(_SETS.pack(*(given & mask for given, mask in kept)))
