"""Running a shell request: events around it, approval, confinement, and the answer (`docs/tools.md`)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Literal

from octavo.commands.parsed import parse_command
from octavo.commands.safe import looks_dangerous, needs_no_question
from octavo.process.failures import CommandError
from octavo.process.patch_in_scripts import finding_apply_patch
from octavo.process.patch_links import links_folder
from octavo.process.run import CommandOutput, run_command
from octavo.protocol.events import (
    BackgroundEvent,
    Duration,
    ExecCommandBegin,
    ExecCommandEnd,
    ExecCommandOutputDelta,
    duration,
)
from octavo.protocol.policy import DangerFullAccess
from octavo.sandbox.environment import configured_environment
from octavo.sandbox.moved import moved_text
from octavo.sandbox.spec import NOT_HIDDEN, NOTHING, SandboxSpec, Unreadable
from octavo.sandbox.unreadable import unreadable
from octavo.tools.approval import Rejected
from octavo.tools.context import Host, Invocation, ToolResult, TurnContext
from octavo.tools.file_undo import undoable
from octavo.tools.orchestrator import Action, carry_out, denied_output, sandbox_for, with_remark
from octavo.tools.output_format import shell_output_json, truncate_for_model
from octavo.tools.shell_request import ShellRequest
from octavo.tools.unreadable import why_denied

ENDED_BACKGROUND = (
    "What the command left running in the background was ended with it "
    "(keep_background_processes = true lets it run until the conversation ends)."
)


async def run_shell_request(invocation: Invocation, request: ShellRequest) -> ToolResult:
    """Run the request under the turn's policies and tell the client about it."""
    invocation.emit(
        ExecCommandBegin(
            invocation.call_id,
            request.command,
            request.cwd,
            tuple(parse_command(request.command)),
            request.is_user_shell_command,
        )
    )
    try:
        output, remark = await _run(invocation, request)
    except (CommandError, Rejected) as error:
        return failed(invocation, str(error))
    text = output_text(output)
    if not output.is_hidden:
        tell_not_hidden(invocation)
    if output.ended_background:
        invocation.emit(BackgroundEvent(ENDED_BACKGROUND))
    if not remark and not request.is_user_shell_command:
        remark = why_denied(invocation.turn, text, request.cwd)
        if remark:
            invocation.emit(BackgroundEvent(remark))
    for notice in _notices(output):
        remark = f"{remark}\n{notice}" if remark else notice
    most_bytes = invocation.turn.config.most_tool_output
    return ToolResult(
        shell_output_json(with_remark(text, remark), output.exit_code, output.duration_seconds, most_bytes),
        output.exit_code == 0,
        (_end(invocation.call_id, output, text, most_bytes),),
    )


async def hidden_from(turn: TurnContext) -> Unreadable:
    """What a command of the model that starts now may not read."""
    config, settings = turn.config, turn.settings
    if not config.deny_read:
        return unreadable(config, settings.sandbox_policy, settings.cwd)
    # A thread: it looks through the whole project.
    return await asyncio.to_thread(unreadable, config, settings.sandbox_policy, settings.cwd)


def tell_not_hidden(invocation: Invocation) -> None:
    """Tell the user, once in a conversation, that commands are not held to what may not be read."""
    told = invocation.host.told_once
    if NOT_HIDDEN not in told:
        told.add(NOT_HIDDEN)
        invocation.emit(BackgroundEvent(NOT_HIDDEN))


def _notices(output: CommandOutput) -> list[str]:
    """What happened to what the command left behind."""
    ended = [ENDED_BACKGROUND] if output.ended_background else []
    return [*ended, *(moved_text(path, to) for path, to in output.moved)]


def must_ask_first(turn: TurnContext, request: ShellRequest) -> bool:
    """Whether the user has to agree before the first attempt."""
    if needs_no_question(request.command):
        return False
    match turn.settings.approval_policy:
        case "never" | "on-failure":
            return False
        case "untrusted":
            return True
        case "on-request":
            unconfined = isinstance(turn.settings.sandbox_policy, DangerFullAccess)
            return looks_dangerous(request.command) or (request.escalated and not unconfined)


async def _run(invocation: Invocation, request: ShellRequest) -> tuple[CommandOutput, str]:
    environ = turn_environment(invocation.turn, invocation.host)

    # A safe command is not asked about, so it gets no more rights either: what `git status` runs is up to a
    # configuration, and that may be the model's. If the sandbox stops it, the user is asked.
    is_safe = needs_no_question(request.command)

    async def attempt(sandbox: SandboxSpec | None) -> CommandOutput:
        if sandbox is None and not request.is_user_shell_command:
            async with contextlib.nullcontext() if is_safe else undoable(invocation):
                if (output := await _in_editor(invocation, request, environ)) is not None:
                    return output
        with _started(invocation, request, environ, sandbox) as (argv, variables):
            async with contextlib.nullcontext() if is_safe else undoable(invocation):
                return await run_command(
                    argv,
                    cwd=request.cwd,
                    environ=variables,
                    sandbox=sandbox,
                    timeout_ms=request.timeout_ms,
                    on_output=lambda stream, chunk: tell_output(invocation, stream, chunk),
                    on_moved=lambda path, to: invocation.emit(BackgroundEvent(moved_text(path, to))),
                    leftovers=invocation.host.leftovers if invocation.turn.config.keep_background_processes else None,
                    unreadable=NOTHING if request.is_user_shell_command else await hidden_from(invocation.turn),
                )

    action = Action(
        ("shell", request.command, request.cwd, request.escalated),
        request.command,
        request.cwd,
        ask_first=must_ask_first(invocation.turn, request),
        escalated=request.escalated and not is_safe,
        may_escalate=request.escalated,
        justification=request.justification,
    )
    return await carry_out(action, invocation, attempt, denied_output)


async def _in_editor(invocation: Invocation, request: ShellRequest, environ: Mapping[str, str]) -> CommandOutput | None:
    """Run it in the user's editor, where the user wants that and nothing is to be hidden from it; None elsewhere."""
    editor, config = invocation.host.editor, invocation.turn.config
    if editor is None or not editor.runs_commands or config.deny_read or not request.command:
        return None
    from octavo.protocol.asides import EditorTerminal

    return await editor.run(
        request.command,
        request.cwd,
        {name: value for name, value in environ.items() if config.environ.get(name) != value},
        request.timeout_ms,
        lambda terminal_id: invocation.emit(EditorTerminal(invocation.call_id, terminal_id)),
    )


def _started(
    invocation: Invocation, request: ShellRequest, environ: Mapping[str, str], sandbox: SandboxSpec | None
) -> contextlib.AbstractContextManager[tuple[Sequence[str], Mapping[str, str]]]:
    """The words and variables to run the request with, which may start a login shell from a snapshot.

    Only for a command of the model that runs as confined as the turn says: a snapshot may not
    reach commands with more rights than those that it was taken with (`docs/shell-snapshot.md`).
    """
    turn = invocation.turn
    argv = finding_apply_patch(request.command, environ, links_folder(turn.config.environ))
    if not turn.config.shell_snapshot:
        return contextlib.nullcontext((argv, environ))
    usual = sandbox == sandbox_for(turn) and not request.is_user_shell_command
    return invocation.host.shell_snapshots.start(argv, environ, sandbox, turn.settings.cwd, usual=usual)


def turn_environment(turn: TurnContext, host: Host) -> dict[str, str]:
    """The environment that the turn's commands get, with the context of a trace while there is one."""
    context = {} if host.telemetry is None else host.telemetry.trace_context(turn)
    more = {name.upper(): value for name, value in context.items()}
    return configured_environment(turn.config, turn.settings.sandbox_policy, more)


def tell_output(invocation: Invocation, stream: Literal["stdout", "stderr"], chunk: bytes) -> None:
    """Pass a piece of output on to the client."""
    invocation.emit(ExecCommandOutputDelta(invocation.call_id, stream, chunk))


def output_text(output: CommandOutput) -> str:
    """What the command printed, decoded, with the remark on a timeout before it."""
    text = output.aggregated.decode("utf-8", "replace")
    if output.timed_out:
        return f"command timed out after {int(output.duration_seconds * 1000)} milliseconds\n{text}"
    return text


def failed(invocation: Invocation, text: str) -> ToolResult:
    """The answer to a command that did not run."""
    end = ExecCommandEnd(invocation.call_id, "", text, text, -1, Duration(0, 0), text)
    return ToolResult(text, success=False, told=(end,))


def _end(call_id: str, output: CommandOutput, text: str, most_bytes: int | None) -> ExecCommandEnd:
    # Most commands print to one stream only, and some print much: each text is made once.
    aggregated = text if not output.timed_out else output.aggregated.decode("utf-8", "replace")
    stdout, stderr = (
        aggregated if printed is output.aggregated else printed.decode("utf-8", "replace")
        for printed in (output.stdout, output.stderr)
    )
    return ExecCommandEnd(
        call_id,
        stdout,
        stderr,
        aggregated,
        output.exit_code,
        duration(output.duration_seconds),
        truncate_for_model(text, most_bytes),
    )
