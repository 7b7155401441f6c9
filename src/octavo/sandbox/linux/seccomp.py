"""The system call filter: what no command may do, no network, and no metadata changes where nothing is writable.

A filter is a classic BPF program, built here as bytes and loaded last of all
protections. Refused calls fail with EPERM; a call in a foreign calling
convention kills the process. What is refused, and why: `docs/sandbox.md`.
"""

from __future__ import annotations

import struct

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JGE|K, RET|K
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in struct seccomp_data
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000
_AF_UNIX = 1
_X32_BIT = 0x40000000
_SECCOMP_MODE_FILTER = 2
_SET_FLAGS = (0x40086602, 0x40046602, 0x401C5820)  # FS_IOC_SETFLAGS, its 32-bit form, FS_IOC_FSSETXATTR
_TYPE_FOR_OTHERS = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX put text where the user's shell reads it
_ALL_OF_A_USER = 2  # PRIO_USER

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SOCKET = {"x86_64": (41, 53), "aarch64": (198, 199)}  # socket, socketpair
_IOCTL = {"x86_64": 16, "aarch64": 29}

MACHINES = frozenset(_AUDIT)
"""The architectures (as `uname -m` names them) that filters can be built for."""

_PRIORITY = {"x86_64": 141, "aarch64": 140}
_LIMITS = {"x86_64": 302, "aarch64": 261}
_NEVER = {
    # open_by_handle_at, which finds a file without a path; add_key request_key keyctl; io_uring_setup, enter, register
    "x86_64": (304, 248, 249, 250, 425, 426, 427),
    "aarch64": (265, 217, 218, 219, 425, 426, 427),
}
_NETWORK = {
    # connect accept accept4 bind listen getpeername getsockname shutdown sendto sendmsg sendmmsg
    # recvmsg recvmmsg getsockopt setsockopt ptrace
    "x86_64": (42, 43, 288, 49, 50, 52, 51, 48, 44, 46, 307, 47, 299, 55, 54, 101),
    "aarch64": (203, 202, 242, 200, 201, 205, 204, 210, 206, 211, 269, 212, 243, 209, 208, 117),
}
_METADATA = {
    # chmod and chown families, utime family, xattr set and remove, then what later kernels added:
    # fchmodat2, setxattrat, removexattrat, file_setattr
    "x86_64": (90, 91, 268, 92, 93, 94, 260, 132, 235, 261, 280, 188, 189, 190, 197, 198, 199, 452, 463, 466, 469),
    "aarch64": (52, 53, 54, 55, 88, 5, 6, 7, 14, 15, 16, 452, 463, 466, 469),
}


def build_filter(machine: str, *, refuse_network: bool, refuse_metadata: bool) -> bytes:
    """The program for one of `MACHINES`, as an array of `struct sock_filter`."""
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _AUDIT[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        program += [_step(_AT_LEAST, _X32_BIT, 0, 1), _step(_RETURN, _KILL)]
    refused: tuple[int, ...] = _NEVER[machine]
    requests: tuple[int, ...] = _TYPE_FOR_OTHERS
    if refuse_network:
        refused += _NETWORK[machine]
        program += [step for number in _SOCKET[machine] for step in _only_unix_sockets(number)]
    if refuse_metadata:
        refused += _METADATA[machine]
        requests += _SET_FLAGS
    program += _no_requests(_IOCTL[machine], requests)
    program += _only_own_limits(_LIMITS[machine])
    program += _only_own_priority(_PRIORITY[machine])
    for number in refused:
        program += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _REFUSE)]
    return b"".join([*program, _step(_RETURN, _ALLOW)])


def load_filter(program: bytes) -> None:
    """Confine this thread and all that it starts; needs `no_new_privs`. Raises `OSError`."""
    from octavo.sandbox.linux.syscalls import PR_SET_SECCOMP, address_of, buffer_of, prctl

    steps = buffer_of(program)
    header = struct.pack("HxxxxxxQ", len(program) // 8, address_of(steps))
    prctl(PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header)


def _only_unix_sockets(number: int) -> list[bytes]:
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_EQUAL, _AF_UNIX, 1, 0),
        _step(_RETURN, _REFUSE),
        _step(_RETURN, _ALLOW),
    ]


def _only_own_limits(prlimit: int) -> list[bytes]:
    """The process is the first argument, 0 for the caller's own."""
    return [
        _step(_EQUAL, prlimit, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_EQUAL, 0, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE),
    ]


def _only_own_priority(setpriority: int) -> list[bytes]:
    """A process or a group, 0 for the caller's own, and never all processes of a user."""
    return [
        _step(_EQUAL, setpriority, 0, 6),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_EQUAL, _ALL_OF_A_USER, 3, 0),
        _step(_LOAD, _SECOND_ARGUMENT),
        _step(_EQUAL, 0, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE),
    ]


def _no_requests(ioctl: int, requests: tuple[int, ...]) -> list[bytes]:
    checks = [step for request in requests for step in (_step(_EQUAL, request, 0, 1), _step(_RETURN, _REFUSE))]
    return [
        _step(_EQUAL, ioctl, 0, len(checks) + 2),
        _step(_LOAD, _SECOND_ARGUMENT),
        *checks,
        _step(_RETURN, _ALLOW),
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
