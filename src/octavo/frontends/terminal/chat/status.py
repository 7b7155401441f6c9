"""What the status row says while a turn runs (`docs/terminal-cells.md`, "The status row")."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from octavo.frontends.terminal.cells.agent import thought_heading
from octavo.frontends.terminal.composer.status import Status
from octavo.frontends.terminal.text.clean import one_line
from octavo.protocol import events

WORKING = "Working"
RUNNING = "Running your command"
STOP_COMMAND = "esc to stop your command"

GOES_ON = (
    events.AgentMessage,
    events.AgentMessageDelta,
    events.AgentReasoning,
    events.AgentReasoningDelta,
    events.AgentReasoningRawContentDelta,
    events.AgentReasoningSectionBreak,
    events.ExecCommandBegin,
    events.McpToolCallBegin,
    events.PatchApplyBegin,
)
"""Signs that a model that was asked again answers."""

_LONGEST_SEARCH = 4096
"""Characters of a section in which its heading is looked for."""


class TurnClock:
    """The header and the time of a running turn, which `began` then; it stands still while the user is asked."""

    def __init__(self, now: float, header: str = WORKING, *, can_interrupt: bool = True) -> None:
        self.began = self._started = now
        self._paused: float | None = None
        self._header = header
        self._retry: str | None = None
        self._thinking = ""
        self._is_headed = False
        self._can_interrupt = can_interrupt

    def status(self, now: float) -> Status:
        """As it stands."""
        seconds = int(max((self._paused if self._paused is not None else now) - self._started, 0))
        return Status(self._retry or self._header, seconds, self._can_interrupt)

    def pause(self, now: float) -> None:
        """The user is asked something."""
        if self._paused is None:
            self._paused = now

    def resume(self, now: float) -> None:
        """The answer is there."""
        if self._paused is not None:
            self._started += now - self._paused
            self._paused = None

    def thought(self, delta: str) -> None:
        """The next piece of reasoning; its first bold run becomes the header."""
        if self._is_headed or len(self._thinking) > _LONGEST_SEARCH:
            return
        self._thinking += delta
        if heading := thought_heading(self._thinking):
            self._header = one_line(heading) or self._header
            self._is_headed = True

    def new_section(self) -> None:
        """Another section of reasoning begins."""
        self._thinking, self._is_headed = "", False

    def retrying(self, text: str) -> None:
        """The model is asked again."""
        self._retry = one_line(text)

    def goes_on(self) -> None:
        """The model answers."""
        self._retry = None


def shown_status(
    turn: TurnClock | None, command_since: float | None, starting: Sequence[str], now: float
) -> Status | None:
    """The status row for the turn and the newest of the user's commands beside it, which began then; None for neither.

    A turn that has nothing to tell yet tells which MCP servers are `starting`: it waits for them. What Esc would stop
    first is named with it: what began last.
    """
    if turn is None:
        return None if command_since is None else Status(RUNNING, int(now - command_since), hint=STOP_COMMAND)
    status = turn.status(now)
    if starting and status.header == WORKING:
        status = replace(status, header=_start_of(starting))
    if command_since is None:
        return status
    return status if turn.began > command_since else replace(status, interruptible=True, hint=STOP_COMMAND)


def _start_of(servers: Sequence[str]) -> str:
    first, *others = servers
    return f"Starting {len(servers)} MCP servers" if others else f"Starting MCP server {one_line(first)}"
