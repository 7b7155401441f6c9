"""How a command is shown to people: what it reads, lists or searches (`docs/commands.md`)."""

from __future__ import annotations

import msgspec


class ReadCommand(msgspec.Struct, frozen=True, tag="read"):
    """A command that shows the content of one file."""

    cmd: str
    name: str
    path: str


class ListFilesCommand(msgspec.Struct, frozen=True, tag="list_files"):
    """A command that lists files."""

    cmd: str
    path: str | None = None


class SearchCommand(msgspec.Struct, frozen=True, tag="search"):
    """A command that searches in files or for files."""

    cmd: str
    query: str | None = None
    path: str | None = None


class UnknownCommand(msgspec.Struct, frozen=True, tag="unknown"):
    """Any other command."""

    cmd: str


ParsedCommand = ReadCommand | ListFilesCommand | SearchCommand | UnknownCommand
