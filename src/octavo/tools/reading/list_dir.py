"""`list_dir`: what a folder holds, a few levels deep (`docs/tool-output.md`)."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable

import msgspec

from octavo.config.home import os_error_text
from octavo.model.prompt import FunctionTool
from octavo.tools.arguments import argument_text, decode_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.errors import RespondToModel
from octavo.tools.reading.call import Natural, cut, refuse_zero
from octavo.tools.schema import Schema, number, record, string
from octavo.tools.unreadable import refuse_unreadable, turn_denied_reads

NAME = "list_dir"
DESCRIPTION = "Lists a folder and the folders in it, with a mark for each kind of entry: / folder, @ link, ? other."
MAX_NAME_BYTES = 500


class Arguments(msgspec.Struct, frozen=True):
    """Which folder, how deep, and which of its entries, counted from 1."""

    dir_path: str
    offset: Natural = 1
    limit: Natural = 25
    depth: Natural = 2


class Entry(msgspec.Struct, frozen=True):
    """Something in a folder: its path below the listed one, with `/` between the parts."""

    path: bytes
    name: str
    depth: int
    mark: str


def parameters() -> Schema:
    """The JSON Schema of the arguments."""
    properties = {
        "depth": number("How many levels to list; 2 by default."),
        "dir_path": string("The absolute path of the folder."),
        "limit": number("At most this many entries; 25 by default."),
        "offset": number("The first entry to show, counted from 1, which is the default."),
    }
    return record(properties, ["dir_path"])


def run(arguments: str | bytes, cwd: str, is_closed: Callable[[str], bool] = lambda folder: False) -> str:
    """The folder's path, then one entry a line. The path is absolute, so `cwd` plays no part.

    Folders inside of it that are `is_closed` are not looked into.
    Raises `RespondToModel` for bad arguments and for a folder that cannot be read.
    """
    wanted = decode_arguments(arguments, Arguments)
    if wanted.offset == 0:
        raise RespondToModel("offset must be a 1-indexed entry number")
    refuse_zero(limit=wanted.limit, depth=wanted.depth)
    if not wanted.dir_path.startswith("/"):
        raise RespondToModel("dir_path must be an absolute path")
    entries = _entries(wanted.dir_path, wanted.depth, is_closed)
    start = wanted.offset - 1
    if entries and start >= len(entries):
        raise RespondToModel("offset exceeds directory entry count")
    shown = sorted(entries[start : start + wanted.limit], key=_path)
    lines = [f"Absolute path: {wanted.dir_path}", *map(_line, shown)]
    if start + len(shown) < len(entries):
        lines.append(f"More than {len(shown)} entries found")
    return "\n".join(lines)


def _entries(root: str, depth: int, is_closed: Callable[[str], bool]) -> list[Entry]:
    """All entries down to `depth` levels, a folder's own before those of the folders in it."""
    found: list[Entry] = []
    waiting = deque([(root, b"", depth)])
    while waiting:
        folder, prefix, levels = waiting.popleft()
        for entry, path in _read(folder, prefix, depth - levels):
            found.append(entry)
            if entry.mark == "/" and levels > 1 and not is_closed(path):
                waiting.append((path, entry.path + b"/", levels - 1))
    return found


def _read(folder: str, prefix: bytes, depth: int) -> list[tuple[Entry, str]]:
    """The entries of one folder in the order of their paths, each with the path to open it by."""
    try:
        if "\0" in folder:
            raise OSError("file name contained an unexpected NUL byte")
        with os.scandir(folder) as listing:
            items = list(listing)
    except OSError as error:
        raise RespondToModel(f"failed to read directory: {os_error_text(error)}") from None
    entries = []
    for item in items:
        name = cut(os.fsencode(item.name).decode(errors="replace"), MAX_NAME_BYTES)
        entries.append((Entry(prefix + name.encode(), name, depth, _mark(item)), item.path))
    return sorted(entries, key=lambda pair: pair[0].path)


def _mark(item: os.DirEntry[str]) -> str:
    try:
        mode = item.stat(follow_symlinks=False).st_mode
    except OSError as error:
        raise RespondToModel(f"failed to inspect entry: {os_error_text(error)}") from None
    marks = {stat.S_IFDIR: "/", stat.S_IFLNK: "@", stat.S_IFREG: ""}
    return marks.get(stat.S_IFMT(mode), "?")


def _path(entry: Entry) -> bytes:
    return entry.path


def _line(entry: Entry) -> str:
    return f"{'  ' * entry.depth}{entry.name}{entry.mark}"


async def _answer(invocation: Invocation) -> ToolResult:
    turn, arguments = invocation.turn, argument_text(invocation)
    refuse_unreadable(turn, decode_arguments(arguments, Arguments).dir_path)
    denied = turn_denied_reads(turn)
    return ToolResult(run(arguments, turn.settings.cwd, lambda folder: denied.rule_for(folder) is not None))


TOOL = Tool(NAME, _answer, FunctionTool(NAME, DESCRIPTION, strict=False, parameters=parameters()), parallel=True)
