"""The system call filter: what no command may do, no way to the network, and no metadata changes without a view.

A filter is a classic BPF program, built here as bytes and loaded last of all
protections. Refused calls fail with EPERM; a call in a foreign calling
convention kills the process. Inside a private network most of what sockets do
is allowed, and `connect` and `listen` are put before a broker. What is refused,
and why: `docs/sandbox.md`.
"""

from __future__ import annotations

import errno
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Network = Literal["open", "private", "refused"]
    """The machine's network; one of the command's own (`private_network`); none, where there can be no own one."""

_LOAD, _EQUAL, _AT_LEAST = 0x20, 0x15, 0x35  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JGE|K
_HAS_BIT, _RETURN, _AND = 0x45, 0x06, 0x54  # JMP|JSET|K, RET|K, ALU|AND|K
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_FIRST_ARGUMENT, _SECOND_ARGUMENT, _THIRD_ARGUMENT, _FIFTH_ARGUMENT = 16, 24, 32, 48
_ALLOW, _REFUSE, _KILL, _ASK = 0x7FFF0000, 0x00050000 | 1, 0x80000000, 0x7FC00000
_NOT_THERE = 0x00050000 | errno.ENOSYS
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_STREAM, _DATAGRAM, _SEQUENCED, _TYPE = 1, 2, 5, 0xF
_DEFAULT, _TCP, _UDP, _MULTIPATH_TCP = 0, 6, 17, 262
_NETLINK_ROUTE = 0
_X32_BIT = 0x40000000
_SET_MODE_FILTER = 1
_NEW_LISTENER, _WAIT_KILLABLE = 1 << 3, 1 << 5
_SET_FLAGS = (0x40086602, 0x40046602, 0x401C5820)  # FS_IOC_SETFLAGS, its 32-bit form, FS_IOC_FSSETXATTR
_TYPE_FOR_OTHERS = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX put text where the user's shell reads it
_ALL_OF_A_USER = 2  # PRIO_USER
_IO_OF_A_USER = 3  # IOPRIO_WHO_USER
_LEASES = (1024, 1040)  # F_SETLEASE, F_SETDELEG: whoever holds one keeps others from opening a file, up to 45 seconds

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SOCKET = {"x86_64": (41, 53), "aarch64": (198, 199)}  # socket, socketpair
_IOCTL = {"x86_64": 16, "aarch64": 29}

MACHINES = frozenset(_AUDIT)
"""The architectures (as `uname -m` names them) that filters can be built for."""

_FILE_CONTROL = {"x86_64": 72, "aarch64": 25}
_PRIORITY = {"x86_64": 141, "aarch64": 140}
_IO_PRIORITY = {"x86_64": 251, "aarch64": 30}
_SCHEDULING = {
    # sched_setparam sched_setscheduler sched_setaffinity sched_setattr
    "x86_64": (142, 144, 203, 314),
    "aarch64": (118, 119, 122, 274),
}
_LIMITS = {"x86_64": 302, "aarch64": 261}
_NEVER = {
    # open_by_handle_at, which finds a file without a path; add_key request_key keyctl; io_uring_setup, enter, register
    "x86_64": (304, 248, 249, 250, 425, 426, 427),
    "aarch64": (265, 217, 218, 219, 425, 426, 427),
}
_TRACE = {"x86_64": (101, 308), "aarch64": (117, 268)}  # ptrace, setns
_NETWORK = {
    # connect accept accept4 bind listen sendmsg sendmmsg recvmmsg setsockopt
    "x86_64": (42, 43, 288, 49, 50, 46, 307, 299, 54),
    "aarch64": (203, 202, 242, 200, 201, 211, 269, 243, 208),
}
_CLONE = {"x86_64": (56, 272), "aarch64": (220, 97)}  # clone, unshare
_CLONE3 = 435
_SEND = {"x86_64": 44, "aarch64": 206}  # sendto
_SECCOMP = {"x86_64": 317, "aarch64": 277}
CONNECT, LISTEN = {"x86_64": 42, "aarch64": 203}, {"x86_64": 50, "aarch64": 201}
PAIR = {machine: numbers[1] for machine, numbers in _SOCKET.items()}
"""The calls that a private network's filter puts before a broker; of pairs those for datagrams."""
_METADATA = {
    # chmod and chown families, utime family, xattr set and remove, then what later kernels added:
    # fchmodat2, setxattrat, removexattrat, file_setattr
    "x86_64": (90, 91, 268, 92, 93, 94, 260, 132, 235, 261, 280, 188, 189, 190, 197, 198, 199, 452, 463, 466, 469),
    "aarch64": (52, 53, 54, 55, 88, 5, 6, 7, 14, 15, 16, 452, 463, 466, 469),
}


def build_filter(machine: str, *, network: Network, refuse_metadata: bool) -> bytes:
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
    socket, socketpair = _SOCKET[machine]
    if network != "open":
        refused += _TRACE[machine]
    if network == "private":
        program += _given((CONNECT[machine], LISTEN[machine]), _ASK)
        for number in _CLONE[machine]:
            program += _when(number, _no_new_network())
        # It keeps its flags in memory; whoever calls it knows the older call as well.
        program += _given((_CLONE3,), _NOT_THERE)
        program += _when(socket, _private_sockets())
        program += _when(socketpair, _private_pairs())
    elif network == "refused":
        refused += _NETWORK[machine]
        only_unix = [_step(_LOAD, _FIRST_ARGUMENT), *_given((_AF_UNIX,), _ALLOW), _refuse()]
        program += [*_when(socket, only_unix), *_when(socketpair, only_unix)]
        program += _when(_SEND[machine], _without_address())
    if refuse_metadata:
        refused += _METADATA[machine]
        requests += _SET_FLAGS
    program += _no_requests(_IOCTL[machine], requests)
    program += _no_requests(_FILE_CONTROL[machine], _LEASES)
    for number in (_LIMITS[machine], *_SCHEDULING[machine]):
        program += _only_own(number)
    program += _only_own_priority(_PRIORITY[machine], _ALL_OF_A_USER)
    program += _only_own_priority(_IO_PRIORITY[machine], _IO_OF_A_USER)
    program += _given(refused, _REFUSE)
    return b"".join([*program, _step(_RETURN, _ALLOW)])


def load_filter(program: bytes) -> None:
    """Confine this thread and all that it starts; needs `no_new_privs`. Raises `OSError`."""
    _load(program, 0)


def load_asking_filter(program: bytes) -> int:
    """As `load_filter`; what the filter asks about is told on the returned descriptor, which closes on `exec`."""
    try:
        # Go interrupts its threads all the time, and each call that was begun would be asked about again.
        return _load(program, _NEW_LISTENER | _WAIT_KILLABLE)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return _load(program, _NEW_LISTENER)  # before Linux 5.19


def _load(program: bytes, flags: int) -> int:
    import os

    from octavo.sandbox.linux.syscalls import address_of, buffer_of, system_call

    steps = buffer_of(program)
    header = struct.pack("HxxxxxxQ", len(program) // 8, address_of(steps))
    return system_call(_SECCOMP[os.uname().machine], _SET_MODE_FILTER, flags, header)


def _private_sockets() -> list[bytes]:
    """Local and internet sockets, and reading about interfaces; none that sees what is not addressed to it.

    A Unix socket for datagrams names its target with each message, in memory that nobody can check.
    """
    internet = [
        *_of_type((_STREAM, _DATAGRAM)),
        _step(_LOAD, _THIRD_ARGUMENT),
        *_given((_DEFAULT, _TCP, _UDP, _MULTIPATH_TCP), _ALLOW),
        _refuse(),
    ]
    return [
        _step(_LOAD, _FIRST_ARGUMENT),
        *_when(_AF_UNIX, _no_datagrams()),
        *_when(_AF_INET, internet),
        *_when(_AF_INET6, internet),
        *_when(_AF_NETLINK, [_step(_LOAD, _THIRD_ARGUMENT), *_given((_NETLINK_ROUTE,), _ALLOW), _refuse()]),
        _refuse(),
    ]


def _private_pairs() -> list[bytes]:
    local = [
        _step(_LOAD, _SECOND_ARGUMENT),
        _step(_AND, _TYPE),
        *_given((_STREAM, _SEQUENCED), _ALLOW),
        *_given((_DATAGRAM,), _ASK),
        _refuse(),
    ]
    return [_step(_LOAD, _FIRST_ARGUMENT), *_when(_AF_UNIX, local), _refuse()]


def _no_datagrams() -> list[bytes]:
    return [*_of_type((_STREAM, _SEQUENCED)), _step(_RETURN, _ALLOW)]


def _of_type(types: tuple[int, int]) -> list[bytes]:
    """Refuse sockets of other types."""
    first, second = types
    return [
        _step(_LOAD, _SECOND_ARGUMENT),
        _step(_AND, _TYPE),
        _step(_EQUAL, first, 2, 0),
        _step(_EQUAL, second, 1, 0),
        _refuse(),
    ]


def _no_new_network() -> list[bytes]:
    """In a network below a user namespace of its own a command would have all rights, and reach much of the kernel."""
    return [
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_HAS_BIT, _NEW_NETWORK, 0, 1),
        _refuse(),
        _step(_RETURN, _ALLOW),
    ]


def _without_address() -> list[bytes]:
    return [
        _step(_LOAD, _FIFTH_ARGUMENT),
        _step(_EQUAL, 0, 0, 3),
        _step(_LOAD, _FIFTH_ARGUMENT + 4),
        *_given((0,), _ALLOW),
        _refuse(),
    ]


def _only_own(call: int) -> list[bytes]:
    """The process is the first argument, 0 for the caller's own."""
    return _when(call, [_step(_LOAD, _FIRST_ARGUMENT), *_given((0,), _ALLOW), _refuse()])


def _only_own_priority(call: int, all_of_a_user: int) -> list[bytes]:
    """A process or a group, 0 for the caller's own, and never all processes of a user."""
    own = [_step(_LOAD, _FIRST_ARGUMENT), *_given((all_of_a_user,), _REFUSE)]
    return _when(call, [*own, _step(_LOAD, _SECOND_ARGUMENT), *_given((0,), _ALLOW), _refuse()])


def _no_requests(ioctl: int, requests: tuple[int, ...]) -> list[bytes]:
    checks = [_step(_LOAD, _SECOND_ARGUMENT), *_given(requests, _REFUSE), _step(_RETURN, _ALLOW)]
    return _when(ioctl, checks)


def _when(value: int, then: list[bytes]) -> list[bytes]:
    """Steps that are taken only for `value`, and end with a decision."""
    return [_step(_EQUAL, value, 0, len(then)), *then]


def _given(values: tuple[int, ...], action: int) -> list[bytes]:
    return [step for value in values for step in (_step(_EQUAL, value, 0, 1), _step(_RETURN, action))]


def _refuse() -> bytes:
    return _step(_RETURN, _REFUSE)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
