"""What clients of today hear of a command on a terminal: how it is called, what it prints, and its end.

The older events tell what the model looked at, when it did; these asides tell what
happens, as it happens (`docs/app-server-v2.md`, "Items").
"""

from __future__ import annotations

from octavo.commands.parsed import parse_command
from octavo.process.terminal import Terminal
from octavo.protocol.asides import TerminalEnd, TerminalOutput, TerminalStart
from octavo.protocol.events import duration
from octavo.tools.context import Invocation

_MOST_DELTAS = 10_000
"""Pieces of output that are told; a command may print for ever, and nobody reads that."""


class TerminalTale:
    """Tells of one command, from before its beginning, as the call that starts it."""

    def __init__(self, invocation: Invocation, argv: tuple[str, ...]) -> None:
        self._invocation, self._told = invocation, 0
        self.process_id = invocation.host.next_process_id()
        does = parse_command(("bash", "-lc", argv[-1]))  # whichever shell it is, at whichever path
        invocation.emit(TerminalStart(invocation.call_id, self.process_id, argv, tuple(does)))

    def printed(self, chunk: bytes) -> None:
        """It prints."""
        if self._told < _MOST_DELTAS:
            self._told += 1
            self._invocation.emit(TerminalOutput(self._invocation.call_id, chunk))

    def runs(self, terminal: Terminal) -> None:
        """It runs here, so its end will be known."""
        terminal.when_ended(lambda: self._ended(terminal.exit_code, terminal.seconds))

    def never_ran(self) -> None:
        """It could not be started, or may not."""
        self._ended(None, 0)

    def _ended(self, exit_code: int | None, seconds: float) -> None:
        self._invocation.emit(TerminalEnd(self._invocation.call_id, exit_code, duration(seconds)))
