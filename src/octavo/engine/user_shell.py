"""Commands that the user typed: run like the model's, remembered by nobody (`docs/turns.md`)."""

from __future__ import annotations

import os
import shlex

from octavo.engine import tasks
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.engine.settings import turn_context
from octavo.protocol import events
from octavo.protocol.items import LocalShellCall, LocalShellExec
from octavo.tools.router import dispatch


async def run_user_shell_command(session: Session, submission_id: str, command: str) -> None:
    """Run the command in the user's login shell, as the conversation's task."""
    turn = ActiveTurn(turn_context(session.config, session.settings, submission_id))
    session.previous = session.settings

    async def body() -> None:
        session.emit(turn.id, events.TaskStarted(turn.context.model.context_window))
        call = LocalShellCall(session.new_item_id(), "completed", LocalShellExec(command_line(command)))
        _, told = await dispatch(call, turn.context, session)
        for msg in told:
            session.emit(turn.id, msg)

    await tasks.start(session, turn, body)


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
