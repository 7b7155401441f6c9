"""What this machine offers to the sandbox, found out once, by trying it in processes that end again."""

from __future__ import annotations

import os
import select

from octavo.sandbox.linux import mounts, seccomp
from octavo.sandbox.linux.shared_memory import put_private_memory, shared_memory_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket

    from octavo.sandbox.linux.mounts import Namespace

_VIEW_ONLY, _BOTH = 2, 0
_PATIENCE = 2000  # milliseconds


class Kernel:
    """Its namespace for a view, whether a command can have a network of its own, and the filters it can load.

    `shared_memory` is the folder of shared memory, empty if there is none.
    """

    __slots__ = ("filters", "namespace", "private_network", "shared_memory")

    def __init__(self) -> None:
        machine = os.uname().machine
        networks: tuple[seccomp.Network, ...] = ("open", "private", "refused")
        self.filters = {
            (network, metadata): seccomp.build_filter(machine, network=network, refuse_metadata=metadata)
            for network in networks
            for metadata in (False, True)
            if machine in seccomp.MACHINES
        }
        self.shared_memory = shared_memory_folder()
        self.namespace, self.private_network = self._tried()

    def _tried(self) -> tuple[Namespace, bool]:
        kinds: tuple[Namespace, ...] = ("mount", "user")
        for kind in kinds:
            holds = self._try(kind)
            if holds in (_VIEW_ONLY, _BOTH):
                return kind, holds == _BOTH
        return "none", False

    def _try(self, kind: Namespace) -> int:
        """Make a view, and if that is possible a private network in which something is connected."""
        import _socket

        ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        child = os.fork()
        if child == 0:
            verdict = 1
            try:
                ours.close()
                if kind == "user":
                    mounts.enter_user_namespace()
                mounts.enter_mount_namespace()
                mounts.show_read_only(writable=[os.path.realpath(b"/tmp")], pinned=[], sealed=[])
                if self.shared_memory:
                    put_private_memory(self.shared_memory)
                verdict = _VIEW_ONLY
                if self.filters:
                    _connect_inside(theirs, self.filters["private", False])
                    verdict = _BOTH
            except OSError:
                pass
            finally:
                os._exit(verdict)
        theirs.close()
        _answer_once(ours)
        ours.close()
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _connect_inside(broker: _socket.socket, program: bytes) -> None:
    import _socket

    from octavo.sandbox.linux.broker import hand_over
    from octavo.sandbox.linux.private_network import enter_new_network
    from octavo.sandbox.linux.syscalls import PR_SET_NO_NEW_PRIVS, prctl

    enter_new_network()
    server = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    server.bind(("127.0.0.1", 0))
    server.listen(1)
    client = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    client.setblocking(False)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    hand_over(broker, seccomp.load_asking_filter(program))
    try:
        client.connect(server.getsockname())
    except BlockingIOError:
        return


def _answer_once(command: _socket.socket) -> None:
    from octavo.sandbox.linux.broker import Broker, taken_over

    handed = taken_over(command)
    if handed is None:
        return
    poll = select.poll()
    poll.register(handed.listener, select.POLLIN)
    if poll.poll(_PATIENCE):
        Broker(handed).answer()
    handed.close()
    handed.place.close()
