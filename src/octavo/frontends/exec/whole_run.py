"""One turn of a conversation from its first event to its last, and how it ends (`docs/exec.md`, "Exit codes")."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable

import msgspec

from octavo.engine.conversation import Conversation
from octavo.frontends.exec.output import Output, OutputClosed
from octavo.frontends.exec.printer import EventPrinter
from octavo.frontends.signals import Interrupted, run_until_signal
from octavo.protocol import events, ops

# Long enough to end commands and save the session; clients that ask us to end wait five seconds.
_CLEANUP_S = 3.0
_AT_LIMIT = 4
_INTERRUPTED = 128 + signal.SIGINT


class WholeRun(msgspec.Struct):
    """What is to be done, and how far it came.

    `open` starts or resumes the conversation, `turn` is what the user says. `last_message`
    is called once with the last message of the agent, before the conversation ends.
    """

    open: Callable[[], Awaitable[Conversation]]
    turn: ops.UserInputOp | ops.Review
    printer: EventPrinter
    output: Output
    last_message: Callable[[str | None], None]
    told: Callable[[events.Event], events.Event] = lambda event: event
    """What is shown and judged in the place of an event."""
    is_open: bool = False
    saw_error: bool = False
    at_limit: bool = False


def run_to_the_end(run: WholeRun) -> int:
    """Run it to the end. The exit code.

    Raises `Interrupted` for a signal before the conversation stands, and for any but
    SIGINT: everything is cleaned up then, and the process is to die of that signal.
    """
    try:
        code = asyncio.run(run_until_signal(_whole_run(run)))
    except Interrupted as interrupted:
        if interrupted.signum != signal.SIGINT or not run.is_open:
            raise
        code = _INTERRUPTED
    except OutputClosed as closed:
        return _cut_off(closed)
    run.printer.finish()
    try:
        run.output.drain_blocking()
    except OutputClosed as closed:
        return _cut_off(closed)
    finally:
        run.output.close_stdout()
    return code


def _cut_off(closed: OutputClosed) -> int:
    """The exit code when the output could not be written; what is wrong is told where a reader may still be."""
    if closed.reason:
        with contextlib.suppress(OSError):
            os.write(2, f"Error: cannot write the output: {closed.reason}\n".encode())
    return 1


async def _whole_run(run: WholeRun) -> int:
    conversation = await run.open()
    run.is_open = True
    try:
        turn_id = await conversation.submit(run.turn)
        await _show_events(run, conversation, turn_id)
    except asyncio.CancelledError:
        await _interrupt(conversation)
        raise
    finally:
        await conversation.close()
    return _AT_LIMIT if run.at_limit else int(run.saw_error)


async def _show_events(run: WholeRun, conversation: Conversation, turn_id: str) -> None:
    """Until the conversation says that it is over, which it is asked for when the turn ends."""
    printer, output = run.printer, run.output
    while True:
        event = run.told(await conversation.next_event())
        msg = event.msg
        printer(event)
        if output.pending:
            await output.drain()
        match msg:
            case events.Error():
                run.saw_error = True
                run.at_limit = msg.codex_error_info == "session_budget_exceeded"
            case events.TaskComplete() if event.id == turn_id:
                run.last_message(msg.last_agent_message)
                await conversation.submit(ops.Shutdown())
            case events.TurnAborted() if event.id == turn_id:
                await conversation.submit(ops.Shutdown())
            case events.ShutdownComplete():
                return


async def _interrupt(conversation: Conversation) -> None:
    """End the turn in good order, so that the saved session tells of it; nobody is shown these events."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CLEANUP_S):
            await conversation.submit(ops.Shutdown())
            while not isinstance((await conversation.next_event()).msg, events.ShutdownComplete):
                pass
