"""Calls that run: what is live, what is finished, what is broken off.

A call is printed once, when it has ended. Commands that only look join in a group, which stays open until something
else is printed. Ends that nothing belongs to are dropped.

See `docs/terminal-cells.md`, "How the conversation is shown".
"""

from __future__ import annotations

from octavo.frontends.terminal.cells.cell import Cell
from octavo.frontends.terminal.cells.command import CommandCell, Ended, script_of
from octavo.frontends.terminal.cells.exploring import ExploringCell, Look, is_look
from octavo.frontends.terminal.cells.output import MOST_LINES, MOST_LINES_OF_USER, limited
from octavo.frontends.terminal.cells.tools import McpCell
from octavo.frontends.terminal.chat.partial import PartialOutput
from octavo.protocol import events


class _Command:
    def __init__(self, call_id: str, script: str, most_lines: int) -> None:
        self.call_id = call_id
        self.script = script
        self.most_lines = most_lines


class _Group:
    """Commands that only look; closed once something else came."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.is_open = True

    @property
    def is_running(self) -> bool:
        return any(look.ended is None for look in self.looks)


class _McpCall:
    def __init__(self, call_id: str, invocation: events.McpInvocation) -> None:
        self.call_id = call_id
        self.invocation = invocation


class Running:
    """The calls of a turn that are not printed yet, in the order in which they began."""

    def __init__(self) -> None:
        self._calls: list[_Command | _Group | _McpCall] = []
        self._said: dict[str, PartialOutput] = {}

    def live(self) -> Cell | None:
        """The newest of them as it stands."""
        if not self._calls:
            return None
        match self._calls[-1]:
            case _Command() as command:
                return CommandCell(command.script)
            case _Group() as group:
                return ExploringCell(tuple(group.looks))
            case _McpCall() as call:
                return McpCell(call.invocation)

    def command_began(self, msg: events.ExecCommandBegin) -> list[Cell]:
        """A command is live; the cells that are finished by this."""
        script = script_of(msg.command)
        self._forget_command(msg.call_id)
        if is_look(msg.parsed_cmd) and not msg.is_user_shell_command:
            last = self._calls[-1] if self._calls else None
            finished: list[Cell] = []
            if not (isinstance(last, _Group) and last.is_open):
                finished = self.close_group()
                last = _Group()
                self._calls.append(last)
            last.looks.append(Look(msg.call_id, script, msg.parsed_cmd))
            return finished
        finished = self.close_group()
        most_lines = MOST_LINES_OF_USER if msg.is_user_shell_command else MOST_LINES
        self._calls.append(_Command(msg.call_id, script, most_lines))
        return finished

    def command_said(self, msg: events.ExecCommandOutputDelta) -> None:
        """More output; it is only shown if the command is broken off."""
        self._said.setdefault(msg.call_id, PartialOutput()).add(msg.chunk)

    def command_ended(self, msg: events.ExecCommandEnd) -> list[Cell]:
        """A command is over; the cells that are finished by this."""
        self._said.pop(msg.call_id, None)
        for call in self._calls:
            if isinstance(call, _Command) and call.call_id == msg.call_id:
                self._calls.remove(call)
                return [*self.close_group(), CommandCell(call.script, _ended(msg, call.most_lines))]
            if isinstance(call, _Group):
                for place, look in enumerate(call.looks):
                    if look.call_id == msg.call_id and look.ended is None:
                        call.looks[place] = look._replace(ended=_ended(msg, MOST_LINES))
                        return [] if call.is_open else self._finished_groups()
        return []

    def mcp_began(self, msg: events.McpToolCallBegin) -> list[Cell]:
        """An MCP call is live; the cells that are finished by this."""
        same = [call for call in self._calls if isinstance(call, _McpCall) and call.call_id == msg.call_id]
        self._calls = [call for call in self._calls if call not in same]
        finished = self.close_group()
        self._calls.append(_McpCall(msg.call_id, msg.invocation))
        return finished

    def mcp_ended(self, msg: events.McpToolCallEnd) -> list[Cell]:
        """An MCP call is over; the cells that are finished by this."""
        for call in self._calls:
            if isinstance(call, _McpCall) and call.call_id == msg.call_id:
                self._calls.remove(call)
                return [*self.close_group(), McpCell(msg.invocation, msg.result)]
        return []

    def close_group(self) -> list[Cell]:
        """Something else is printed: the open group takes no more, and is finished unless a part of it runs."""
        for call in self._calls:
            if isinstance(call, _Group):
                call.is_open = False
        return self._finished_groups()

    def break_off(self) -> list[Cell]:
        """The turn has ended without them: all that is left, as failed; groups that are whole as they are."""
        calls, self._calls = self._calls, []
        said, self._said = self._said, {}
        return [_broken_off(call, said) for call in calls]

    def _finished_groups(self) -> list[Cell]:
        finished = [
            call for call in self._calls if isinstance(call, _Group) and not call.is_open and not call.is_running
        ]
        for group in finished:
            self._calls.remove(group)
        return [ExploringCell(tuple(group.looks)) for group in finished]

    def _forget_command(self, call_id: str) -> None:
        """A command that begins again, as after a refusal by the sandbox, is one command."""
        for call in list(self._calls):
            if isinstance(call, _Group):
                call.looks = [look for look in call.looks if look.call_id != call_id or look.ended is not None]
                if not call.looks:
                    self._calls.remove(call)
            elif isinstance(call, _Command) and call.call_id == call_id:
                self._calls.remove(call)


def _ended(msg: events.ExecCommandEnd, most_lines: int) -> Ended:
    return Ended(msg.exit_code, limited(msg.aggregated_output, most_lines), msg.formatted_output, msg.duration)


def _broken_off(call: _Command | _Group | _McpCall, said: dict[str, PartialOutput]) -> Cell:
    match call:
        case _Command():
            return CommandCell(call.script, _not_ended(said.get(call.call_id), call.most_lines))
        case _McpCall():
            return McpCell(call.invocation, events.McpOutcome(err="interrupted"))
        case _Group():
            looks = tuple(
                look if look.ended else look._replace(ended=_not_ended(said.get(look.call_id), MOST_LINES))
                for look in call.looks
            )
            return ExploringCell(looks, failed=call.is_running)


def _not_ended(said: PartialOutput | None, most_lines: int) -> Ended:
    said = said or PartialOutput()
    return Ended(1, said.output(most_lines), said.text, None)
