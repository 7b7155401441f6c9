"""`grep_files`: the files whose text matches a pattern, found by ripgrep (`docs/tool-output.md`)."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence

import msgspec

from octavo.config.home import os_error_text
from octavo.model.prompt import FunctionTool
from octavo.process.failures import KilledBySignalError, NulByteError, SpawnError
from octavo.process.run import CommandOutput, run_command
from octavo.search.ripgrep import HINT, RipgrepMissing, find_ripgrep, ripgrep_environment
from octavo.tools.arguments import argument_text, decode_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.errors import RespondToModel
from octavo.tools.reading.call import Natural, refuse_zero
from octavo.tools.schema import Schema, number, record, string
from octavo.tools.unreadable import refuse_unreadable, turn_denied_reads

NAME = "grep_files"
DESCRIPTION = "Names the files whose text matches a regular expression, the latest change first."
MAX_PATHS = 2000
TIMEOUT_MS = 30_000
NOTHING_FOUND = "No matches found."
_NO_MATCH = 1  # exit code of ripgrep


class Arguments(msgspec.Struct, frozen=True):
    """What to look for, and where."""

    pattern: str
    include: str | None = None
    path: str | None = None
    limit: Natural = 100


def parameters() -> Schema:
    """The JSON Schema of the arguments."""
    properties = {
        "include": string('Only files that match this glob, for example "*.py" or "*.{ts,tsx}".'),
        "limit": number("At most this many files; 100 by default, never more than 2000."),
        "path": string("The folder or file to search; the working directory by default."),
        "pattern": string("The regular expression to look for."),
    }
    return record(properties, ["pattern"])


async def run(
    arguments: str | bytes,
    cwd: str,
    environ: Mapping[str, str] | None = None,
    is_closed: Callable[[str], bool] = lambda path: False,
) -> str:
    """The paths, one a line, or `NOTHING_FOUND`; `environ` says where to look for `rg`.

    Files that are `is_closed` are never named, whatever is in them.
    Raises `RespondToModel` for bad arguments and when the search fails.
    """
    wanted = decode_arguments(arguments, Arguments)
    pattern = wanted.pattern.strip()
    if not pattern:
        raise RespondToModel("pattern must not be empty")
    refuse_zero(limit=wanted.limit)
    path = os.path.join(cwd, wanted.path) if wanted.path else cwd
    _require(path)
    include = (wanted.include or "").strip()
    output = await _search(_argv(pattern, include, path), cwd, os.environ if environ is None else environ)
    paths = [path for path in _paths(output) if not is_closed(os.path.join(cwd, path))]
    return "\n".join(paths[: min(wanted.limit, MAX_PATHS)]) or NOTHING_FOUND


def _require(path: str) -> None:
    try:
        if "\0" in path:
            raise OSError("file name contained an unexpected NUL byte")
        os.stat(path)
    except OSError as error:
        raise RespondToModel(f"unable to access `{path}`: {os_error_text(error)}") from None


def _argv(pattern: str, include: str, path: str) -> list[str]:
    options = ["--files-with-matches", "--sortr=modified", "--regexp", pattern, "--no-messages"]
    return [*options, *(("--glob", include) if include else ()), "--", path]


async def _search(argv: Sequence[str], cwd: str, environ: Mapping[str, str]) -> CommandOutput:
    """Run ripgrep to its end; its output if it found something or nothing."""
    try:
        output = await run_command(
            [find_ripgrep(environ, cwd), *argv],
            cwd=cwd,
            environ=ripgrep_environment(environ, cwd),
            sandbox=None,
            timeout_ms=TIMEOUT_MS,
            on_output=lambda stream, chunk: None,
        )
    except RipgrepMissing:
        raise RespondToModel(f"failed to launch rg: {os_error_text(OSError(errno.ENOENT, ''))}. {HINT}") from None
    except SpawnError as error:
        reason = os_error_text(OSError(error.errno, os.strerror(error.errno)))
        raise RespondToModel(f"failed to launch rg: {reason}. {HINT}") from None
    except KilledBySignalError as error:
        raise RespondToModel(f"rg failed: killed by signal {error.signal}") from None
    except NulByteError:
        raise RespondToModel(f"failed to launch rg: nul byte found in provided data. {HINT}") from None
    if output.timed_out:
        raise RespondToModel("rg timed out after 30 seconds")
    if output.exit_code not in (0, _NO_MATCH):
        raise RespondToModel(f"rg failed: {output.stderr.decode(errors='replace')}")
    return output


def _paths(output: CommandOutput) -> list[str]:
    paths = []
    for line in output.stdout.split(b"\n"):
        try:
            paths.append(line.decode())
        except UnicodeDecodeError:
            continue
    return [path for path in paths if path]


async def _answer(invocation: Invocation) -> ToolResult:
    turn = invocation.turn
    arguments, denied = argument_text(invocation), turn_denied_reads(turn)
    refuse_unreadable(turn, decode_arguments(arguments, Arguments).path or "")
    found = await run(arguments, turn.settings.cwd, turn.config.environ, lambda path: denied.rule_for(path) is not None)
    return ToolResult(found, success=found != NOTHING_FOUND)


TOOL = Tool(NAME, _answer, FunctionTool(NAME, DESCRIPTION, strict=False, parameters=parameters()), parallel=True)
