"""Commands of the user that run beside a turn (`docs/terminal.md`, "A command of your own")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from octavo.protocol import events


class BesideCommand(NamedTuple):
    """One of them: the submission that started it, and when it did, in monotonic seconds."""

    id: str
    since: float


class Beside:
    """Those that run, in the order in which they began."""

    def __init__(self) -> None:
        self._commands: dict[str, BesideCommand] = {}

    def takes(self, event: events.Event, turn_id: str, now: float) -> bool:
        """Whether the event is the beginning or the end of such a command, or what kept it from either."""
        match event.msg:
            case events.ExecCommandBegin(call_id, is_user_shell_command=True) if event.id != turn_id:
                self._commands.setdefault(call_id, BesideCommand(event.id, now))
                return True
            case events.ExecCommandEnd(call_id) if call_id in self._commands:
                del self._commands[call_id]
                return True
            case events.Error() if event.id in self.ids:
                self._commands = {call: one for call, one in self._commands.items() if one.id != event.id}
        return False

    @property
    def calls(self) -> Iterable[str]:
        """The ids of the calls that run them."""
        return self._commands.keys()

    @property
    def ids(self) -> set[str]:
        """The submissions that started them."""
        return {command.id for command in self._commands.values()}

    @property
    def newest(self) -> BesideCommand | None:
        """The one that began last."""
        return next(reversed(self._commands.values()), None)
