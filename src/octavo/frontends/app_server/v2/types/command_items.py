"""Commands of the agent."""

from __future__ import annotations

from typing import Literal, Self

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.items import CallStatus, Item
from octavo.frontends.app_server.v2.types.values import Variant


class ReadAction(Variant, frozen=True, kw_only=True, tag="read"):
    """The command reads a file."""

    command: str
    name: str
    path: str


class ListFilesAction(Variant, frozen=True, kw_only=True, tag="listFiles"):
    """The command lists files."""

    command: str
    path: str | None = None


class SearchAction(Variant, frozen=True, kw_only=True, tag="search"):
    """The command searches in files."""

    command: str
    query: str | None = None
    path: str | None = None


class UnknownAction(Variant, frozen=True, kw_only=True, tag="unknown"):
    """The command does something else."""

    command: str


CommandAction = ReadAction | ListFilesAction | SearchAction | UnknownAction


class CommandExecutionItem(Item, frozen=True, kw_only=True, tag="commandExecution"):
    """A command. What is only known at its end is null before."""

    command: str
    cwd: str
    status: CallStatus
    command_actions: tuple[CommandAction, ...] = ()
    source: Literal["agent", "userShell", "unifiedExecStartup", "unifiedExecInteraction"] = "agent"
    process_id: str | None = None
    aggregated_output: str | None = None
    exit_code: int | None = None
    duration_ms: int | None = None

    def begun(self) -> Self:
        """It runs, and has not printed anything."""
        return msgspec.structs.replace(
            self, status="inProgress", aggregated_output=None, exit_code=None, duration_ms=None
        )

    def ended(self, *, declined: bool) -> Self:
        """It may go on by itself, on a terminal."""
        return msgspec.structs.replace(self, status="declined" if declined else "completed")


class TerminalInteraction(Camel, frozen=True):
    """The model types into a command that goes on, or only looks at it."""

    thread_id: str
    turn_id: str
    item_id: str
    process_id: str
    stdin: str
