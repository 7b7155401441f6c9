"""`exec_command` and `write_stdin`: commands on a terminal that go on between calls (`docs/tools.md`)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from typing import NoReturn

import msgspec
from msgspec import UNSET, UnsetType

from octavo.commands.parsed import parse_command
from octavo.process.failures import CommandError
from octavo.process.patch_in_scripts import finding_apply_patch
from octavo.process.patch_links import links_folder
from octavo.process.run import CommandOutput
from octavo.process.terminal import Terminal, open_terminal
from octavo.protocol.events import BackgroundEvent, ExecCommandBegin, ExecCommandEnd, ExecCommandOutputDelta, duration
from octavo.protocol.policy import DangerFullAccess
from octavo.sandbox.spec import SandboxSpec
from octavo.tools.approval import REJECTED, Rejected
from octavo.tools.arguments import parse_arguments
from octavo.tools.context import Invocation, OpenTerminal, Tool, ToolResult, TurnContext
from octavo.tools.errors import RespondToModel
from octavo.tools.file_undo import undoable
from octavo.tools.orchestrator import Action, carry_out, denied_output, with_remark
from octavo.tools.run_command import hidden_from, tell_not_hidden, turn_environment
from octavo.tools.schema import boolean, function_tool, number, string
from octavo.tools.terminal_tale import TerminalTale
from octavo.tools.unreadable import why_denied

MIN_YIELD_MS, MAX_YIELD_MS = 250, 30_000
DEFAULT_WRITE_YIELD_MS = 10_000
DEFAULT_MAX_OUTPUT = 10_000
QUICK_EXIT_SECONDS = 0.05
LAST_OUTPUT_SECONDS = 0.02
ECHO_SECONDS = 0.1

EXEC_SPEC = function_tool(
    "exec_command",
    "Runs a line of shell on a terminal and returns what it printed so far. A command that still runs afterwards "
    "has a session_id; go on with write_stdin.",
    {
        "cmd": string("The line of shell."),
        "shell": string("The shell that runs it; /bin/bash by default."),
        "login": boolean("Whether it is a login shell; true by default."),
        "yield_time_ms": number("How long to wait for output, in milliseconds."),
        "max_output_tokens": number("How much output to return at most; the middle is left out beyond that."),
    },
    ["cmd"],
)
WRITE_SPEC = function_tool(
    "write_stdin",
    "Types into a command that exec_command left running, and returns what it printed since.",
    {
        "session_id": number("The number that exec_command gave."),
        "chars": string("What to type; nothing, to only look."),
        "yield_time_ms": number("How long to wait for output, in milliseconds."),
        "max_output_tokens": number("How much output to return at most; the middle is left out beyond that."),
    },
    ["session_id"],
)


class ExecArguments(msgspec.Struct, frozen=True):
    """A line of shell to start."""

    cmd: str
    shell: str = "/bin/bash"
    login: bool = True
    yield_time_ms: int | None = None
    max_output_tokens: int | None = None


class WriteArguments(msgspec.Struct, frozen=True):
    """What to type, and where."""

    session_id: int
    chars: str = ""
    yield_time_ms: int | None = None
    max_output_tokens: int | None = None


class Answer(msgspec.Struct, frozen=True):
    """What the model gets, keys in this order."""

    chunk_id: str
    wall_time_seconds: float
    output: str
    session_id: int | UnsetType = UNSET
    exit_code: int | UnsetType = UNSET
    original_token_count: int | UnsetType = UNSET


async def exec_command(invocation: Invocation) -> ToolResult:
    """Start a command; it is kept if it outlives the wait."""
    arguments = parse_arguments(invocation, ExecArguments, "exec_command arguments")
    told = (arguments.cmd,)
    argv = (arguments.shell, "-lc" if arguments.login else "-c", arguments.cmd)
    watched = TerminalTale(invocation, argv)
    invocation.emit(
        ExecCommandBegin(invocation.call_id, told, invocation.turn.settings.cwd, tuple(parse_command(told)))
    )
    seconds = _clamped(arguments.yield_time_ms if arguments.yield_time_ms is not None else MIN_YIELD_MS)
    async with undoable(invocation):
        try:
            terminal, remark = await _started(invocation, argv, watched.printed)
        except RespondToModel:
            watched.never_ran()
            raise
        watched.runs(terminal)
        start = time.monotonic()
        opened = OpenTerminal(terminal, invocation.call_id, watched.process_id)
        output = await _collected(opened, seconds)
    number_given: int | None = None
    if terminal.exit_code is None:
        number_given = invocation.host.next_terminal_number()
        invocation.host.terminals[number_given] = opened
    wall_time = time.monotonic() - start
    return _answer(invocation, opened, output, wall_time, number_given, arguments.max_output_tokens, remark)


async def write_stdin(invocation: Invocation) -> ToolResult:
    """Type into a command that runs, and look at what it printed."""
    arguments = parse_arguments(invocation, WriteArguments, "write_stdin arguments")
    opened = invocation.host.terminals.get(arguments.session_id)
    if opened is None:
        raise RespondToModel(f"write_stdin failed: UnknownSessionId {{ session_id: {arguments.session_id} }}")
    start = time.monotonic()
    seconds = _clamped(arguments.yield_time_ms if arguments.yield_time_ms is not None else DEFAULT_WRITE_YIELD_MS)
    async with undoable(invocation):
        await _type(invocation, opened, arguments)
        output = await opened.terminal.collect(max(seconds - (time.monotonic() - start), 0))
    number_given: int | None = arguments.session_id
    if opened.terminal.exit_code is not None:
        invocation.host.terminals.pop(arguments.session_id, None)
        number_given = None
    wall_time = time.monotonic() - start
    return _answer(invocation, opened, output, wall_time, number_given, arguments.max_output_tokens)


async def _type(invocation: Invocation, opened: OpenTerminal, arguments: WriteArguments) -> None:
    from octavo.protocol.asides import TerminalInteraction  # imported on use: rare

    invocation.emit(TerminalInteraction(opened.call_id, opened.process_id, arguments.chars))
    if not arguments.chars:
        return
    try:
        await opened.terminal.write(arguments.chars.encode("utf-8", "replace"))
    except OSError:
        raise RespondToModel("write_stdin failed: WriteToStdin") from None
    await opened.terminal.wait(ECHO_SECONDS)


async def _started(
    invocation: Invocation, argv: tuple[str, ...], on_output: Callable[[bytes], None]
) -> tuple[Terminal, str]:
    turn, cwd = invocation.turn, invocation.turn.settings.cwd
    environ = turn_environment(turn, invocation.host)

    async def attempt(sandbox: SandboxSpec | None) -> Terminal:
        words = finding_apply_patch(argv, environ, links_folder(turn.config.environ))
        hidden = await hidden_from(turn)
        terminal = open_terminal(
            words, cwd=cwd, environ=environ, sandbox=sandbox, unreadable=hidden, on_output=on_output
        )
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(terminal.end)
            ended = await terminal.wait(QUICK_EXIT_SECONDS)
            if not terminal.is_hidden:
                tell_not_hidden(invocation)
            if ended and sandbox is not None:
                await asyncio.sleep(LAST_OUTPUT_SECONDS)  # its last words may still be on the way
            undo.pop_all()
        return terminal

    action = Action(("exec_command", argv, cwd, False), argv, cwd, ask_first=_must_ask_first(turn))
    try:
        return await carry_out(action, invocation, attempt, _denied)
    except Rejected as error:
        _cannot_create('Rejected("rejected by user")' if str(error) == REJECTED else str(error))
    except (CommandError, OSError) as error:
        _cannot_create(str(error))


def _denied(terminal: Terminal) -> CommandOutput | None:
    """The output of a command that ended at once, if the sandbox seems to have stopped it."""
    code = terminal.exit_code
    if code is None:
        return None
    said = terminal.peek()
    denied = denied_output(CommandOutput(code, said, b"", said, terminal.seconds, timed_out=False))
    if denied is not None:
        terminal.close()
    return denied


def _must_ask_first(turn: TurnContext) -> bool:
    match turn.settings.approval_policy:
        case "never" | "on-failure":
            return False
        case "untrusted":
            return True
        case "on-request":
            return not isinstance(turn.settings.sandbox_policy, DangerFullAccess)


async def _collected(opened: OpenTerminal, seconds: float) -> bytes:
    """What the command prints within this time; it is ended if the call is cancelled meanwhile."""
    async with contextlib.AsyncExitStack() as undo:
        undo.push_async_callback(opened.terminal.end)
        output = await opened.terminal.collect(seconds)
        undo.pop_all()
    return output


def _answer(
    invocation: Invocation,
    opened: OpenTerminal,
    output: bytes,
    wall_time: float,
    number_given: int | None,
    max_output: int | None,
    remark: str = "",
) -> ToolResult:
    text = output.decode("utf-8", "replace")
    if not remark and (remark := why_denied(invocation.turn, text, invocation.turn.settings.cwd)):
        invocation.emit(BackgroundEvent(remark))
    limits = (max_output if max_output is not None else DEFAULT_MAX_OUTPUT, invocation.turn.config.most_tool_output)
    shown, count = _shortened(with_remark(text, remark), min(limit for limit in limits if limit is not None))
    if text:
        invocation.emit(ExecCommandOutputDelta(opened.call_id, "stdout", output))
    code = opened.terminal.exit_code
    answer = Answer(
        os.urandom(3).hex(),
        wall_time,
        shown,
        UNSET if number_given is None else number_given,
        UNSET if code is None else code,
        UNSET if count is None else count,
    )
    told: tuple[ExecCommandEnd, ...] = ()
    if number_given is None:
        opened.terminal.close()
        end = ExecCommandEnd(
            opened.call_id, text, "", text, code if code is not None else -1, duration(opened.terminal.seconds), text
        )
        told = (end,)
    return ToolResult(msgspec.json.encode(answer).decode(), code in (None, 0), told)


def _shortened(text: str, limit: int) -> tuple[str, int | None]:
    """The text without its middle, and how long it was if something went. Lengths are characters."""
    if len(text) <= limit:
        return text, None
    half = max(limit, 0) // 2
    marker = f"\u2026{len(text) - 2 * half} tokens truncated\u2026"
    return text[:half] + marker + (text[-half:] if half else ""), len(text)


def _clamped(milliseconds: int) -> float:
    """Seconds to wait."""
    return min(max(milliseconds, MIN_YIELD_MS), MAX_YIELD_MS) / 1000


def _cannot_create(reason: str) -> NoReturn:
    quoted = reason.replace("\\", "\\\\").replace('"', '\\"')
    raise RespondToModel(f'exec_command failed: CreateSession {{ message: "{quoted}" }}')


TOOLS = (Tool("exec_command", exec_command, EXEC_SPEC), Tool("write_stdin", write_stdin, WRITE_SPEC))
