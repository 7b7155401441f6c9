"""Calls that run: what is live, what is finished, what is broken off.

What a call is and how it ended tells the one view of items (`docs/items.md`); here is where it stands on the screen. A
call is printed once, when it has ended. Commands that only look join in a group, which stays open until something else
is printed. Ends that nothing belongs to are dropped.

See `docs/terminal-cells.md`, "How the conversation is shown".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from octavo.frontends.terminal.cells.cell import Cell
from octavo.frontends.terminal.cells.command import CommandCell, Ended, script_of
from octavo.frontends.terminal.cells.exploring import ExploringCell, Look, is_look
from octavo.frontends.terminal.cells.output import MOST_LINES, MOST_LINES_OF_USER, kept_output, limited
from octavo.frontends.terminal.cells.tools import McpCell, ToolPicture, has_picture
from octavo.frontends.terminal.chat.partial import PartialOutput
from octavo.protocol import events
from octavo.protocol import view_items as view
from octavo.protocol.item_view import ItemView

CALL_EVENTS = (events.ExecCommandBegin, events.ExecCommandEnd, events.McpToolCallBegin, events.McpToolCallEnd)
"""What `Running.feed` wants to know of."""


_STOPPED = -1
"""How a command beside the turn ends that was stopped; it says nothing then."""


class _Command(NamedTuple):
    script: str
    item: view.CommandExecution


class _Group:
    """Commands that only look; closed once something else came."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.is_open = True

    @property
    def is_running(self) -> bool:
        return any(look.ended is None for look in self.looks)


class Running:
    """The calls of a turn that are not printed yet, in the order in which they began."""

    def __init__(self) -> None:
        self._items = ItemView()
        self._calls: list[_Command | view.McpToolCall | _Group] = []
        self._said: dict[str, PartialOutput] = {}

    def live(self) -> Cell | None:
        """The newest of them as it stands."""
        if not self._calls:
            return None
        match self._calls[-1]:
            case _Command(script):
                return CommandCell(script)
            case _Group() as group:
                return ExploringCell(tuple(group.looks))
            case view.McpToolCall() as call:
                return McpCell(call.invocation)

    def feed(self, event: events.Event) -> list[Cell]:
        """A call began or ended; the cells that are finished by this."""
        finished: list[Cell] = []
        for change in self._items.feed(event):
            stage, item = change.stage, change.item
            match item:
                case view.CommandExecution():
                    finished += self._command_began(item) if stage == "started" else self._command_ended(item)
                case view.McpToolCall():
                    finished += self._mcp_began(item) if stage == "started" else self._mcp_ended(item)
                case _:
                    pass
        return finished

    def command_said(self, msg: events.ExecCommandOutputDelta) -> None:
        """More output; it is only shown if the command is broken off."""
        self._said.setdefault(msg.call_id, PartialOutput()).add(msg.chunk)

    def close_group(self) -> list[Cell]:
        """Something else is printed: the open group takes no more, and is finished unless a part of it runs."""
        for call in self._calls:
            if isinstance(call, _Group):
                call.is_open = False
        return self._finished_groups()

    def break_off(self, beside: Iterable[str] = ()) -> list[Cell]:
        """The turn has ended without them: all that is left, as failed; groups that are whole as they are.

        Commands with the ids of `beside` are none of the turn's and go on.
        """
        kept = {*beside}
        others = [call for call in self._calls if not (isinstance(call, _Command) and call.item.id in kept)]
        cells = [_broken_off(call, self._said) for call in others]
        self._calls = [call for call in self._calls if call not in others]
        self._said = {call_id: said for call_id, said in self._said.items() if call_id in kept}
        self._items = ItemView()
        return cells

    def _command_began(self, item: view.CommandExecution) -> list[Cell]:
        self._forget_command(item.id)
        if not is_look(item.parsed) or item.is_user_shell_command:
            finished = self.close_group()
            self._calls.append(_Command(_script(item), item))
            return finished
        last = self._calls[-1] if self._calls else None
        finished = []
        if not (isinstance(last, _Group) and last.is_open):
            finished = self.close_group()
            last = _Group()
            self._calls.append(last)
        last.looks.append(Look(item.id, _script(item), item.parsed))
        return finished

    def _command_ended(self, item: view.CommandExecution) -> list[Cell]:
        said = self._said.pop(item.id, None)
        for call in self._calls:
            if isinstance(call, _Command) and call.item.id == item.id:
                self._calls.remove(call)
                most_lines = _most_lines(call.item)
                stopped = item.exit_code == _STOPPED and not item.output
                ended = _not_ended(said, most_lines) if stopped else _ended(item, most_lines)
                return [*self.close_group(), CommandCell(call.script, ended)]
            if isinstance(call, _Group):
                for place, look in enumerate(call.looks):
                    if look.call_id == item.id and look.ended is None:
                        call.looks[place] = look._replace(ended=_ended(item, MOST_LINES))
                        return [] if call.is_open else self._finished_groups()
        return []

    def _mcp_began(self, item: view.McpToolCall) -> list[Cell]:
        self._forget_mcp(item.id)
        finished = self.close_group()
        self._calls.append(item)
        return finished

    def _mcp_ended(self, item: view.McpToolCall) -> list[Cell]:
        if not self._forget_mcp(item.id):
            return []
        picture = [ToolPicture()] if item.outcome is not None and has_picture(item.outcome) else []
        return [*self.close_group(), McpCell(item.invocation, item.outcome), *picture]

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
            elif isinstance(call, _Command) and call.item.id == call_id:
                self._calls.remove(call)

    def _forget_mcp(self, call_id: str) -> bool:
        """Whether there was one that ran."""
        kept = [call for call in self._calls if not (isinstance(call, view.McpToolCall) and call.id == call_id)]
        had = len(kept) < len(self._calls)
        self._calls = kept
        return had


def _script(item: view.CommandExecution) -> str:
    return script_of((item.command,) if isinstance(item.command, str) else item.command)


def _most_lines(item: view.CommandExecution) -> int:
    return MOST_LINES_OF_USER if item.is_user_shell_command else MOST_LINES


def _ended(item: view.CommandExecution, most_lines: int) -> Ended:
    shown, kept = limited(item.output, most_lines), kept_output(item.output, item.told)
    return Ended(item.exit_code or 0, shown, kept, item.duration)


def _broken_off(call: _Command | view.McpToolCall | _Group, said: dict[str, PartialOutput]) -> Cell:
    match call:
        case _Command(script, item):
            return CommandCell(script, _not_ended(said.get(item.id), _most_lines(item)))
        case view.McpToolCall():
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
