"""`read_file`: numbered lines of a file, a slice or the block around a line (`docs/tool-output.md`)."""

from __future__ import annotations

import asyncio
import errno
import functools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, Literal

import msgspec

from octavo.config.home import os_error_text
from octavo.files.plain_file import open_regular, place_of
from octavo.model.prompt import FunctionTool
from octavo.tools.arguments import argument_text, decode_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.errors import RespondToModel
from octavo.tools.reading.call import Natural, cut, refuse_zero
from octavo.tools.reading.indentation import block_around
from octavo.tools.schema import Schema, boolean, number, record, string
from octavo.tools.unreadable import refuse_unreadable

NAME = "read_file"
DESCRIPTION = (
    "Shows a text file with line numbers: a range of lines, or, in indentation mode, the block of code that a line "
    "stands in."
)
MAX_LINE_BYTES = 500
MAX_SKIPPED_MIB = 256
"""Of one line, on the way to the next. More is no line that somebody wrote, but a hole in the file."""
_PIECE = 4096  # of a line; what follows is not kept, so that a file of one line costs no more than others
_SKIPPED_PIECE = 64 * 1024


class Indentation(msgspec.Struct, frozen=True):
    """How much of the block around a line is wanted; see `parameters`."""

    anchor_line: Natural | None = None
    max_levels: Natural = 0
    include_siblings: bool = False
    include_header: bool = True
    max_lines: Natural | None = None


class Arguments(msgspec.Struct, frozen=True):
    """Which file and which lines; lines are counted from 1."""

    file_path: str
    offset: Natural = 1
    limit: Natural = 2000
    mode: Literal["slice", "indentation"] = "slice"
    indentation: Indentation | None = None


def parameters() -> Schema:
    """The JSON Schema of the arguments."""
    block = {
        "anchor_line": number("The line whose block is wanted; the offset by default."),
        "include_header": boolean("Also the comments right above the block; true by default."),
        "include_siblings": boolean("Also the other blocks with the same indentation; false by default."),
        "max_levels": number("How many levels of enclosing blocks to add; 0, the default, means all."),
        "max_lines": number("At most this many lines; the limit by default."),
    }
    properties = {
        "file_path": string("The absolute path of the file."),
        "indentation": record(block),
        "limit": number("At most this many lines; 2000 by default."),
        "mode": string('"slice" (the default) for a range of lines, "indentation" for the block around a line.'),
        "offset": number("The first line to show, counted from 1, which is the default."),
    }
    return record(properties, ["file_path"])


def run(
    arguments: str | bytes,
    cwd: str,
    is_over: Callable[[], bool] = lambda: False,
    refuse: Callable[[str], None] = lambda place: None,
) -> str:
    """The lines as `L{number}: {text}`, joined by line feeds. The path is absolute, so `cwd` plays no part.

    The file is read as far as the wanted lines need it, and no further once `is_over` says that nobody waits for them.
    `refuse` is asked about the place of what was opened, and raises if it may not be read.

    Raises `RespondToModel` for bad arguments and for what cannot be read.
    """
    wanted = decode_arguments(arguments, Arguments)
    if wanted.offset == 0:
        raise RespondToModel("offset must be a 1-indexed line number")
    refuse_zero(limit=wanted.limit)
    if not wanted.file_path.startswith("/"):
        raise RespondToModel("file_path must be an absolute path")
    block = _resolved(wanted) if wanted.mode == "indentation" else None
    try:
        with _open(wanted.file_path) as file:
            refuse(place_of(file))
            every = _lines(file, is_over)
            lines = _slice(every, wanted) if block is None else _block(every, block)
    except OSError as error:
        raise RespondToModel(f"failed to read file: {os_error_text(error)}") from None
    return "\n".join(f"L{number}: {text}" for number, text in lines)


def _open(path: str) -> BinaryIO:
    """Open a regular file that the model may see."""
    if "\0" in path:
        raise OSError("file name contained an unexpected NUL byte")
    file = open_regular(path)
    if _shows_secrets(file):
        file.close()
        raise OSError(errno.EACCES, "")
    return file


def _shows_secrets(file: BinaryIO) -> bool:
    """Whether it is about our own process, or the environment of any: we may read there what commands may not."""
    parts = place_of(file).split("/")
    return parts[1:2] == ["proc"] and (parts[2:3] == [str(os.getpid())] or parts[-1] == "environ")


def _slice(every: Iterator[bytes], wanted: Arguments) -> list[tuple[int, str]]:
    start = wanted.offset - 1
    lines = islice(every, start, min(start + wanted.limit, sys.maxsize))
    found = list(enumerate(map(_shown, lines), start=wanted.offset))
    if not found:
        raise RespondToModel("offset exceeds file length")
    return found


def _resolved(wanted: Arguments) -> Indentation:
    """The options of indentation mode with anchor and limit filled in."""
    block = wanted.indentation or Indentation()
    anchor = wanted.offset if block.anchor_line is None else block.anchor_line
    max_lines = wanted.limit if block.max_lines is None else block.max_lines
    if anchor == 0:
        raise RespondToModel("anchor_line must be a 1-indexed line number")
    refuse_zero(max_lines=max_lines)
    return msgspec.structs.replace(block, anchor_line=anchor, max_lines=min(max_lines, wanted.limit))


def _block(every: Iterator[bytes], block: Indentation) -> list[tuple[int, str]]:
    anchor, cap = block.anchor_line or 1, block.max_lines or 1
    # A block of `cap` lines around the anchor cannot reach further down.
    lines = [_shown(line) for line in islice(every, min(anchor + cap, sys.maxsize))]
    if anchor > len(lines):
        raise RespondToModel("anchor_line exceeds file length")
    first, last = block_around(
        lines,
        anchor - 1,
        cap=cap,
        max_levels=block.max_levels,
        include_siblings=block.include_siblings,
        include_header=block.include_header,
    )
    return [(index + 1, lines[index]) for index in range(first, last)]


def _lines(file: BinaryIO, is_over: Callable[[], bool]) -> Iterator[bytes]:
    """The lines without their ends, of long ones the beginning; the rest of one is read when the next is wanted.

    Raises `OSError` where a line is too long to get past.
    """
    while (line := file.readline(_PIECE)) and not is_over():
        yield line.removesuffix(b"\n").removesuffix(b"\r") if line.endswith(b"\n") else line
        rest, skipped = line, 0
        while rest and not rest.endswith(b"\n") and not is_over():
            rest = file.readline(_SKIPPED_PIECE)
            skipped += len(rest)
            if skipped > MAX_SKIPPED_MIB << 20:
                raise OSError(f"a line is longer than {MAX_SKIPPED_MIB} MiB")


def _shown(line: bytes) -> str:
    return cut(line.decode(errors="replace"), MAX_LINE_BYTES)


async def _answer(invocation: Invocation) -> ToolResult:
    is_over, turn = threading.Event(), invocation.turn
    refuse = functools.partial(refuse_unreadable, turn)
    refuse(decode_arguments(argument_text(invocation), Arguments).file_path)
    try:
        # A thread: a huge file takes long, and nothing else can hear an interrupt meanwhile.
        lines = await asyncio.to_thread(run, argument_text(invocation), turn.settings.cwd, is_over.is_set, refuse)
    finally:
        is_over.set()
    return ToolResult(lines)


TOOL = Tool(NAME, _answer, FunctionTool(NAME, DESCRIPTION, strict=False, parameters=parameters()), parallel=True)
