"""The broker of one command, as its watcher sees it: started when the command first asks (`docs/sandbox.md`)."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import os
import select

from octavo.process.launcher.descendants import children_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from octavo.sandbox.linux.broker import Handed
    from octavo.sandbox.linux.private_network import Network


class Connections:
    """Waits for the listener of a command's filter on `orders`, then for the first question, then for nothing."""

    def __init__(self, orders: _socket.socket, poll: select.poll) -> None:
        self._orders = orders
        self._poll = poll
        self._waited_for = orders.fileno()
        self._handed: Handed | None = None
        self._broker, self._end = 0, -1  # its id, and a descriptor by which nobody else is ended
        poll.register(orders, select.POLLIN)

    def notice(self, ready: Mapping[int, int]) -> None:
        """Take what is ready, by descriptor and event, if it is for us."""
        if self._waited_for not in ready:
            return
        happened = ready[self._waited_for]
        self._poll.unregister(self._waited_for)
        self._waited_for = -1
        if self._handed is None:
            self._take_over()
        elif happened & select.POLLIN:  # else it is only the end of the command
            self._start_broker(self._handed)

    def left_alone(self) -> bool:
        """Whether no child of this process is left but the broker."""
        return self._broker != 0 and children_of(os.getpid()) == [self._broker]

    def end_broker(self) -> None:
        """End the broker, if there is one."""
        if self._end < 0:
            return
        try:
            _signal.pidfd_send_signal(self._end, _signal.SIGKILL)
            os.waitpid(self._broker, 0)
        except OSError:
            pass  # it has ended by itself, and somebody else has collected it
        os.close(self._end)
        self._broker, self._end = 0, -1

    def close(self, *, is_left: bool) -> Network | None:
        """Let go of what was taken over, which ends the command's mounts; returns its network for the next command.

        `is_left`: nobody can be in the network any more.
        """
        if self._handed is None:
            return None
        self._handed.close()
        if is_left:
            return self._handed.place
        self._handed.place.close()
        return None

    def _take_over(self) -> None:
        from octavo.sandbox.linux.broker import taken_over

        self._handed = taken_over(self._orders)
        if self._handed is not None:
            self._waited_for = self._handed.listener
            self._poll.register(self._waited_for, select.POLLIN)

    def _start_broker(self, handed: Handed) -> None:
        from octavo.sandbox.linux.broker import serve_and_end

        own_id = os.getpid()
        try:
            broker = os.fork()
            if broker == 0:
                serve_and_end(handed, parent=own_id)
            self._broker, self._end = broker, os.pidfd_open(broker)
        except OSError:
            pass  # the command has used up all processes; what it asks fails then, and its end is still watched
        finally:
            os.close(handed.listener)  # so that nobody waits for an answer once the broker is gone
            handed.listener = -1
