"""The user's notification program: started at the end of a turn, then left alone (`docs/config.md`)."""

from __future__ import annotations

import logging
import os
import subprocess

import msgspec

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.files.programs import find_program, outside_path
from octavo.protocol.items import message_text
from octavo.protocol.json_text import encode_json

log = logging.getLogger(__name__)


class TurnComplete(msgspec.Struct, frozen=True, rename="kebab", tag_field="type", tag="agent-turn-complete"):
    """What the program is told, as its last argument."""

    thread_id: str
    turn_id: str
    cwd: str
    input_messages: tuple[str, ...]
    last_assistant_message: str | None


def start_program(session: Session, turn: ActiveTurn, last_words: str | None) -> None:
    """Start the program and do not wait for it; that it cannot start is only logged."""
    messages = tuple(message_text(message) for message in turn.said)
    told = TurnComplete(session.id, turn.id, turn.context.settings.cwd, messages, last_words)
    argv = [*turn.context.config.notify, encode_json(told).decode()]
    # A command may have put a program of that name, or of one that it needs, where it can write: this runs without
    # a sandbox.
    path, cwd = os.environ.get("PATH", os.defpath), turn.context.settings.cwd
    program = argv[0] if "/" in argv[0] else find_program(argv[0], path, cwd)
    if program is None:
        log.warning("the notification program %s is nowhere but where commands may write", argv[0])
        return
    try:
        process = subprocess.Popen(
            argv,
            executable=program,
            env={**os.environ, "PATH": outside_path(path, cwd)},
            start_new_session=True,
        )  # its end is nobody's business but the kernel's
    except (OSError, ValueError) as error:
        log.warning("cannot start the notification program %s: %s", argv[0], error)
        return
    session.let_go(process)
