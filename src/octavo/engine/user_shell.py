"""Commands that the user typed: run like the model's, remembered by nobody (`docs/turns.md`)."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex

from octavo.engine import tasks
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.engine.settings import turn_context
from octavo.errors import OctavoError
from octavo.protocol import events
from octavo.protocol.items import LocalShellCall, LocalShellExec
from octavo.tools.errors import FatalToolError
from octavo.tools.router import call_id_of, dispatch

STOPPED = -1
"""The exit code of a command beside the task that was stopped."""

log = logging.getLogger(__name__)


async def run_user_shell_command(session: Session, submission_id: str, command: str) -> None:
    """Run the command in the user's login shell, as the conversation's task."""
    turn = ActiveTurn(turn_context(session.config, session.settings, submission_id))
    session.previous = session.settings

    async def body() -> None:
        session.emit(turn.id, events.TaskStarted(turn.context.model.context_window))
        await _run(session, turn, _call(session, command))

    await tasks.start(session, turn, body)


async def run_beside(session: Session, submission_id: str, command: str) -> None:
    """Run the command at once, whatever the conversation works on: that goes on, and so does this when it ends.

    Its events are those of a command under an id of its own, and no task's.
    """
    turn = ActiveTurn(turn_context(session.config, session.settings, submission_id))
    session.beside[turn.id] = turn
    turn.task = session.spawn(_live_beside(session, turn, _call(session, command)))
    await asyncio.sleep(0)  # it has begun: who stops it right behind hears of its end


def stop_beside(session: Session, submission_id: str) -> None:
    """Stop such a command and all that it started; one that has ended is left alone."""
    turn = session.beside.get(submission_id)
    if turn is not None and turn.task is not None:
        turn.task.cancel()


async def _live_beside(session: Session, turn: ActiveTurn, call: LocalShellCall) -> None:
    try:
        await _run(session, turn, call)
    except asyncio.CancelledError:
        session.emit(turn.id, events.ExecCommandEnd(call_id_of(call), "", "", "", STOPPED, events.Duration(0, 0), ""))
        raise
    except (FatalToolError, OctavoError) as error:
        session.emit(turn.id, events.Error(str(error)))
    except Exception as error:
        # A defect of ours must not take the conversation with it; the log has the details.
        log.exception("a command of the user failed")
        session.emit(turn.id, events.Error(f"internal error: {type(error).__name__}: {error}"))
    finally:
        del session.beside[turn.id]


def _call(session: Session, command: str) -> LocalShellCall:
    return LocalShellCall(session.new_item_id(), "completed", LocalShellExec(command_line(command)))


async def _run(session: Session, turn: ActiveTurn, call: LocalShellCall) -> None:
    _, told = await dispatch(call, turn.context, session)
    for msg in told:
        session.emit(turn.id, msg)


def command_line(command: str) -> tuple[str, ...]:
    """The words that run a line of text: by the login shell where that is bash or zsh, else split as a shell would."""
    import pwd

    try:
        shell = pwd.getpwuid(os.getuid()).pw_shell
    except KeyError:
        shell = ""
    if shell.endswith(("/zsh", "/bash")):
        return (shell, "-lc", command)
    try:
        return tuple(shlex.split(command))
    except ValueError:
        return (command,)
