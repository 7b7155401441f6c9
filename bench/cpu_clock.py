"""The CPU time of a process and everything it will ever start, whether or not somebody waits for it.

`getrusage` leaves out descendants that nobody waited for, and programs differ in how they end theirs. The kernel's
performance events count them all. Where they are not to be had, there is no clock and `getrusage` has to do.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

SYSCALLS = {"x86_64": 298, "aarch64": 241}  # perf_event_open
SOFTWARE, TASK_CLOCK = 1, 1
# Unprivileged users may not count the kernel's work; the task clock runs on in it all the same.
INHERIT, EXCLUDE_KERNEL, EXCLUDE_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6
CLOSE_ON_EXEC = 8


def open_clock(pid: int) -> int | None:
    """Start to count for a process and its future descendants. The descriptor has to be closed by the caller."""
    number = SYSCALLS.get(platform.machine())
    if sys.platform != "linux" or number is None:
        return None
    flags = INHERIT | EXCLUDE_KERNEL | EXCLUDE_HYPERVISOR
    attributes = struct.pack("=IIQQQQQ", SOFTWARE, 64, TASK_CLOCK, 0, 0, 0, flags).ljust(64, b"\0")
    words = [ctypes.c_long(word) for word in (pid, -1, -1, CLOSE_ON_EXEC)]
    descriptor: int = ctypes.CDLL(None).syscall(ctypes.c_long(number), attributes, *words)
    return descriptor if descriptor >= 0 else None


def read_clock(descriptor: int) -> float:
    """Seconds until now."""
    nanoseconds: int = struct.unpack("=Q", os.read(descriptor, 8))[0]
    return nanoseconds / 1e9


def counts_everything() -> bool:
    """Whether there is such a clock on this machine."""
    descriptor = open_clock(os.getpid())
    if descriptor is None:
        return False
    os.close(descriptor)
    return True
