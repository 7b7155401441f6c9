"""Items of commands on terminals: their process ids, what they printed in all, and their ends.

A thread's older events tell of such a command what the model looked at. Here is what
really happened, from the asides that tell it (`docs/app-server-v2.md`, "Items").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from octavo.commands.quoting import command_line
from octavo.frontends.app_server.v2.shown_work import MOST_OUTPUT, milliseconds, shown_actions
from octavo.frontends.app_server.v2.types.command_items import CommandExecutionItem
from octavo.frontends.app_server.v2.types.items import Item
from octavo.protocol.asides import TerminalEnd, TerminalStart

if TYPE_CHECKING:
    from octavo.process.run import KeptOutput


class TerminalItems:
    """The commands on terminals of the turn that runs, by the calls that started them."""

    def __init__(self) -> None:
        self._started: dict[str, TerminalStart] = {}
        self._printed: dict[str, KeptOutput] = {}
        self._left: set[str] = set()

    def start(self, msg: TerminalStart) -> None:
        """The command begins; its item comes next."""
        from octavo.process.run import KeptOutput  # loaded by whoever starts commands

        self._left.discard(msg.call_id)
        self._started[msg.call_id] = msg
        self._printed[msg.call_id] = KeptOutput(MOST_OUTPUT)

    def knows(self, call_id: str) -> bool:
        """Whether this call started a command on a terminal, in this turn."""
        return call_id in self._started

    def printed(self, call_id: str, chunk: bytes) -> None:
        """It printed this."""
        self._printed[call_id].add(chunk)

    def shown(self, item: CommandExecutionItem) -> CommandExecutionItem:
        """The item as clients see it; any other command's stays as it is."""
        if (start := self._started.get(item.id)) is None:
            return item
        return msgspec.structs.replace(
            item,
            command=command_line(start.command),
            command_actions=shown_actions(start.parsed),
            process_id=start.process_id,
            source="unifiedExecStartup",
            aggregated_output=None if item.aggregated_output is None else self._output(item.id),
        )

    def ended(self, item: CommandExecutionItem, end: TerminalEnd, *, declined: bool) -> CommandExecutionItem:
        """The item at its command's end."""
        if end.exit_code is None:
            return msgspec.structs.replace(item, status="declined" if declined else "failed")
        return msgspec.structs.replace(
            item,
            status="completed" if end.exit_code == 0 else "failed",
            exit_code=end.exit_code,
            duration_ms=milliseconds(end.duration),
            aggregated_output=self._output(item.id),
        )

    def left(self, item: Item) -> Item:
        """The item at the end of its turn, while its command goes on: with what that printed so far."""
        if not isinstance(item, CommandExecutionItem) or item.id not in self._started or item.status == "declined":
            return item
        self._left.add(item.id)
        return msgspec.structs.replace(item, aggregated_output=self._output(item.id))

    def is_left(self, call_id: str) -> bool:
        """Whether the call's command went on when its turn ended, so that its end is nobody's."""
        return call_id in self._left

    def turn_ended(self) -> None:
        """What the commands of this turn print from now on belongs to no item."""
        self._started.clear()
        self._printed.clear()

    def _output(self, call_id: str) -> str:
        return self._printed[call_id].joined().decode("utf-8", "replace")
